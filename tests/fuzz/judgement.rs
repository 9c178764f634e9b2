//! What must be true of any input.
//!
//! Enters: a text. Leaves: what is not true of it. Refuses to know: how the text came about, and which findings it deserves.

use std::collections::BTreeMap;
use std::time::Duration;

use meshgen::diagnostic::{self, Finding, Severity, github, human, json};
use meshgen::source::{Found, Place, Source, Sources, Span};

use super::bundles;
use crate::support::golden;
use crate::support::schema::Schemas;
use crate::support::work::worked;

/// Where the bytes stand.
const NAME: &str = "input.yaml";

/// No input may take longer, by the time that is worked on it. An unoptimised build has more.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });

/// Bytes of an input whose bundles are held against the schemas: to judge by their rules takes longer than to compile.
const LARGEST: usize = 24_000;

/// What one run gave.
#[derive(PartialEq)]
struct Run {
    files: BTreeMap<String, String>,
    findings: Vec<Finding>,
    is_sound: bool,
}

impl Run {
    fn of(sources: &Sources) -> Self {
        let mut files = BTreeMap::new();
        let outcome = meshgen::compile(sources, &mut |bundle| {
            files.insert(format!("{}.yaml", bundle.cluster), bundle.text);
            if let Some(stand_ins) = bundle.stand_ins {
                files.insert(format!("{}.stand-ins.yaml", bundle.cluster), stand_ins.text);
            }
        });
        let is_sound = !outcome.has_errors();
        files.retain(|_, text| is_sound && !text.is_empty());
        let mut findings = outcome.findings;
        diagnostic::sort(&mut findings);
        Self { files, findings, is_sound }
    }
}

/// All that is wrong with how a text is answered. Bundles are held against the schemas where there are any.
pub fn of(bytes: &[u8], schemas: Option<&Schemas>) -> Vec<String> {
    let sources = one(bytes.to_vec());
    let before = worked();
    let run = Run::of(&sources);
    let took = worked().saturating_sub(before);
    let mut faults = Vec::new();
    if took > LONGEST {
        faults.push(format!("it takes {took:?}"));
    }
    if run != Run::of(&sources) {
        faults.push("a second run gives something else".to_owned());
    }
    faults.extend(run.findings.iter().flat_map(|finding| faults_of(finding, &sources)));
    faults.extend(faults_of_forms(&run.findings, &sources));
    let source = &sources.texts[0];
    let included =
        sources.iter().flat_map(|(id, source)| meshgen::includes(id, source.text(), &sources.limits));
    faults.extend(
        included
            .filter(|include| !lies_in(include.path.place, &sources))
            .map(|include| format!("include {}: no place", include.path)),
    );
    let resolved = meshgen::resolved(&sources);
    if resolved.has_errors() && run.is_sound {
        faults.push("what cannot be resolved is built".to_owned());
    }
    if !run.is_sound {
        return faults;
    }
    let long = resolved.value.unwrap_or_default();
    let again = Run::of(&one(long.clone().into_bytes()));
    if again.files != run.files {
        faults.push(format!("the long form builds something else: {:?}\n{long}", again.findings));
    }
    if let Some(schemas) = schemas.filter(|_| bytes.len() < LARGEST) {
        for (file, text) in &run.files {
            faults.extend(
                golden::faults(schemas, file, text).into_iter().map(|fault| format!("{file}: {fault}")),
            );
        }
    }
    match meshgen::world(&sources).value {
        Some(world) => faults.extend(bundles::unanswered(&world, &run.files)),
        None => faults.push(format!("what is built has no world: {}", source.name)),
    }
    faults
}

fn one(bytes: Vec<u8>) -> Sources {
    Sources { texts: vec![Source::new(NAME, Found::Named, bytes)], ..Sources::default() }
}

/// A finding says something, in one sentence without full stop, about characters that are there.
fn faults_of(finding: &Finding, sources: &Sources) -> Vec<String> {
    let Finding { code, message, labels, spots: _, help, weight: _ } = finding;
    let mut faults = Vec::new();
    let mut sentences: Vec<&str> = vec![message];
    sentences.extend(labels.iter().map(|label| label.text.as_str()));
    sentences.extend(help.as_deref());
    if message.is_empty() || sentences.iter().any(|text| text.ends_with('.')) {
        faults.push(format!("{code}: {sentences:?}"));
    }
    if finding.severity() == Severity::Error && labels.is_empty() {
        faults.push(format!("{code} has no place: {message}"));
    }
    let lost = labels.iter().filter(|label| !lies_in(label.place, sources));
    faults.extend(lost.map(|label| format!("{code} stands nowhere: {:?}", label.place)));
    faults
}

fn lies_in(place: Place, sources: &Sources) -> bool {
    let Place { span, via } = place;
    [Some(span), via].into_iter().flatten().all(|Span { source, start, end }| {
        let (start, end) = (start as usize, end as usize);
        sources.get(source).is_some_and(|source| source.text().get(start..end).is_some())
    })
}

/// The three forms are well-formed, whole, and harmless to a terminal.
fn faults_of_forms(findings: &[Finding], sources: &Sources) -> Vec<String> {
    let mut faults = Vec::new();
    let human = human::render(findings, sources, &human::Style::default());
    let json = json::render(findings, sources, None, None);
    let github = github::render(findings, sources, None, "");
    for (form, text) in [("human", &human), ("json", &json), ("github", &github)] {
        if text.chars().any(|mark| mark != '\n' && steers_a_terminal(mark)) {
            faults.push(format!("{form} steers the terminal: {text:?}"));
        }
    }
    let whole = serde_json::from_str::<serde_json::Value>(&json)
        .ok()
        .and_then(|json| json["findings"].as_array().map(Vec::len));
    if whole != Some(findings.len()) {
        faults.push(format!("json has {whole:?} of {} findings", findings.len()));
    }
    let commands = github.lines().filter(|line| line.starts_with("::")).count();
    if (commands, github.lines().count()) != (findings.len(), findings.len()) {
        faults.push(format!("github has not one command a finding:\n{github}"));
    }
    if human.matches("  more: meshgen explain ").count() < findings.len() {
        faults.push("a finding is not shown to people".to_owned());
    }
    faults
}

/// Controls, and what turns the direction of writing.
fn steers_a_terminal(mark: char) -> bool {
    mark.is_control() || matches!(mark, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
