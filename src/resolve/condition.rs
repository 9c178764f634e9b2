//! Conditions: their words as meant.
//!
//! Enters: one condition as written. Leaves: what is left for the proxy to decide, every value checked. Refuses to
//! know: `sourceClusters` and `port`, which are names.

use super::problems::value::query_parameter_name;
use super::value::connection;
use super::value::header::{self, Use};
use super::value::http;
use super::value::text_match::{EmptyPrefix, path, presence, text_match};
use super::value::{Checked, Poisoned, each, optional};
use super::{label, name};
use crate::diagnostic::Finding;
use crate::input::{Keyed, condition as written};
use crate::model::condition::ProxyMatch;
use crate::source::At;

/// Nothing if a word is illegible or has a value that cannot be: then it is not known which requests are meant.
pub(super) fn words(written: &written::Condition, findings: &mut Vec<Finding>) -> Option<ProxyMatch> {
    let written::Condition {
        // Names; whoever knows the clusters and the service's ports resolves them.
        source_clusters: _,
        port: _,
        uri,
        scheme,
        method,
        authority,
        headers,
        without_headers,
        query_params,
        ignore_uri_case,
        source_labels,
        source_namespace,
        sni_hosts,
        destination_subnets,
    } = written;
    let uri = optional(uri, |at| path(&at.value, findings));
    let scheme = optional(scheme, |at| text_match(&at.value, "scheme", EmptyPrefix::Refused, findings));
    let method = optional(method, |at| {
        if let written::TextMatch::Exact(exact) = &at.value {
            http::method(exact, findings)?;
        }
        text_match(&at.value, "method", EmptyPrefix::Refused, findings)
    });
    let authority =
        optional(authority, |at| text_match(&at.value, "authority", EmptyPrefix::Refused, findings));
    let headers =
        header::by_name(headers, Use::Match, findings, |says, findings| presence(says, "headers", findings));
    let without_headers = header::by_name(without_headers, Use::Match, findings, |says, findings| {
        presence(says, "withoutHeaders", findings)
    });
    let query_params = each(query_params, |Keyed { key, value }: &Keyed<written::Presence>| {
        let named = query_parameter(key, findings);
        let says = presence(value, "queryParams", findings)?;
        named?;
        Ok((key.value.clone(), At::new(says, key.place)))
    });
    let ignore_uri_case = optional(ignore_uri_case, |at| Ok(at.value.then_some(at.place)));
    let all_labels = super::entries(source_labels).1;
    let source_labels = sound(findings, |findings| label::labels(source_labels, findings));
    let source_namespace = optional(source_namespace, |at| {
        sound(findings, |findings| {
            name::dns_label("namespace", at, findings);
            at.clone()
        })
    });
    let sni_hosts = connection::sni_hosts(sni_hosts, findings);
    let destination_subnets = connection::subnets(destination_subnets, findings);
    let checked = || -> Checked<ProxyMatch> {
        Ok(ProxyMatch {
            uri: uri?,
            ignore_uri_case: ignore_uri_case?.flatten(),
            scheme: scheme?,
            method: method?,
            authority: authority?,
            headers: headers?.into_iter().map(|(name, at)| (name, at.value)).collect(),
            without_headers: without_headers?,
            query_params: query_params?,
            source_labels: if all_labels { source_labels? } else { return Err(Poisoned) },
            source_namespace: source_namespace?,
            sni_hosts: sni_hosts?,
            destination_subnets: destination_subnets?,
        })
    };
    checked().ok()
}

/// Most bytes of a parameter's name that Envoy's API lets pass.
const LONGEST_PARAMETER: usize = 1024;

fn query_parameter(name: &At<String>, findings: &mut Vec<Finding>) -> Checked<()> {
    if (1..=LONGEST_PARAMETER).contains(&name.value.len()) {
        return Ok(());
    }
    findings.push(query_parameter_name(name));
    Err(Poisoned)
}

/// What was made, if nothing was found while making it.
fn sound<T>(findings: &mut Vec<Finding>, make: impl FnOnce(&mut Vec<Finding>) -> T) -> Checked<T> {
    let before = findings.len();
    let made = make(findings);
    if findings.len() == before { Ok(made) } else { Err(Poisoned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Listed, Written};
    use crate::model::condition::{Presence, TextMatch};
    use crate::source::{Place, SourceId, Span};

    fn somewhere() -> Place {
        Span { source: SourceId(0), start: 0, end: 0 }.into()
    }

    fn text(text: &str) -> At<String> {
        At::new(text.to_owned(), somewhere())
    }

    fn written<T>(value: T) -> Written<T> {
        Written::As(At::new(value, somewhere()))
    }

    fn exact(says: &str) -> written::TextMatch {
        written::TextMatch::Exact(text(says))
    }

    fn named(entries: Vec<(&str, written::Presence)>) -> Written<Listed<Keyed<written::Presence>>> {
        let entries = entries.into_iter().map(|(key, value)| Keyed { key: text(key), value }).collect();
        written(Listed { entries, complete: true })
    }

    fn nothing() -> written::Condition {
        written::Condition {
            source_clusters: Written::Absent,
            port: Written::Absent,
            uri: Written::Absent,
            scheme: Written::Absent,
            method: Written::Absent,
            authority: Written::Absent,
            headers: Written::Absent,
            without_headers: Written::Absent,
            query_params: Written::Absent,
            ignore_uri_case: Written::Absent,
            source_labels: Written::Absent,
            source_namespace: Written::Absent,
            sni_hosts: Written::Absent,
            destination_subnets: Written::Absent,
        }
    }

    fn findings(condition: &written::Condition) -> (bool, Vec<String>) {
        let mut findings = Vec::new();
        let sound = words(condition, &mut findings).is_some();
        (
            sound,
            findings.into_iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect(),
        )
    }

    #[test]
    fn header_names_become_lower_case() {
        let says = written::Presence::Says(exact("jason"));
        let condition = written::Condition { headers: named(vec![("End-User", says)]), ..nothing() };
        let words = words(&condition, &mut Vec::new()).unwrap();
        assert_eq!(words.headers["end-user"], Presence::Says(TextMatch::Exact("jason".to_owned())));
    }

    #[test]
    fn every_bad_word_is_found_in_one_run() {
        let condition = written::Condition {
            uri: written(written::TextMatch::Regex(text("(?=a)"))),
            authority: written(written::TextMatch::Prefix(text(""))),
            headers: named(vec![
                ("uri", written::Presence::Present),
                ("X-A", written::Presence::Present),
                ("x-a", written::Presence::Present),
            ]),
            source_namespace: written("Shop".to_owned()),
            ..nothing()
        };
        assert_eq!(
            findings(&condition),
            (
                false,
                vec![
                    "MG0351: RE2, which Envoy speaks, knows no look-around".to_owned(),
                    "MG0354: the prefix in `authority` is empty".to_owned(),
                    "MG0352: Istio ignores `uri` among the headers".to_owned(),
                    "MG0370: the header `x-a` is named twice".to_owned(),
                    "MG0202: `Shop` cannot be the name of a namespace".to_owned(),
                ]
            )
        );
    }

    #[test]
    fn what_is_odd_but_sound_is_only_warned_of() {
        let condition = written::Condition {
            method: written(exact("get")),
            uri: written(written::TextMatch::Prefix(text(""))),
            ..nothing()
        };
        assert_eq!(findings(&condition), (true, vec!["MG0357: no request has the method `get`".to_owned()]));
    }

    #[test]
    fn poison_is_not_reported_again() {
        assert_eq!(
            findings(&written::Condition { uri: Written::Illegible, ..nothing() }),
            (false, Vec::new())
        );
    }
}
