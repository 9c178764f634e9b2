//! Conditions in Istio's words.
//!
//! Enters: what is left for the proxy to decide. Leaves: one entry of `match`. Refuses to know: which callers are
//! asked at all; `plan` has decided that.

use std::collections::BTreeMap;

use super::string_match::StringMatch;
use crate::istio::dialect::Dialect;
use crate::istio::kind::virtual_service::HttpMatchRequest;
use crate::istio::release::Feature;
use crate::model::condition::{Presence, ProxyMatch, TextMatch};
use crate::source::At;

/// One entry of `match`, for requests to `port` if one is given. Words that the release lacks are left out, with a
/// finding.
pub fn condition(words: &ProxyMatch, port: Option<u16>, dialect: &mut Dialect<'_>) -> HttpMatchRequest {
    let ProxyMatch {
        uri,
        ignore_uri_case,
        scheme,
        method,
        authority,
        headers,
        without_headers,
        query_params,
        source_labels,
        source_namespace,
        // For connections; a rule has words of one kind.
        sni_hosts: _,
        destination_subnets: _,
    } = words;
    HttpMatchRequest {
        uri: uri.as_ref().map(text),
        ignore_uri_case: ignore_uri_case.and_then(|place| dialect.say(Feature::IgnoreUriCase, place, true)),
        scheme: scheme.as_ref().map(text),
        method: method.as_ref().map(text),
        authority: authority.as_ref().map(text),
        headers: headers.iter().map(|(name, says)| (name.clone(), presence(says))).collect(),
        without_headers: absent(without_headers, dialect),
        query_params: parameters(query_params, dialect),
        port,
        source_labels: source_labels.clone(),
        source_namespace: source_namespace
            .as_ref()
            .and_then(|at| dialect.say(Feature::SourceNamespace, at.place, at.value.clone())),
    }
}

/// How a text is compared.
pub fn text(says: &TextMatch) -> StringMatch {
    match says {
        TextMatch::Exact(text) => StringMatch::Exact(text.clone()),
        TextMatch::Prefix(text) => StringMatch::Prefix(text.clone()),
        TextMatch::Regex(text) => StringMatch::Regex(text.clone()),
    }
}

/// Presence is `{}` in every release: Envoy takes a comparison that says nothing for presence.
fn presence(says: &Presence) -> StringMatch {
    match says {
        Presence::Present => StringMatch::Present,
        Presence::Says(says) => text(says),
    }
}

fn absent(
    headers: &BTreeMap<String, At<Presence>>,
    dialect: &mut Dialect<'_>,
) -> BTreeMap<String, StringMatch> {
    let Some(first) = headers.values().next() else { return BTreeMap::new() };
    if !dialect.can(Feature::WithoutHeaders, first.place) {
        return BTreeMap::new();
    }
    for at in headers.values() {
        match at.value {
            Presence::Present => {}
            Presence::Says(_) => {
                dialect.can(Feature::AbsentHeaderDiffers, at.place);
            }
        }
    }
    headers.iter().map(|(name, at)| (name.clone(), presence(&at.value))).collect()
}

fn parameters(
    params: &BTreeMap<String, At<Presence>>,
    dialect: &mut Dialect<'_>,
) -> BTreeMap<String, StringMatch> {
    let Some(first) = params.values().next() else { return BTreeMap::new() };
    if !dialect.can(Feature::QueryParams, first.place) {
        return BTreeMap::new();
    }
    for at in params.values() {
        match at.value {
            Presence::Says(TextMatch::Prefix(_)) => {
                dialect.can(Feature::QueryParamPrefix, at.place);
            }
            Presence::Present | Presence::Says(TextMatch::Exact(_) | TextMatch::Regex(_)) => {}
        }
    }
    params.iter().map(|(name, at)| (name.clone(), presence(&at.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::istio::dialect::Lacks;
    use crate::istio::dialect::tests::{cluster, somewhere};

    fn written(words: &ProxyMatch, release: &str) -> (String, Vec<String>) {
        let mut lacks = Lacks::default();
        let lowered =
            condition(words, Some(9080), &mut Dialect::new(&cluster("cluster1", release), &mut lacks));
        let codes = lacks.findings().iter().map(|finding| finding.code.to_string()).collect();
        (serde_json::to_string(&lowered).unwrap(), codes)
    }

    #[test]
    fn every_word_in_istios_spelling() {
        let exact = |text: &str| TextMatch::Exact(text.to_owned());
        let words = ProxyMatch {
            uri: Some(TextMatch::Prefix("/api".to_owned())),
            ignore_uri_case: Some(somewhere()),
            scheme: Some(exact("https")),
            method: Some(exact("GET")),
            authority: Some(TextMatch::Regex("shop.*".to_owned())),
            headers: [("x-debug".to_owned(), Presence::Present)].into(),
            without_headers: [("end-user".to_owned(), At::new(Presence::Says(exact("jason")), somewhere()))]
                .into(),
            query_params: [("v".to_owned(), At::new(Presence::Says(exact("2")), somewhere()))].into(),
            source_labels: [("app".to_owned(), "web".to_owned())].into(),
            source_namespace: Some(At::new("shop".to_owned(), somewhere())),
            ..ProxyMatch::default()
        };
        let (json, codes) = written(&words, "1.30");
        assert_eq!(codes, Vec::<String>::new());
        insta::assert_snapshot!(json, @r#"{"uri":{"prefix":"/api"},"ignoreUriCase":true,"scheme":{"exact":"https"},"method":{"exact":"GET"},"authority":{"regex":"shop.*"},"headers":{"x-debug":{}},"withoutHeaders":{"end-user":{"exact":"jason"}},"queryParams":{"v":{"exact":"2"}},"port":9080,"sourceLabels":{"app":"web"},"sourceNamespace":"shop"}"#);
    }

    #[test]
    fn an_absent_header_is_warned_of_where_it_does_not_count() {
        let without = |says| ProxyMatch {
            without_headers: [("end-user".to_owned(), At::new(says, somewhere()))].into(),
            ..ProxyMatch::default()
        };
        let says = Presence::Says(TextMatch::Exact("jason".to_owned()));
        assert_eq!(written(&without(says.clone()), "1.21").1, ["MG0503"]);
        assert_eq!(written(&without(says.clone()), "1.22").1, Vec::<String>::new());
        assert_eq!(written(&without(Presence::Present), "1.21").1, Vec::<String>::new());
        assert_eq!(written(&without(says), "1.5").1, ["MG0501"]);
    }
}
