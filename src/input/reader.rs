//! Reading by hand: every mistake is collected, none ends the reading.
//!
//! Enters: values of the tree. Leaves: values of the language, each with its place; `None` and
//! [`Written::Illegible`] stand for what has been reported. Refuses to know: which fields there are.

mod fields; // maps with known fields, with chosen keys, and lists
mod scalar; // text, numbers, booleans, words

use std::collections::{BTreeMap, BTreeSet};

use super::problems;
use super::tree::{Value, View};
use super::written::Written;
use crate::diagnostic::{Code, Finding, Label};
use crate::source::{At, Place};

pub use fields::Form;
pub(super) use fields::{form, unspaced};

/// Collects findings while values are read.
#[derive(Default)]
pub struct Reader {
    findings: Vec<Finding>,
}

impl Reader {
    /// What was found. A mistake behind several aliases is one mistake.
    pub fn into_findings(self) -> Vec<Finding> {
        let mut behind_aliases = BTreeSet::new();
        let mut findings = self.findings;
        findings.retain(|finding| match finding.labels.first() {
            Some(Label { place: Place { span, via: Some(_) }, text: _ }) => {
                behind_aliases.insert((finding.code, *span, finding.message.clone()))
            }
            Some(Label { place: Place { span: _, via: None }, text: _ }) | None => true,
        });
        equal_as_one(findings)
    }

    /// How much was found so far.
    pub fn count(&self) -> usize {
        self.findings.len()
    }

    /// Adds a finding.
    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Where the tree adds its findings.
    pub fn findings(&mut self) -> &mut Vec<Finding> {
        &mut self.findings
    }

    /// Reports that a value has not the form that is expected here; says nothing of what is illegible already.
    pub fn wrong_form(&mut self, value: Value<'_>, expected: &str, example: &str) {
        let found = match value.view() {
            View::Illegible => return,
            View::Nothing => {
                self.report(problems::missing_value(value.name_place()));
                return;
            }
            View::Text(scalar) => format!("the text {}", problems::shown(&scalar.text)),
            View::List(_) => "a list".to_owned(),
            View::Map(_) => "a map".to_owned(),
        };
        self.report(problems::wrong_form(expected, &found, example, value.place()));
    }
}

/// Codes of mistakes that people make in many places at once.
const REPEATED: [Code; 2] = [Code::MG0120, Code::MG0128];

/// Places of one mistake that are shown.
const SHOWN: usize = 3;

/// Makes one finding of those that say the same of several places.
fn equal_as_one(findings: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut seen: BTreeMap<(Code, String, Option<String>), (usize, usize)> = BTreeMap::new();
    for finding in findings {
        // Whoever follows an alias needs both ends of it.
        let is_aliased = finding.labels.iter().any(|label| label.place.via.is_some());
        if is_aliased || !REPEATED.contains(&finding.code) {
            all.push(finding);
            continue;
        }
        let key = (finding.code, finding.message.clone(), finding.help.clone());
        match seen.get_mut(&key) {
            None => {
                seen.insert(key, (all.len(), 1));
                all.push(finding);
            }
            Some((index, count)) => {
                *count += 1;
                if let (Some(first), true) = (all.get_mut(*index), *count <= SHOWN) {
                    first.labels.extend(
                        finding
                            .labels
                            .into_iter()
                            .map(|label| Label { text: "and here".to_owned(), ..label }),
                    );
                }
            }
        }
    }
    for ((_, _, _), (index, count)) in seen {
        if let (Some(finding), true) = (all.get_mut(index), count > SHOWN) {
            let help = finding.help.take().unwrap_or_default();
            finding.help = Some(format!("{help} ({} more not shown)", count - SHOWN));
        }
    }
    all
}

impl<'t> Written<Value<'t>> {
    /// Reads a field's value; what it is not able to read is poison.
    pub fn read<T>(
        self,
        reader: &mut Reader,
        read: impl FnOnce(&mut Reader, Value<'t>) -> Option<At<T>>,
    ) -> Written<T> {
        match self {
            Self::Absent => Written::Absent,
            Self::Illegible => Written::Illegible,
            Self::As(At { value, place: _ }) => read(reader, value).map_or(Written::Illegible, Written::As),
        }
    }

    /// Reads a field that must be there; `map` is what it is missing in.
    pub fn required<T, F: Form<'t>>(
        self,
        name: &'static str,
        map: Value<'_>,
        reader: &mut Reader,
        read: impl FnOnce(&mut Reader, Value<'t>) -> Option<At<T>>,
    ) -> Option<At<T>> {
        if self.is_absent() {
            reader.report(problems::missing_field(name, F::WHAT, F::EXAMPLE, map.name_place()));
        }
        match self.read(reader, read) {
            Written::Absent | Written::Illegible => None,
            Written::As(at) => Some(at),
        }
    }
}
