//! Which requests earlier rules have answered already, so that a later rule never sees them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::model::condition::{Presence, ProxyMatch, TextMatch};

/// The conditions of the rules so far, found by one word that a request must have to meet them.
#[derive(Debug, Default)]
pub struct Answered<'m> {
    all_by: Option<usize>,
    by_word: BTreeMap<Word<'m>, Vec<(&'m ProxyMatch, usize)>>,
}

/// What is looked at, by which key, how, and the text that is asked for.
type Word<'m> = (&'static str, &'m str, Form, Cow<'m, str>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Any,
    Equal,
    Regex,
    Prefix,
}

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
            // By the word that fewest others have: many rules may have one path, and a header each.
            let common = |words: &Vec<Word<'m>>| {
                words.iter().filter_map(|word| self.by_word.get(word)).map(Vec::len).max()
            };
            for word in words(condition).into_iter().min_by_key(common).into_iter().flatten() {
                self.by_word.entry(word).or_default().push((condition, rule));
            }
        }
        None
    }

    /// The first rule with a condition that holds whenever this one does.
    fn cover(&self, later: &ProxyMatch) -> Option<usize> {
        let words = words(later);
        let wider = words.iter().filter_map(|words| words.first()).flat_map(|word| self.wider(word));
        wider.flatten().filter(|(earlier, _)| earlier.covers(later)).map(|(_, rule)| *rule).min()
    }

    /// What was found by this word, or by one that every request with this one has.
    fn wider<'a>(&'a self, word: &'a Word<'a>) -> Vec<&'a Vec<(&'m ProxyMatch, usize)>> {
        let (what, key, form, text) = word;
        let any = (*what, *key, Form::Any, Cow::Borrowed(""));
        let mut found: Vec<_> = self.by_word.get(&any).into_iter().collect();
        if matches!(form, Form::Equal | Form::Regex) {
            found.extend(self.by_word.get(word));
        }
        let mut rest = matches!(form, Form::Equal | Form::Prefix).then_some(text.as_ref());
        while let Some(text) = rest {
            let prefix = |text| (*what, *key, Form::Prefix, Cow::Borrowed(text));
            let Some(((.., known), rules)) = self.by_word.range(prefix("")..=prefix(text)).next_back() else {
                break;
            };
            rest = if text.starts_with(known.as_ref()) {
                found.push(rules);
                known.char_indices().next_back().and_then(|(last, _)| text.get(..last))
            } else {
                let same = text.char_indices().zip(known.chars()).find(|((_, one), other)| one != other);
                same.and_then(|((at, _), _)| text.get(..at))
            };
        }
        found
    }
}

/// Each word of a condition; several in one place are one or the other.
fn words(condition: &ProxyMatch) -> Vec<Vec<Word<'_>>> {
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
    // A path may be compared without regard to case.
    let uri = uri.iter().filter(|uri| !uri.is_every_uri()).map(|uri| {
        let (form, text) = said(uri);
        ("uri", "", form, if form == Form::Regex { text } else { text.to_lowercase().into() })
    });
    let single = [("scheme", scheme), ("method", method), ("authority", authority)];
    let single = single.into_iter().filter_map(|(what, text)| {
        let (form, text) = said(text.as_ref()?);
        Some((what, "", form, text))
    });
    let headers = headers.iter().map(|(key, says)| present("headers", key, says));
    let query = query_params.iter().map(|(key, says)| present("queryParams", key, &says.value));
    // Here the wider text is in the narrower condition.
    let without = without_headers.keys().map(|key| ("withoutHeaders", key.as_str(), Form::Any, "".into()));
    let labels =
        source_labels.iter().map(|(key, value)| ("sourceLabels", key.as_str(), Form::Equal, value.into()));
    let namespace =
        source_namespace.iter().map(|at| ("sourceNamespace", "", Form::Equal, (&at.value).into()));
    let requests = uri.chain(single).chain(headers).chain(without).chain(query);
    let single = requests.chain(labels).chain(namespace).map(|word| vec![word]);
    let several = [
        sni_hosts.iter().map(|host| backwards(&host.value)).collect::<Vec<_>>(),
        destination_subnets.iter().map(|network| bits(network.value)).collect(),
    ];
    single.chain(several.into_iter().filter(|words| !words.is_empty())).collect()
}

fn present<'m>(what: &'static str, key: &'m str, says: &'m Presence) -> Word<'m> {
    match says {
        Presence::Present => (what, key, Form::Any, "".into()),
        Presence::Says(text) => {
            let (form, text) = said(text);
            (what, key, form, text)
        }
    }
}

fn said(text: &TextMatch) -> (Form, Cow<'_, str>) {
    match text {
        TextMatch::Exact(text) => (Form::Equal, text.into()),
        TextMatch::Prefix(text) => (Form::Prefix, text.into()),
        TextMatch::Regex(text) => (Form::Regex, text.into()),
    }
}

/// A name in TLS: the end of it is what a wildcard asks for.
fn backwards<'m>(host: &str) -> Word<'m> {
    let (form, end) = host.strip_prefix('*').map_or((Form::Equal, host), |end| (Form::Prefix, end));
    ("sniHosts", "", form, end.chars().rev().collect())
}

/// A network, as the bits that all addresses in it begin with.
fn bits<'m>(network: IpNet) -> Word<'m> {
    let (family, bits) = match network {
        IpNet::V4(network) => ('4', format!("{:032b}", network.network().to_bits())),
        IpNet::V6(network) => ('6', format!("{:0128b}", network.network().to_bits())),
    };
    let same = bits.chars().take(network.prefix_len().into());
    ("destinationSubnets", "", Form::Prefix, std::iter::once(family).chain(same).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{At, SourceId, Span};

    fn at<T>(value: T) -> At<T> {
        At::new(value, Span { source: SourceId(0), start: 0, end: 0 }.into())
    }

    fn path(text: TextMatch) -> ProxyMatch {
        ProxyMatch { uri: Some(text), ..ProxyMatch::default() }
    }

    fn exact(text: &str) -> TextMatch {
        TextMatch::Exact(text.to_owned())
    }

    fn prefix(text: &str) -> TextMatch {
        TextMatch::Prefix(text.to_owned())
    }

    fn names(names: &[&str]) -> ProxyMatch {
        let sni_hosts = names.iter().map(|name| at((*name).to_owned())).collect();
        ProxyMatch { sni_hosts, ..ProxyMatch::default() }
    }

    fn networks(networks: &[&str]) -> ProxyMatch {
        let destination_subnets = networks.iter().map(|network| at(network.parse().unwrap())).collect();
        ProxyMatch { destination_subnets, ..ProxyMatch::default() }
    }

    /// Whatever the words, the earlier rule that answers is found exactly where conditions cover each other.
    #[test]
    fn an_earlier_rule_is_found_where_it_covers() {
        let method = |words: ProxyMatch| ProxyMatch { method: Some(exact("GET")), ..words };
        let any_case = |words: ProxyMatch| ProxyMatch { ignore_uri_case: Some(at(()).place), ..words };
        let header = |says| ProxyMatch { headers: [("x".to_owned(), says)].into(), ..ProxyMatch::default() };
        let regex = || TextMatch::Regex("a.*".to_owned());
        let conditions = [
            path(exact("/a")),
            path(exact("/ab")),
            path(prefix("/a")),
            path(prefix("/a/b/é")),
            path(exact("/a/b/éa")),
            path(exact("/B")),
            path(regex()),
            any_case(path(prefix("/A"))),
            any_case(path(exact("/b"))),
            any_case(path(regex())),
            method(path(prefix("/a"))),
            method(path(prefix("/"))),
            method(ProxyMatch::default()),
            header(Presence::Present),
            header(Presence::Says(exact("abc"))),
            header(Presence::Says(prefix("ab"))),
            header(Presence::Says(prefix(""))),
            header(Presence::Says(regex())),
            names(&["a.b.example"]),
            names(&["*.b.example", "c.example"]),
            names(&["*.example"]),
            names(&["c.example", "a.b.example"]),
            networks(&["10.0.0.0/8"]),
            networks(&["10.1.0.0/16", "10.2.3.4/32"]),
            networks(&["0.0.0.0/0"]),
            networks(&["::/0"]),
            networks(&["fd00::/8"]),
        ];
        for earlier in &conditions {
            for later in &conditions {
                let mut answered = Answered::default();
                answered.by(0, &[earlier]);
                let found = answered.by(1, &[later]) == Some(0);
                assert_eq!(found, earlier.covers(later), "{earlier:?}, then {later:?}");
            }
        }
    }
}
