//! A change as a comment on a pull request.
//!
//! Enters: a report. Leaves: Markdown within GitHub's limits. Refuses to know: how the comment gets there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::class::Class;
use super::report::{ObjectChange, Report};
use super::row::{self, Row};
use super::words::{callers, counted};

/// Rows of requests that are shown; those of requests that die are all shown.
const ROWS: usize = 30;
/// Bytes; GitHub's limit is 65,536.
const BYTES: usize = 60_000;
/// Rows of fields.
const FIELDS: usize = 40;
/// Services and objects named one by one.
const FEW: usize = 8;

/// The whole comment. `verdict` ends the heading, `order` stands before the objects.
#[must_use]
pub fn render(report: &Report, verdict: Option<&str>, order: &str) -> String {
    let mut text = heading(report, verdict);
    text.push_str(&requests(report));
    text.push_str(&other_ways(report));
    text.push_str(&summary(report));
    text.push_str(order);
    let objects = objects(report);
    if text.len() + objects.len() <= BYTES {
        text.push_str(&objects);
    } else {
        text.push_str(
            "\nThe fields that change are too many for a comment: `meshgen diff --format json` has them.\n",
        );
    }
    text
}

fn heading(report: &Report, verdict: Option<&str>) -> String {
    let (noticed, all) = (report.noticed(), report.requests());
    let change = if noticed == 1 { "changes" } else { "change" };
    let said = match (noticed, report.objects.len()) {
        (0, 0) => "nothing changes".to_owned(),
        (0, _) => format!("none of {all} requests changes"),
        _ => format!("{noticed} of {all} requests {change}"),
    };
    let verdict = verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    format!("### meshgen: {said}{verdict}\n")
}

/// The table of what callers notice, newly dead first.
fn requests(report: &Report) -> String {
    let noticed: Vec<Row> = report.rows.iter().filter(|row| row.class.is_noticed()).cloned().collect();
    let rows = row::over_services(&noticed);
    if rows.is_empty() {
        return String::new();
    }
    let mut text = "\n| | service | request | callers | before → after |\n|---|---|---|---|---|\n".to_owned();
    let mut left = 0;
    for (index, row) in rows.iter().enumerate() {
        let is_dead = row.class == Class::NewlyDead;
        if index >= ROWS && !is_dead {
            left += row.requests;
            continue;
        }
        let is_long = text.len() > BYTES / 2;
        let cells = if is_long { "…".to_owned() } else { cells(row) };
        let services = if is_dead { row.services.join(", ") } else { named(&row.services) };
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            row.class.word(),
            escaped(&services),
            escaped(&row.request(|word| format!("`{word}`"))),
            escaped(&row.from(&report.clusters)),
            cells
        );
    }
    if left > 0 {
        let _ = writeln!(text, "\nAnd {} more, in `meshgen diff --format json`.", counted(left, "request"));
    }
    text
}

fn cells(row: &Row) -> String {
    let mut cells: Vec<String> = Vec::new();
    for cell in &row.cells {
        let change = cell.change();
        let shown = if cell.changes() { format!("**{change}**") } else { change };
        cells.push(format!("{} {shown}", escaped(&cell.who())));
    }
    let (gone, come) = &row.features;
    match (gone.as_slice(), come.as_slice()) {
        ([], []) => {}
        (gone, []) => cells.push(format!("no more {}", code(gone))),
        ([], come) => cells.push(format!("new: {}", code(come))),
        (gone, come) => cells.push(format!("{} → {}", code(gone), code(come))),
    }
    cells.join(" · ")
}

fn code(words: &[String]) -> String {
    words.iter().map(|word| format!("`{}`", escaped(word))).collect::<Vec<_>>().join(", ")
}

/// Requests that come another way to the same places, counted.
fn other_ways(report: &Report) -> String {
    let mut text = String::new();
    for (change, group) in ways(report) {
        let services: BTreeSet<&String> = group.iter().flat_map(|row| &row.services).collect();
        let from: BTreeSet<String> = group.iter().flat_map(|row| row.callers.iter().cloned()).collect();
        let count: usize = group.iter().map(|row| row.requests).sum();
        let from = callers(&from.into_iter().collect::<Vec<_>>(), &report.clusters);
        let services = named(&services.into_iter().cloned().collect::<Vec<_>>());
        let _ = write!(
            text,
            "\n**Other way, same place**: {} to {services}, from {from}{}\n",
            counted(count, "request"),
            if change.is_empty() { String::new() } else { format!(": {}", escaped(&change)) }
        );
    }
    text
}

/// Rows by what is dialled instead of what.
pub(super) fn ways(report: &Report) -> BTreeMap<String, Vec<&Row>> {
    let mut ways: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| row.class == Class::OtherWay) {
        let (gone, come) = &row.dials;
        let change = match (gone.is_empty(), come.is_empty()) {
            (false, false) => format!("{} → {}", gone.join(", "), come.join(", ")),
            (true, false) => format!("also by {}", come.join(", ")),
            (false, true) => format!("no more by {}", gone.join(", ")),
            (true, true) => String::new(),
        };
        ways.entry(change).or_default().push(row);
    }
    ways
}

/// What is true of all others.
pub(super) fn rest(report: &Report) -> String {
    let mut words = Vec::new();
    let unchanged = report.count(Class::Unchanged);
    if unchanged > 0 {
        words.push(format!("{} unchanged", counted(unchanged, "request")));
    }
    let none: Vec<&str> = [Class::NewlyDead, Class::NewlyAlive, Class::PolicyChanged]
        .into_iter()
        .filter(|class| report.count(*class) == 0)
        .map(|class| match class {
            Class::NewlyDead => "none newly dead",
            Class::NewlyAlive => "none newly alive",
            Class::PolicyChanged => "no policy changed",
            Class::Shifted | Class::OtherWay | Class::Unchanged => "",
        })
        .collect();
    words.extend(none.into_iter().map(str::to_owned));
    words.join(", ")
}

fn summary(report: &Report) -> String {
    let count = report.objects.len();
    let changes = if count == 1 { "changes" } else { "change" };
    let objects = if count == 0 {
        "No object changes".to_owned()
    } else {
        format!("{} {changes}", counted(count, "object"))
    };
    let rest = rest(report);
    if rest.is_empty() { format!("\n{objects}.\n") } else { format!("\n{rest}. {objects}.\n") }
}

/// Objects and fields, folded.
fn objects(report: &Report) -> String {
    if report.objects.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    if report.objects.len() > ROWS {
        text.push_str(&by_kind(report));
    }
    let alike = report.alike();
    let _ = write!(
        text,
        "<details><summary>Objects ({}, {})</summary>\n\n| where | object | field | before → after |\n|---|---|---|---|\n",
        report.objects.len(),
        counted(alike.len(), "kind of change").replace("kind of changes", "kinds of change")
    );
    let mut rows = 0;
    for (key, objects) in &alike {
        if rows > FIELDS {
            break;
        }
        let (mut place, mut object) = (places(objects, report), format!("{} {}", key.kind, names(objects)));
        if key.fields.is_empty() {
            let _ = writeln!(text, "| {} | {} | | {} |", escaped(&place), escaped(&object), key.verb.word());
            rows += 1;
        }
        for field in &key.fields {
            let _ = writeln!(
                text,
                "| {} | {} | `{}` | {} |",
                escaped(&place),
                escaped(&object),
                escaped(field.short_path()),
                escaped(&field.change())
            );
            (place, object) = (String::new(), String::new());
            rows += 1;
        }
    }
    if rows > FIELDS {
        text.push_str("\nThe rest is in `meshgen diff --format json`.\n");
    }
    text.push_str("</details>\n");
    text
}

fn by_kind(report: &Report) -> String {
    let kinds: BTreeSet<&str> = report.objects.iter().map(|object| object.id.kind.as_str()).collect();
    let mut text = format!(
        "\n| |{}\n|---|{}\n",
        kinds.iter().fold(String::new(), |text, kind| text + &format!(" {kind} |")),
        "---|".repeat(kinds.len())
    );
    let mut rows: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for cluster in &report.clusters {
        let of_kind = |kind: &&str| {
            let mut verbs: BTreeMap<&str, usize> = BTreeMap::new();
            for object in
                report.objects.iter().filter(|object| object.cluster == *cluster && object.id.kind == *kind)
            {
                *verbs.entry(object.verb.word()).or_default() += 1;
            }
            let verbs: Vec<String> = verbs.iter().map(|(verb, count)| format!("{count} {verb}")).collect();
            if verbs.is_empty() { "–".to_owned() } else { verbs.join(", ") }
        };
        rows.entry(kinds.iter().map(of_kind).collect()).or_default().push(cluster.clone());
    }
    for (cells, clusters) in rows {
        let _ =
            writeln!(text, "| {} | {} |", escaped(&callers(&clusters, &report.clusters)), cells.join(" | "));
    }
    text.push('\n');
    text
}

fn places(objects: &[&ObjectChange], report: &Report) -> String {
    let clusters: BTreeSet<String> = objects.iter().map(|object| object.cluster.clone()).collect();
    callers(&clusters.into_iter().collect::<Vec<_>>(), &report.clusters)
}

fn names(objects: &[&ObjectChange]) -> String {
    let names: BTreeSet<String> =
        objects.iter().map(|object| super::world::named(&object.id.namespace, &object.id.name)).collect();
    named(&names.into_iter().collect::<Vec<_>>())
}

/// The first few, and how many more there are.
pub(super) fn named(names: &[String]) -> String {
    let few = names.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(FEW) {
        0 => few,
        more => format!("{few} and {more} more"),
    }
}

/// What would end a cell, or become a tag.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}
