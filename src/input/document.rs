//! Documents: which of them are meshgen's, and of which kind.
//!
//! Enters: all sources. Leaves: the trees of Topology, Routing and Queries documents. Refuses to know: what they say.

use std::collections::BTreeMap;

use super::problems;
use super::reader::Reader;
use super::tree::{self, Node, Value, View};
use crate::diagnostic::{Code, Finding, nearest};
use crate::source::mark::Mark;
use crate::source::{At, Found, Limits, Place, Source, SourceId, Sources, Span};

/// The version of the input language.
const VERSION: &str = "meshgen/v1";

/// The kinds of its documents.
pub const KINDS: [&str; 4] = ["Topology", "Routing", "Queries", "Change"];

/// Routing as it exists elsewhere, that a later release reads: the group of its `apiVersion`, and its kind.
const KINDS_OF_LATER: [(&str, &str); 2] =
    [("networking.gloo.solo.io/", "RouteTable"), ("admiral.io/", "GlobalTrafficPolicy")];

/// Routing as it exists elsewhere: the group of its `apiVersion`, and its kind.
const FOREIGN: [(&str, &str, ForeignKind); 13] = [
    ("networking.istio.io/", "VirtualService", ForeignKind::VirtualService),
    ("networking.istio.io/", "DestinationRule", ForeignKind::DestinationRule),
    ("networking.smh.solo.io/", "TrafficPolicy", ForeignKind::TrafficPolicy),
    ("networking.mesh.gloo.solo.io/", "TrafficPolicy", ForeignKind::TrafficPolicy),
    ("networking.smh.solo.io/", "VirtualMesh", ForeignKind::VirtualMesh),
    ("networking.mesh.gloo.solo.io/", "VirtualMesh", ForeignKind::VirtualMesh),
    ("networking.smh.solo.io/", "FailoverService", ForeignKind::FailoverService),
    ("networking.mesh.gloo.solo.io/", "FailoverService", ForeignKind::FailoverService),
    ("networking.enterprise.mesh.gloo.solo.io/", "VirtualDestination", ForeignKind::VirtualDestination),
    ("gateway.networking.k8s.io/", "HTTPRoute", ForeignKind::HttpRoute),
    ("gateway.networking.k8s.io/", "GRPCRoute", ForeignKind::GrpcRoute),
    ("gateway.networking.k8s.io/", "TLSRoute", ForeignKind::TlsRoute),
    ("gateway.networking.k8s.io/", "TCPRoute", ForeignKind::TcpRoute),
];

/// A kind of routing that is not meshgen's own and read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForeignKind {
    VirtualService,
    DestinationRule,
    TrafficPolicy,
    VirtualMesh,
    FailoverService,
    VirtualDestination,
    HttpRoute,
    GrpcRoute,
    TlsRoute,
    TcpRoute,
}

/// An object of such a kind.
#[derive(Clone, Debug)]
pub struct Foreign {
    pub kind: ForeignKind,
    pub node: Node,
    /// The clusters whose `routing` names it; empty where it is for the callers of all.
    pub clusters: Vec<String>,
}

/// The documents that are meshgen's.
#[derive(Default)]
pub struct Documents {
    pub topologies: Vec<Node>,
    pub routings: Vec<Node>,
    /// Queries: for whoever asks them.
    pub queries: Vec<Node>,
    pub foreign: Vec<Foreign>,
    /// What is said of a change; other commands than those of changes skip it.
    pub changes: Vec<Node>,
    /// False if something could not be read that may well have been a document.
    pub complete: bool,
}

/// Documents of other kinds in directories.
#[derive(Default)]
struct Skipped {
    by_kind: BTreeMap<String, usize>,
    without_kind: usize,
    first: Option<Place>,
    /// Files that are templates of a text and not yet one; the first of them.
    templates: usize,
    first_template: Option<Place>,
}

impl Documents {
    /// Reads all sources.
    pub fn read(sources: &Sources, reader: &mut Reader) -> Self {
        let mut documents = Self { complete: true, ..Self::default() };
        let mut skipped = Skipped::default();
        for (id, source) in sources.iter() {
            let before = reader.count();
            if source.found == Found::InDirectory && is_template(id, source, &sources.limits) {
                skipped.templates += 1;
                skipped.first_template.get_or_insert(Span { source: id, start: 0, end: 0 }.into());
                continue;
            }
            let nodes = documents.nodes(id, source, &sources.limits, reader);
            // What a broken text looks like is no reason to say that it is not meshgen's.
            let broken = reader.count() > before;
            for node in nodes {
                documents.sort(node, source, broken, &mut skipped, reader);
            }
        }
        if let Some(first) = skipped.first {
            let kinds = skipped.by_kind.iter().map(|(kind, count)| (kind.as_str(), *count));
            reader.report(problems::skipped(kinds, skipped.without_kind, first));
        }
        if let Some(first) = skipped.first_template {
            reader.report(problems::skipped_templates(skipped.templates, first));
        }
        let foreign = documents.foreign.iter().map(|foreign| &foreign.node);
        for document in documents.topologies.iter().chain(&documents.routings).chain(foreign) {
            decided(document, sources, reader);
        }
        documents
    }

    /// The documents of one source that hold anything.
    fn nodes(&mut self, id: SourceId, source: &Source, limits: &Limits, reader: &mut Reader) -> Vec<Node> {
        if let Some(finding) = unreadable(source, id, limits) {
            self.complete = false;
            reader.report(finding);
            return Vec::new();
        }
        if Mark::of(source.text()).is_some() {
            if source.found == Found::Named {
                let line = source.text().lines().next().map_or(0, str::len);
                self.complete = false;
                reader.report(problems::own_output(&source.name, id, offset(line)));
            }
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut reading = tree::read(id, source.text(), limits, &mut found);
        if let Some((second, first)) = run_together(&found) {
            self.complete = false;
            reader.report(problems::no_separator(second, first));
            return Vec::new();
        }
        reader.findings().extend(found);
        self.complete &= reading.complete;
        reading.documents.retain(|node| !matches!(Value::root(node).view(), View::Nothing));
        if reading.complete && reading.documents.is_empty() && source.found == Found::Named {
            self.complete = false;
            reader.report(problems::empty(&source.name, id));
        }
        reading.documents
    }

    /// Puts a document where its kind belongs.
    fn sort(
        &mut self,
        node: Node,
        source: &Source,
        broken: bool,
        skipped: &mut Skipped,
        reader: &mut Reader,
    ) {
        let finding = match recognise(Value::root(&node)) {
            Recognised::Topology => {
                self.topologies.push(node);
                return;
            }
            Recognised::Routing => {
                self.routings.push(node);
                return;
            }
            Recognised::Change => {
                self.changes.push(node);
                return;
            }
            Recognised::Queries => {
                self.queries.push(node);
                return;
            }
            Recognised::Routed(kind) => {
                self.foreign.push(Foreign { kind, node, clusters: source.callers.clone() });
                return;
            }
            Recognised::Illegible => None,
            Recognised::Unsound(finding) => Some(finding),
            Recognised::Foreign { kind, place, finding } => match source.found {
                Found::Named => (!broken).then_some(finding),
                Found::InDirectory => {
                    match kind {
                        Some(kind) => *skipped.by_kind.entry(kind).or_default() += 1,
                        None => skipped.without_kind += 1,
                    }
                    skipped.first.get_or_insert(place);
                    return;
                }
            },
        };
        self.complete = false;
        if let Some(finding) = finding {
            reader.report(finding);
        }
    }
}

/// Whether a file is a template of some other tool's: it has that tool's braces, and is no YAML until they are filled.
/// One that means to be meshgen's is not passed over.
fn is_template(id: SourceId, source: &Source, limits: &Limits) -> bool {
    let text = source.text();
    if !text.contains("{{") || text.contains(VERSION) || unreadable(source, id, limits).is_some() {
        return false;
    }
    let mut found = Vec::new();
    let reading = tree::read(id, text, limits, &mut found);
    !reading.complete || !found.is_empty()
}

/// Where a map says for a second time what document it is: two documents without a line between them.
fn run_together(found: &[Finding]) -> Option<(Place, Place)> {
    let repeated = |key: &str| {
        let message = problems::key_twice(key);
        found.iter().find(|finding| finding.code == Code::MG0109 && finding.message == message)
    };
    repeated("kind")?;
    let [second, first] = repeated("apiVersion")?.labels.as_slice() else { return None };
    Some((second.place, first.place))
}

/// Reports every value of a document that nobody has decided yet.
pub fn decided(document: &Node, sources: &Sources, reader: &mut Reader) {
    undecided(Value::root(document), &mut Vec::new(), sources, reader);
}

/// Reports every value below a path that nobody has decided yet, with what the text says of it.
fn undecided<'t>(value: Value<'t>, path: &mut Vec<&'t str>, sources: &Sources, reader: &mut Reader) {
    if value.is_undecided() {
        let place = value.place();
        let text = sources.get(place.span.source).map_or("", Source::text);
        reader.report(problems::undecided(path, &remark(text, place.span.start), place));
        return;
    }
    match value.view() {
        View::List(elements) => {
            for element in elements {
                undecided(value.element(element), path, sources, reader);
            }
        }
        View::Map(mapping) => {
            for entry in &mapping.entries {
                let (key, value) = value.entry(entry);
                path.push(key.value);
                undecided(value, path, sources, reader);
                path.pop();
            }
        }
        View::Text(_) | View::Nothing | View::Illegible => {}
    }
}

/// The lines of comment right above the line of a value, or else the comment behind it.
fn remark(text: &str, start: u32) -> String {
    let (before, behind) = text.split_at_checked(start as usize).unwrap_or((text, ""));
    let above = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
    let mut lines: Vec<_> = above.map_while(|line| line.trim_start().strip_prefix('#')).collect();
    lines.reverse();
    if lines.is_empty() {
        lines.extend(behind.lines().next().and_then(|line| Some(line.split_once(" #")?.1)));
    }
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Why a source is not even looked at as YAML.
fn unreadable(source: &Source, id: SourceId, limits: &Limits) -> Option<Finding> {
    let text = source.text();
    let place =
        |start: usize, end: usize| Place::from(Span { source: id, start: offset(start), end: offset(end) });
    if text.len() > limits.input_size {
        return Some(problems::too_large(&source.name, limits.input_size, id));
    }
    // The mark that UTF-16 begins with, or a letter of ASCII in two bytes.
    let marked = text.is_empty() && matches!(source.bad_byte(), Some(0xFE | 0xFF));
    let is_nothing: Vec<bool> = text.bytes().take(4).map(|byte| byte == 0).collect();
    if marked || is_nothing == [true, false, true, false] || is_nothing == [false, true, false, true] {
        return Some(problems::utf_16(&source.name, id));
    }
    if let Some(byte) = source.bad_byte() {
        return Some(problems::not_utf8(&source.name, byte, text, place(text.len(), text.len())));
    }
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let version = line.strip_prefix("%YAML ").map(|rest| rest.split('#').next().unwrap_or(rest).trim());
        if let Some(version) = version.filter(|version| !version.starts_with("1.")) {
            return Some(problems::other_yaml(version, place(from, from + line.trim_end().len())));
        }
        // Directives stand before everything else.
        if !line.starts_with(['%', '#', '\n', '\r', '\u{feff}']) {
            break;
        }
        from += line.len();
    }
    // U+0085 is a line break of YAML 1.1's.
    let harmless = |character: char| matches!(character, '\t' | '\n' | '\r' | '\u{85}');
    text.char_indices()
        .find(|(_, character)| character.is_control() && !harmless(*character))
        .map(|(at, character)| problems::control_character(character, place(at, at + character.len_utf8())))
}

fn offset(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// What a document says it is.
enum Recognised {
    Topology,
    Routing,
    Change,
    Queries,
    /// Routing that exists already.
    Routed(ForeignKind),
    /// Not meshgen's, and `finding` says so where that is wrong.
    Foreign {
        kind: Option<String>,
        place: Place,
        finding: Finding,
    },
    /// Meant for meshgen, but not readable by this one.
    Unsound(Finding),
    /// Its `apiVersion` or `kind` has been reported already.
    Illegible,
}

fn recognise(document: Value<'_>) -> Recognised {
    match document.view() {
        View::Map(_) => {}
        View::Illegible => return Recognised::Illegible,
        view @ (View::Text(_) | View::Nothing | View::List(_)) => {
            let found = if matches!(view, View::List(_)) { "a list" } else { "a text" };
            let place = document.place();
            let finding = problems::document_is_no_map(found, place);
            return Recognised::Foreign { kind: None, place, finding };
        }
    }
    let (Ok(version), Ok(kind)) = (text_of(document, "apiVersion"), text_of(document, "kind")) else {
        return Recognised::Illegible;
    };
    let ours = |kind: &Option<At<&str>>| kind.as_ref().is_some_and(|kind| KINDS.contains(&kind.value));
    match version {
        Some(version) if version.value == VERSION => match kind {
            Some(kind) if kind.value == "Topology" => Recognised::Topology,
            Some(kind) if kind.value == "Routing" => Recognised::Routing,
            Some(kind) if kind.value == "Change" => Recognised::Change,
            Some(kind) if kind.value == "Queries" => Recognised::Queries,
            Some(kind) => Recognised::Unsound(problems::unknown_kind(&kind)),
            None => Recognised::Unsound(problems::document_without(&["kind"], document.place())),
        },
        Some(version) if version.value.starts_with("meshgen/v") => {
            Recognised::Unsound(problems::newer_version(&version))
        }
        Some(version) if ours(&kind) || nearest(version.value, [VERSION]).is_some() => {
            Recognised::Unsound(problems::misspelt_version(&version))
        }
        None if ours(&kind) => {
            Recognised::Unsound(problems::document_without(&["apiVersion"], document.place()))
        }
        version => foreign(document, version.as_ref(), kind),
    }
}

/// A document of somebody else's, or of nobody's.
fn foreign(document: Value<'_>, version: Option<&At<&str>>, kind: Option<At<&str>>) -> Recognised {
    let Some(kind) = kind else {
        let place = document.place();
        let missing: &[&str] = if version.is_some() { &["kind"] } else { &["apiVersion", "kind"] };
        let finding = problems::document_without(missing, place);
        return Recognised::Foreign { kind: None, place, finding };
    };
    let is = |group: &str, name: &str| {
        name == kind.value && version.is_some_and(|version| version.value.starts_with(group))
    };
    if let Some((_, _, kind)) = FOREIGN.iter().find(|(group, name, _)| is(group, name)) {
        return Recognised::Routed(*kind);
    }
    let of_later = KINDS_OF_LATER.iter().any(|(group, name)| is(group, name));
    let finding = if of_later {
        problems::kind_of_later(kind.value, kind.place)
    } else {
        problems::foreign_document(kind.value, kind.place)
    };
    Recognised::Foreign { kind: Some(kind.value.to_owned()), place: kind.place, finding }
}

/// The text of a field; an error if it has been reported as illegible.
fn text_of<'t>(document: Value<'t>, field: &str) -> Result<Option<At<&'t str>>, ()> {
    let Some(value) = document.get(field) else { return Ok(None) };
    match value.view() {
        View::Text(scalar) => Ok(Some(At::new(&*scalar.text, value.place()))),
        View::Nothing | View::List(_) | View::Map(_) => Ok(None),
        View::Illegible => Err(()),
    }
}
