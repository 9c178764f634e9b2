//! What can be wrong with a text before any field is read.

use super::super::tree::Objection;
use super::{beginning, shown};
use crate::diagnostic::{Code, Finding};
use crate::source::{Place, SourceId};

pub fn not_utf8(name: &str, byte: u8, text: &str, place: Place) -> Finding {
    let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = text.len() - text.rfind('\n').map_or(0, |end| end + 1) + 1;
    let message = format!("`{name}` is not UTF-8: byte 0x{byte:02x} at line {line}, byte {column}");
    Finding::new(Code::MG0101, message)
        .at(place, "the text before this is sound")
        .help("save the file as UTF-8; if it is no text, leave it out")
}

pub fn utf_16(name: &str, source: SourceId) -> Finding {
    Finding::new(Code::MG0101, format!("`{name}` is UTF-16, and inputs are UTF-8"))
        .at(beginning(source), "")
        .help("save it as UTF-8; or run `iconv -f utf-16 -t utf-8`")
}

pub fn control_character(character: char, place: Place) -> Finding {
    let escaped = character.escape_default();
    Finding::new(Code::MG0102, format!("the text holds the control character `{escaped}`"))
        .at(place, format!("`{escaped}`"))
        .help(format!(
            "remove it; inside a value, write \"\\x{:02x}\" in double quotes",
            u32::from(character)
        ))
}

pub fn other_yaml(version: &str, place: Place) -> Finding {
    Finding::new(Code::MG0104, format!("this is not YAML that anybody reads: version {}", shown(version)))
        .at(place, "the version that the text says it has")
        .help("write `%YAML 1.2`, or leave the line out")
}

pub fn too_large(name: &str, limit: usize, source: SourceId) -> Finding {
    let limit =
        if limit.is_multiple_of(1 << 20) { format!("{} MiB", limit >> 20) } else { format!("{limit} bytes") };
    Finding::new(Code::MG0103, format!("`{name}` exceeds the limit of {limit} a file"))
        .at(beginning(source), "")
        .help("split it into several files, or raise the limit with `--max-input-size`")
}

/// The YAML library's words for half of a surrogate pair and the like.
const INVALID_ESCAPE: &str = "found invalid Unicode character escape code";

/// `info` is the YAML library's; its "while scanning this or that" repeats what the labels show.
pub fn syntax(info: &str, place: Place, opening: Option<Place>) -> Finding {
    let fact = match info {
        "mapping values are not allowed in this context" => "a `:` stands where no map can begin",
        "illegal placement of ':' indicator" => "a `:` stands where no key ends",
        info if info.starts_with("unexpected character") => {
            "text without quotes cannot begin with this character"
        }
        "simple key expected" | "simple key expect ':'" => "a key without `:`",
        "while parsing a node, did not find expected node content" => "a value is expected here",
        "while parsing a block mapping, did not find expected key" => {
            "a key is expected here; the indentation may be off"
        }
        "while parsing a block collection, did not find expected '-' indicator" => {
            "a `-` is expected here; the indentation may be off"
        }
        info if info.starts_with("tabs disallowed") => "a tab stands where only spaces may",
        info if info.ends_with(INVALID_ESCAPE) => "`\\u` with what is no character",
        "did not find expected <document start>" => "a new document begins with `---`",
        info if info.starts_with("while ") => info.split_once(", ").map_or(info, |(_, fact)| fact),
        info => info,
    };
    let help = match info {
        "mapping values are not allowed in this context" => {
            Some("put the text in quotes, or the key on a line of its own")
        }
        info if info.contains("tab") => Some("indent with spaces"),
        info if info.starts_with("while parsing a block") => {
            Some("the entries of one map, and those of one list, begin in the same column")
        }
        info if info.ends_with(INVALID_ESCAPE) => {
            Some("write the character itself; `\\u` takes no half of a pair (`\\ud800` to `\\udfff`)")
        }
        info if info.contains("unexpected character") => Some("put the text in quotes"),
        _ => None,
    };
    let mut finding = Finding::new(Code::MG0104, format!("this is not YAML: {}", fact.replace('\'', "`")))
        .at(place, "reading stopped here");
    if let Some(opening) = opening {
        finding = finding.at(opening, "opened here");
    }
    finding.help = help.map(str::to_owned);
    finding
}

pub fn too_deep(limit: usize, place: Place) -> Finding {
    Finding::new(Code::MG0105, format!("lists and maps are nested too deep (limit {limit})"))
        .at(place, "one level too many")
        .help("no input of meshgen needs this; is a bracket missing?")
}

pub fn too_many_nodes(limit: usize, place: Place) -> Finding {
    Finding::new(
        Code::MG0106,
        format!("the text stands for too many values (limit {limit}, every alias counted in full)"),
    )
    .at(place, "the limit is reached here")
    .help("use fewer aliases, split the file, or raise the limit with `--max-values`")
}

pub fn unknown_anchor(alias: &str, place: Place) -> Finding {
    Finding::new(Code::MG0107, format!("{} names no anchor", shown(alias)))
        .at(place, "not anchored above, in this document")
        .help("anchor a value with `&name` before this place; for text that begins with `*`, use quotes")
}

pub fn alias_in_itself(alias: &str, place: Place, opening: Place) -> Finding {
    Finding::new(Code::MG0108, format!("{} stands inside the value that it stands for", shown(alias)))
        .at(place, "goes round for ever")
        .at(opening, "the value begins here")
        .help("write the value out, or anchor a part that does not hold the alias")
}

/// The fact that a key stands twice.
pub fn key_twice(key: &str) -> String {
    format!("the key {} stands twice in one map", shown(key))
}

pub fn duplicate_key(key: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0109, key_twice(key))
        .at(place, "again here")
        .at(first, "first here")
        .help("remove or rename one of them")
}

pub fn key_is_not_text(found: &str, place: Place) -> Finding {
    Finding::new(Code::MG0110, format!("a key is a name, but this one is {found}"))
        .at(place, "expected a name")
        .help("write a name before the `:`; `null` and `~` need quotes to be names")
}

pub fn tag(tag: &str, objection: Objection, place: Place) -> Finding {
    let (message, label) = match objection {
        Objection::Unknown => (format!("unknown tag {}", shown(tag)), "not a tag of YAML's"),
        Objection::Disagrees => {
            (format!("the tag {} does not fit its value", shown(tag)), "says something else than the value")
        }
    };
    Finding::new(Code::MG0111, message)
        .at(place, label)
        .help("remove the tag; for text that begins with `!`, use quotes")
}

pub fn merge_of_no_map(place: Place) -> Finding {
    Finding::new(Code::MG0112, "`<<` merges maps, but this is none")
        .at(place, "expected a map or a list of maps")
        .help("write `<<: *anchor` where the anchor stands before a map; the plain key is `\"<<\"`")
}
