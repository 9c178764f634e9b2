//! What can be wrong with the inputs as written: all wording of this stage.
//!
//! Enters: places and the user's words. Leaves: findings. Refuses to know: how they were found.

use super::tree::Objection;
use crate::diagnostic::{Code, Finding, nearest};
use crate::source::{At, Place, SourceId, Span};

/// The very beginning of a source, for what concerns all of it.
fn beginning(source: SourceId) -> Place {
    Place::from(Span { source, start: 0, end: 0 })
}

/// `a`, `b` or `c`.
fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.pop() {
        Some(last) if !quoted.is_empty() => format!("{} or {last}", quoted.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

// Texts and YAML

pub fn not_utf8(name: &str, byte: u8, text: &str, place: Place) -> Finding {
    let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = text.len() - text.rfind('\n').map_or(0, |end| end + 1) + 1;
    let message = format!("`{name}` is not UTF-8: byte 0x{byte:02x} at line {line}, byte {column}");
    Finding::new(Code::MG0101, message)
        .at(place, "the text before this is sound")
        .help("save the file as UTF-8; if it is no text, leave it out")
}

pub fn control_character(character: char, place: Place) -> Finding {
    let shown = character.escape_default();
    Finding::new(Code::MG0102, format!("the text holds the control character `{shown}`"))
        .at(place, format!("`{shown}`"))
        .help(format!(
            "remove it; inside a value, write \"\\x{:02x}\" in double quotes",
            u32::from(character)
        ))
}

pub fn too_large(name: &str, limit: usize, source: SourceId) -> Finding {
    let limit =
        if limit.is_multiple_of(1 << 20) { format!("{} MiB", limit >> 20) } else { format!("{limit} bytes") };
    Finding::new(Code::MG0103, format!("`{name}` exceeds the limit of {limit} a file"))
        .at(beginning(source), "")
        .help("split it into several files, or raise the limit with `--max-input-size`")
}

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
        "did not find expected <document start>" => "a new document begins with `---`",
        info if info.starts_with("while ") => info.split_once(", ").map_or(info, |(_, fact)| fact),
        info => info,
    };
    let help = match info {
        "mapping values are not allowed in this context" => {
            Some("put the text in quotes, or the key on a line of its own")
        }
        info if info.contains("tab") => Some("indent with spaces"),
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
    .help("use fewer aliases, or split the file")
}

pub fn unknown_anchor(alias: &str, place: Place) -> Finding {
    Finding::new(Code::MG0107, format!("`{alias}` names no anchor"))
        .at(place, "not anchored above, in this document")
        .help(format!(
            "anchor a value with `&{}` before this place; for text that begins with `*`, use quotes",
            alias.trim_start_matches('*')
        ))
}

pub fn alias_in_itself(alias: &str, place: Place, opening: Place) -> Finding {
    Finding::new(Code::MG0108, format!("`{alias}` stands inside the value that it stands for"))
        .at(place, "goes round for ever")
        .at(opening, "the value begins here")
        .help("write the value out, or anchor a part that does not hold the alias")
}

pub fn duplicate_key(key: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0109, format!("the key `{key}` stands twice in one map"))
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
        Objection::Unknown => (format!("unknown tag `{tag}`"), "not a tag of YAML's"),
        Objection::Disagrees => {
            (format!("the tag `{tag}` does not fit its value"), "says something else than the value")
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

// Documents

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
    let near = nearest(kind.value, ["Topology", "Routing"]);
    Finding::new(Code::MG0115, format!("meshgen has no kind `{}`", kind.value))
        .at(kind.place, "unknown kind")
        .help(
            near.map_or("write `Topology` or `Routing`".to_owned(), |near| format!("did you mean `{near}`?")),
        )
}

pub fn misspelt_version(version: &At<&str>) -> Finding {
    Finding::new(Code::MG0115, format!("unknown `apiVersion` `{}`", version.value))
        .at(version.place, "not meshgen's")
        .help("did you mean `meshgen/v1`?")
}

pub fn newer_version(version: &At<&str>) -> Finding {
    Finding::new(Code::MG0116, format!("`{}` needs a newer meshgen", version.value))
        .at(version.place, "this one reads `meshgen/v1`")
        .help("install a newer meshgen, or write `meshgen/v1`")
}

pub fn foreign_document(kind: &str, place: Place) -> Finding {
    Finding::new(Code::MG0117, format!("a `{kind}` is not an input of meshgen"))
        .at(place, "expected `Topology` or `Routing`")
        .help("leave this document out; in a directory that is named instead of the file, other kinds are skipped")
}

pub fn kind_of_later(kind: &str, place: Place) -> Finding {
    Finding::new(Code::MG0118, format!("this release of meshgen does not read a `{kind}` yet"))
        .at(place, "a later release will")
        .help("write its rules as a `kind: Routing` of `meshgen/v1`")
}

/// `kinds` are counted, in order of name.
pub fn skipped<'a>(kinds: impl Iterator<Item = (&'a str, usize)>, first: Place) -> Finding {
    let counts: Vec<(&str, usize)> = kinds.collect();
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let list: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} `{kind}`")).collect();
    let documents = if total == 1 { "document that is" } else { "documents that are" };
    Finding::new(Code::MG0119, format!("skipped {total} {documents} not meshgen's: {}", list.join(", ")))
        .at(first, if total == 1 { "this one" } else { "the first of them" })
}

// Fields and values

pub fn unknown_field(field: &At<&str>, what: &str, near: Option<&str>, allowed: &[&str]) -> Finding {
    let allowed = if allowed.is_empty() {
        "it has none".to_owned()
    } else {
        format!("{what} has {}", one_of(allowed.iter().copied()).replace(" or ", " and "))
    };
    let help = near.map_or(allowed.clone(), |near| format!("did you mean `{near}`? {allowed}"));
    Finding::new(Code::MG0120, format!("{what} has no field `{}`", field.value))
        .at(field.place, "unknown field")
        .help(help)
}

pub fn missing_field(field: &str, what: &str, place: Place) -> Finding {
    Finding::new(Code::MG0121, format!("{what} has no `{field}`"))
        .at(place, format!("`{field}` is missing here"))
        .help(format!("add `{field}: …`"))
}

pub fn missing_value(place: Place) -> Finding {
    Finding::new(Code::MG0122, "missing value").at(place, "nothing is written for this").help(
        "write a value, or remove the line; an empty map is `{}`, an empty list `[]`, and the word is `\"null\"`",
    )
}

pub fn wrong_form(expected: &str, found: &str, example: &str, place: Place) -> Finding {
    Finding::new(Code::MG0123, format!("expected {expected}, found {found}"))
        .at(place, format!("expected {expected}"))
        .help(if example.is_empty() {
            "write a single value".to_owned()
        } else {
            format!("write it as in `{example}`")
        })
}

pub fn not_a_number(text: &str, quoted: bool, instead: Option<&str>, place: Place) -> Finding {
    let message = if quoted {
        format!("`\"{text}\"` is text, not a number")
    } else {
        format!("`{text}` is not a plain decimal number")
    };
    let help = instead.map_or("write plain decimal digits".to_owned(), |instead| format!("write {instead}"));
    Finding::new(Code::MG0124, message).at(place, "expected a number").help(help)
}

pub fn out_of_range(text: &str, what: &str, range: &str, place: Place) -> Finding {
    Finding::new(Code::MG0125, format!("`{text}` is no {what}"))
        .at(place, format!("expected {range}"))
        .help(format!("write a number of {range}"))
}

pub fn not_a_boolean(text: &str, quoted: bool, place: Place) -> Finding {
    let instead = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" => "write `true`, without quotes",
        "false" | "no" | "n" | "off" => "write `false`, without quotes",
        _ => "write `true` or `false`",
    };
    let shown = if quoted { format!("`\"{text}\"`") } else { format!("`{text}`") };
    Finding::new(Code::MG0126, format!("{shown} is neither true nor false"))
        .at(place, "expected `true` or `false`")
        .help(instead)
}

pub fn not_present(place: Place) -> Finding {
    Finding::new(Code::MG0127, "`present` takes `true` alone")
        .at(place, "expected `true`")
        .help("for a header that must not be there, write it under `withoutHeaders`")
}

pub fn unknown_word<'a>(word: &At<&str>, known: impl Iterator<Item = &'a str> + Clone) -> Finding {
    let help = nearest(word.value, known.clone())
        .map_or_else(|| format!("write {}", one_of(known.clone())), |near| format!("did you mean `{near}`?"));
    Finding::new(Code::MG0127, format!("`{}` is unknown here", word.value))
        .at(word.place, format!("expected {}", one_of(known)))
        .help(help)
}

pub fn bad_compound(text: &str, form: &str, place: Place) -> Finding {
    Finding::new(Code::MG0128, format!("`{text}` is not of the form `{form}`"))
        .at(place, format!("expected `{form}`"))
        .help("write every part, and no more")
}

pub fn shares_without_to(service: &str, suggestion: &str, place: Place) -> Finding {
    Finding::new(Code::MG0129, format!("the shares of `{service}` stand without `to`"))
        .at(place, "expected a rule")
        .help(format!("write `to: {suggestion}`"))
}

pub fn disagreement(what: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0130, format!("two documents disagree about {what}"))
        .at(place, "this one says otherwise")
        .at(first, "written first here")
        .help("write it in one place, or alike in both")
}

pub fn routes_twice(service: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0131, format!("the routes of `{service}` stand in two places"))
        .at(place, "again here")
        .at(first, "first here")
        .help("put all its rules into one list: their order decides")
}

pub fn later(feature: &str, place: Place) -> Finding {
    Finding::new(Code::MG0132, format!("`{feature}` is not in this release of meshgen"))
        .at(place, "a later release will read it")
        .help("remove it for now")
}

pub fn comparison(found: usize, known: &[&str], place: Place) -> Finding {
    let how = if found == 0 { "in no way" } else { "in several ways" };
    Finding::new(Code::MG0133, format!("a text is compared {how}"))
        .at(place, format!("expected exactly one of {}", one_of(known.iter().copied())))
        .help("write one of them, as in `{prefix: /cart}`; a text alone is compared as a whole")
}
