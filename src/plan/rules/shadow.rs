//! Which requests earlier rules have answered already, so that a later rule never sees them.

use std::collections::BTreeMap;

use crate::model::condition::{Presence, ProxyMatch, TextMatch};

/// The conditions of the rules so far, found by one word that a request must have to meet them.
#[derive(Debug, Default)]
pub struct Answered<'m> {
    all_by: Option<usize>,
    by_word: BTreeMap<Word<'m>, Vec<(&'m ProxyMatch, usize)>>,
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
    pub fn by(&mut self, rule: usize, conditions: &[&'m ProxyMatch]) -> Option<usize> {
        if self.all_by.is_some() {
            return self.all_by;
        }
        let covers: Option<Vec<usize>> = conditions.iter().map(|words| self.cover(words)).collect();
        if let Some(earlier) = covers.and_then(|covers| covers.into_iter().max()) {
            return Some(earlier);
        }
        let everything = ProxyMatch::default();
        if conditions.is_empty() || conditions.iter().any(|words| words.covers(&everything)) {
            self.all_by = Some(rule);
        }
        for condition in conditions {
            if let Some(word) = words(condition).next() {
                self.by_word.entry(word).or_default().push((condition, rule));
            }
        }
        None
    }

    fn cover(&self, later: &'m ProxyMatch) -> Option<usize> {
        words(later)
            .flat_map(|(what, key, text)| [(what, key, text), (what, key, None)])
            .filter_map(|word| self.by_word.get(&word))
            .flatten()
            .find(|(earlier, _)| earlier.covers(later))
            .map(|(_, rule)| *rule)
    }
}

fn words(condition: &ProxyMatch) -> impl Iterator<Item = Word<'_>> {
    let ProxyMatch {
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
        sni_hosts,
        destination_subnets,
    } = condition;
    let single = [("scheme", scheme), ("method", method), ("authority", authority)];
    let single =
        single.into_iter().filter_map(|(what, text)| text.as_ref().map(|text| (what, "", exact(text))));
    // A URI may be compared without regard to case, so its text is no key.
    let uri = uri.iter().map(|_| ("uri", "", None));
    let headers = headers.iter().map(|(key, presence)| ("headers", key.as_str(), said(presence)));
    let without =
        without_headers.iter().map(|(key, presence)| ("withoutHeaders", key.as_str(), said(&presence.value)));
    let query =
        query_params.iter().map(|(key, presence)| ("queryParams", key.as_str(), said(&presence.value)));
    let labels =
        source_labels.iter().map(|(key, value)| ("sourceLabels", key.as_str(), Some(value.as_str())));
    let namespace =
        source_namespace.iter().map(|namespace| ("sourceNamespace", "", Some(namespace.value.as_str())));
    // A wider name or network covers a narrower one, so their texts are no keys.
    let sni = sni_hosts.first().map(|_| ("sniHosts", "", None));
    let subnets = destination_subnets.first().map(|_| ("destinationSubnets", "", None));
    let requests = uri.chain(single).chain(headers).chain(without).chain(query);
    requests.chain(sni).chain(subnets).chain(labels).chain(namespace)
}

fn said(presence: &Presence) -> Option<&str> {
    match presence {
        Presence::Present => None,
        Presence::Says(text) => exact(text),
    }
}

fn exact(text: &TextMatch) -> Option<&str> {
    match text {
        TextMatch::Exact(text) => Some(text),
        TextMatch::Prefix(_) | TextMatch::Regex(_) => None,
    }
}
