//! What can be wrong with documents: what they are, and how they fit together.

use super::{beginning, one_of, shown};
use crate::diagnostic::{Code, Finding, escape, nearest};
use crate::input::document::KINDS;
use crate::source::{At, Place, SourceId, Span};

pub fn empty(name: &str, source: SourceId) -> Finding {
    Finding::new(Code::MG0113, format!("`{name}` is empty: expected a Topology or a Routing"))
        .at(beginning(source), "nothing here")
        .help("begin with `apiVersion: meshgen/v1` and `kind: Topology`")
}

pub fn own_output(name: &str, source: SourceId, end: u32) -> Finding {
    Finding::new(Code::MG0114, format!("`{name}` is a bundle that meshgen wrote, not an input"))
        .at(Place::from(Span { source, start: 0, end }), "meshgen's own first line")
        .help("name the topology instead")
}

pub fn no_separator(second: Place, first: Place) -> Finding {
    Finding::new(Code::MG0164, "two documents stand without a line between them")
        .at(second, "the second begins here")
        .at(first, "the first begins here")
        .help("put a line with `---` between documents")
}

/// A `TODO`; `remark` is what the comment beside it says.
pub fn undecided(path: &[&str], remark: &str, place: Place) -> Finding {
    let help = if remark.is_empty() {
        "write the value; for the text itself, `\"TODO\"`".to_owned()
    } else {
        format!("write the value; the comment beside it says: {}", escape::line(remark))
    };
    Finding::new(Code::MG0704, format!("{} is not decided yet", shown(&path.join("."))))
        .at(place, "still to be written")
        .help(help)
}

/// Files in directories that are no YAML because of another tool's braces.
pub fn skipped_templates(count: usize, first: Place) -> Finding {
    let (files, label) = if count == 1 {
        ("file that is a template", "this one")
    } else {
        ("files that are templates", "the first of them")
    };
    Finding::new(Code::MG0161, format!("skipped {count} {files}"))
        .at(first, label)
        .help("leave such files out with `--exclude PATTERN`, or name the inputs themselves instead of their directory")
}

pub fn document_is_no_map(found: &str, place: Place) -> Finding {
    Finding::new(
        Code::MG0115,
        format!("a document is a map with `apiVersion` and `kind`, but this one is {found}"),
    )
    .at(place, "expected a map")
    .help("begin with `apiVersion: meshgen/v1` and `kind: Topology` or `kind: Routing`")
}

/// What of `apiVersion` and `kind` is `missing`.
pub fn document_without(missing: &[&str], place: Place) -> Finding {
    let fields = one_of(missing.iter().copied()).replace(" or ", " and ");
    let help = missing.iter().map(|field| match *field {
        "kind" => "`kind: Topology` or `kind: Routing`",
        _ => "`apiVersion: meshgen/v1`",
    });
    Finding::new(Code::MG0115, format!("a document does not say its {fields}"))
        .at(place, format!("this document has no {fields}"))
        .help(format!("add {}", help.collect::<Vec<_>>().join(" and ")))
}

pub fn unknown_kind(kind: &At<&str>) -> Finding {
    let near = nearest(kind.value, KINDS);
    Finding::new(Code::MG0115, format!("meshgen has no kind {}", shown(kind.value)))
        .at(kind.place, "unknown kind")
        .help(near.map_or("write `Topology`, `Routing` or `Queries`".to_owned(), |near| {
            format!("did you mean `{near}`?")
        }))
}

pub fn misspelt_version(version: &At<&str>) -> Finding {
    Finding::new(Code::MG0115, format!("unknown `apiVersion` {}", shown(version.value)))
        .at(version.place, "not meshgen's")
        .help("did you mean `meshgen/v1`?")
}

pub fn newer_version(version: &At<&str>) -> Finding {
    Finding::new(Code::MG0116, format!("{} needs a newer meshgen", shown(version.value)))
        .at(version.place, "this one reads `meshgen/v1`")
        .help("install a newer meshgen, or write `meshgen/v1`")
}

pub fn foreign_document(kind: &str, place: Place) -> Finding {
    Finding::new(Code::MG0117, format!("a {} is not an input of meshgen", shown(kind)))
        .at(place, "expected `Topology` or `Routing`")
        .help("leave this document out; in a directory that is named instead of the file, other kinds are skipped")
}

pub fn kind_of_later(kind: &str, place: Place) -> Finding {
    Finding::new(Code::MG0118, format!("this release of meshgen does not read a {} yet", shown(kind)))
        .at(place, "not read")
        .help("write its rules as `routes` of a `kind: Routing`")
}

/// Kinds whose objects count for the same hosts as those that meshgen writes.
const RIVALS: [&str; 1] = ["ServiceEntry"];

/// `kinds` are counted, in order of name.
pub fn skipped<'a>(
    kinds: impl Iterator<Item = (&'a str, usize)>,
    without_kind: usize,
    first: Place,
) -> Finding {
    let mut total = without_kind;
    let mut list = Vec::new();
    let mut rivals = Vec::new();
    for (kind, count) in kinds {
        rivals.extend(RIVALS.iter().filter(|rival| **rival == kind));
        total += count;
        list.push(format!("{count} {}", shown(kind)));
    }
    if without_kind > 0 {
        list.push(format!("{without_kind} without `kind`"));
    }
    let (documents, label) = if total == 1 {
        ("document that is", "this one")
    } else {
        ("documents that are", "the first of them")
    };
    let finding =
        Finding::new(Code::MG0119, format!("skipped {total} {documents} not meshgen's: {}", list.join(", ")))
            .at(first, label);
    if rivals.is_empty() {
        return finding;
    }
    finding.help(format!(
        "applied beside the bundles, a {} for the same host gets into their way: see `meshgen explain MG0118`",
        one_of(rivals.into_iter().copied())
    ))
}

pub fn disagreement(path: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0130, format!("two documents disagree about {}", shown(path)))
        .at(place, "this one says otherwise")
        .at(first, "written first here")
        .help("write it in one place, or alike in both")
}

pub fn routes_twice(service: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0131, format!("the routes of {} stand in two places", shown(service)))
        .at(place, "again here")
        .at(first, "first here")
        .help("put all its rules into one list: their order decides")
}
