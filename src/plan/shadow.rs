//! Which requests earlier rules have answered already, so that a later rule never sees them.

use std::collections::BTreeMap;

use crate::model::condition::{HttpMatch, Presence, TextMatch};

/// The conditions of the rules so far, found by one word that a request must have to meet them.
#[derive(Debug, Default)]
pub struct Answered<'m> {
    all_by: Option<usize>,
    by_word: BTreeMap<Word<'m>, Vec<(&'m HttpMatch, usize)>>,
}

/// What is looked at, and the text that it must equal, if it must.
type Word<'m> = (&'static str, &'m str, Option<&'m str>);

impl<'m> Answered<'m> {
    /// Whether every request is answered by now.
    pub fn all(&self) -> bool {
        self.all_by.is_some()
    }

    /// Adds a rule, unless earlier ones answer all it could: then the last of those that are needed for it.
    /// No conditions mean every request.
    pub fn by(&mut self, rule: usize, conditions: &[&'m HttpMatch]) -> Option<usize> {
        if self.all_by.is_some() {
            return self.all_by;
        }
        let covers: Option<Vec<usize>> = conditions.iter().map(|words| self.cover(words)).collect();
        if let Some(earlier) = covers.and_then(|covers| covers.into_iter().max()) {
            return Some(earlier);
        }
        if conditions.is_empty() {
            self.all_by = Some(rule);
        }
        for condition in conditions {
            if let Some(word) = words(condition).next() {
                self.by_word.entry(word).or_default().push((condition, rule));
            }
        }
        None
    }

    fn cover(&self, later: &'m HttpMatch) -> Option<usize> {
        words(later)
            .flat_map(|(what, key, text)| [(what, key, text), (what, key, None)])
            .filter_map(|word| self.by_word.get(&word))
            .flatten()
            .find(|(earlier, _)| earlier.covers(later))
            .map(|(_, rule)| *rule)
    }
}

fn words(condition: &HttpMatch) -> impl Iterator<Item = Word<'_>> {
    let HttpMatch {
        uri,
        scheme,
        method,
        authority,
        headers,
        without_headers,
        query_params,
        ignore_uri_case: _,
        source_labels,
        source_namespace,
    } = condition;
    let single = [("uri", uri), ("scheme", scheme), ("method", method), ("authority", authority)];
    let many = [("headers", headers), ("withoutHeaders", without_headers), ("queryParams", query_params)];
    // A URI may be compared without regard to case, so its text cannot be the key.
    let exact = |what: &str, text: &'_ TextMatch| what != "uri" && matches!(text, TextMatch::Exact(_));
    let single = single.into_iter().filter_map(move |(what, text)| {
        text.as_ref().map(|text| (what, "", if exact(what, text) { Some(text.as_str()) } else { None }))
    });
    let many = many.into_iter().flat_map(|(what, map)| map.iter().map(move |(key, presence)| (what, key.as_str(), said(presence))));
    let labels = source_labels.iter().map(|(key, value)| ("sourceLabels", key.as_str(), Some(value.as_str())));
    let namespace = source_namespace.iter().map(|namespace| ("sourceNamespace", "", Some(namespace.as_str())));
    single.chain(many).chain(labels).chain(namespace)
}

fn said(presence: &Presence) -> Option<&str> {
    match presence {
        Presence::Says(TextMatch::Exact(text)) => Some(text),
        Presence::Present | Presence::Says(TextMatch::Prefix(_) | TextMatch::Regex(_)) => None,
    }
}
