//! A change for people at a terminal.
//!
//! Enters: a report. Leaves: lines of at most eighty columns, as far as names allow. Refuses to know: the terminal.

use std::fmt::Write as _;

use super::class::Class;
use super::markdown::{named, rest, ways};
use super::report::{Alike, ObjectChange, Report};
use super::row::{self, Row};
use super::words::{callers, counted};

/// Rows that are shown; those of requests that die are all shown.
const ROWS: usize = 30;
/// Fields of objects that change alike.
const FIELDS: usize = 6;
/// Kinds of changes of objects.
const ALIKE: usize = 20;
/// Columns before the text.
const INDENT: usize = 16;
/// Columns of a line.
const WIDTH: usize = 80;

/// The whole text; `order` stands at its end.
#[must_use]
pub fn render(report: &Report, order: &str) -> String {
    let mut text = String::new();
    let noticed: Vec<Row> = report.rows.iter().filter(|row| row.class.is_noticed()).cloned().collect();
    let rows = row::over_services(&noticed);
    let mut left = 0;
    for (index, row) in rows.iter().enumerate() {
        if index >= ROWS && row.class != Class::NewlyDead {
            left += row.requests;
            continue;
        }
        let services =
            if row.class == Class::NewlyDead { row.services.join(", ") } else { named(&row.services) };
        let who = format!("{services}, {}, from {}", row.request(str::to_owned), row.from(&report.clusters));
        text.push_str(&line(row.class.word(), &[who]));
        text.push_str(&line("", &cells(row)));
    }
    if left > 0 {
        text.push_str(&line(
            "…",
            &[format!("and {} more: --format json has them", counted(left, "request"))],
        ));
    }
    for (change, group) in ways(report) {
        let services: Vec<String> = group.iter().flat_map(|row| row.services.iter().cloned()).collect();
        let mut clusters: Vec<String> = group.iter().flat_map(|row| row.callers.iter().cloned()).collect();
        clusters.sort();
        clusters.dedup();
        let count: usize = group.iter().map(|row| row.requests).sum();
        let mut services = services;
        services.dedup();
        text.push_str(&line(
            "other way",
            &[format!(
                "{}, to {}, from {}",
                counted(count, "request"),
                named(&services),
                callers(&clusters, &report.clusters)
            )],
        ));
        if !change.is_empty() {
            text.push_str(&line("", &[change]));
        }
    }
    text.push_str(&line(
        "requests",
        &[format!("{} of {} change", report.noticed(), report.requests()), rest(report)],
    ));
    text.push_str(&objects(report));
    text.push_str(order);
    text
}

/// A heading and items, wrapped between words; commands stay whole.
pub(super) fn line(heading: &str, items: &[String]) -> String {
    let mut text = format!(" {heading:<width$}", width = INDENT - 1);
    let mut column = INDENT;
    let mut put = |word: &str, text: &mut String| {
        let length = word.chars().count();
        if column > INDENT && column + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(INDENT));
            column = INDENT;
        } else if column > INDENT {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    };
    let items: Vec<&String> = items.iter().filter(|item| !item.is_empty()).collect();
    for (index, item) in items.iter().enumerate() {
        if item.contains("--context") {
            put(item, &mut text);
        } else {
            // What belongs together is short enough to stay together.
            let is_short = item.chars().count() <= WIDTH / 2;
            let words: Vec<&str> = if is_short { vec![item] } else { item.split(' ').collect() };
            for word in words {
                put(word, &mut text);
            }
        }
        if index + 1 < items.len() {
            put("·", &mut text);
        }
    }
    format!("{}\n", text.trim_end())
}

fn cells(row: &Row) -> Vec<String> {
    let mut cells: Vec<String> =
        row.cells.iter().map(|cell| format!("{} {}", cell.who(), cell.change())).collect();
    let (gone, come) = &row.features;
    cells.extend(gone.iter().map(|words| format!("no more {words}")));
    cells.extend(come.iter().map(|words| format!("new {words}")));
    cells
}

fn objects(report: &Report) -> String {
    let mut text = String::new();
    let alike = report.alike();
    let shown = alike.iter().take(ALIKE);
    for (index, (Alike { kind, verb, fields }, objects)) in shown.enumerate() {
        let heading = if index == 0 { "objects" } else { "" };
        text.push_str(&line(heading, &[format!("{kind} {} {}", who(objects), verb.word())]));
        for field in fields.iter().take(FIELDS) {
            let _ = writeln!(text, "{:INDENT$}  {} {}", "", field.short_path(), field.change());
        }
        if fields.len() > FIELDS {
            let _ = writeln!(text, "{:INDENT$}  and {}", "", counted(fields.len() - FIELDS, "more field"));
        }
    }
    let left: usize = alike.values().skip(ALIKE).map(Vec::len).sum();
    if left > 0 {
        text.push_str(&line("", &[format!("and {} more: --format json has them", counted(left, "object"))]));
    }
    if report.objects.is_empty() {
        text.push_str(&line("objects", &["none changes".to_owned()]));
    }
    text
}

/// `reviews in cluster1, cluster2`
fn who(objects: &[&ObjectChange]) -> String {
    let mut names: Vec<String> =
        objects.iter().map(|object| super::world::named(&object.id.namespace, &object.id.name)).collect();
    let mut clusters: Vec<String> = objects.iter().map(|object| object.cluster.clone()).collect();
    for list in [&mut names, &mut clusters] {
        list.sort();
        list.dedup();
    }
    format!("{} in {}", named(&names), named(&clusters))
}
