//! Whether a condition of a route holds for a request.
//!
//! Enters: one entry of `match`, and the request. Leaves: yes or no. Refuses to know: what the route answers.
//!
//! Some words are decided by the control plane when it writes the routes of one proxy ([`is_for`]), the others by the
//! proxy for each request ([`holds`]): routes of which none is for a proxy count as if they were not there, routes of
//! which none holds for a request end in a 404.

use std::collections::BTreeMap;

use super::expression;
use super::object::virtual_service::{HttpMatch, HttpRoute, StringMatch};
use super::proxy::Proxy;
use super::request::Request;
use super::world::selects;

/// Where sidecars get their routes from.
const MESH: &str = "mesh";

/// The first release whose proxies take an absent header for one that differs from a text.
const ABSENT_HEADER_DIFFERS: u8 = 22;

/// Who asks which routes are for it.
#[derive(Clone, Copy)]
pub(super) struct Asker<'r> {
    pub(super) proxy: &'r Proxy,
    /// The Gateway object, as `namespace/name`; none for a sidecar.
    pub(super) gateway: Option<&'r str>,
    /// Of the listener.
    pub(super) port: u16,
}

impl Asker<'_> {
    /// Whether a name in `gateways` means it; `home` is the namespace of who says so.
    pub(super) fn is(&self, name: &str, home: &str) -> bool {
        match (self.gateway, name.contains('/')) {
            (None, _) => name == MESH,
            (Some(own), true) => own == name,
            (Some(own), false) => own.split_once('/') == Some((home, name)),
        }
    }

    /// Whether it has the labels and the namespace that a condition asks for.
    pub(super) fn fits(&self, labels: &BTreeMap<String, String>, namespace: Option<&str>) -> bool {
        namespace.is_none_or(|namespace| namespace == self.proxy.namespace)
            && selects(labels, &self.proxy.labels)
    }
}

/// Whether the control plane gives this condition of a route to a proxy. One that names gateways asks for nothing else.
/// Source: `sourceMatchHTTP` in Istio's `pilot/pkg/networking/core/route`.
#[must_use]
fn is_for(condition: &HttpMatch, asker: Asker<'_>, home: &str) -> bool {
    condition.port.is_none_or(|wanted| wanted == asker.port)
        && if condition.gateways.is_empty() {
            asker.fits(&condition.source_labels, condition.source_namespace.as_deref())
        } else {
            condition.gateways.iter().any(|name| asker.is(name, home))
        }
}

/// The conditions of a route that are for a proxy; nothing if the route is not for it at all. `home` is the namespace of
/// the VirtualService.
#[must_use]
pub(super) fn of_route<'r>(route: &'r HttpRoute, asker: Asker<'_>, home: &str) -> Option<Vec<&'r HttpMatch>> {
    let conditions: Vec<_> =
        route.matches.iter().filter(|condition| is_for(condition, asker, home)).collect();
    (route.matches.is_empty() || !conditions.is_empty()).then_some(conditions)
}

/// Whether a condition means every request, so that it comes last where several objects answer for one host.
#[must_use]
pub(super) fn is_catch_all(condition: &HttpMatch) -> bool {
    let uri = condition.uri.as_ref().is_none_or(|uri| {
        uri.prefix.as_deref() == Some("/")
            || uri.regex.as_deref().is_some_and(|regex| ["*", ".*"].contains(&regex))
    });
    let HttpMatch { scheme, method, authority, headers, without_headers, query_params, .. } = condition;
    uri && [scheme, method, authority].into_iter().all(Option::is_none)
        && [headers, without_headers, query_params].into_iter().all(BTreeMap::is_empty)
}

/// Whether the proxy takes the request for one that the condition means. `release` is the proxy's.
#[must_use]
pub(super) fn holds(condition: &HttpMatch, request: &Request, release: u8) -> bool {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let says = |wanted: &Option<StringMatch>, name: &str| {
        wanted.as_ref().is_none_or(|wanted| header(wanted, request.header(name).as_deref()))
    };
    condition.uri.as_ref().is_none_or(|wanted| uri(wanted, path, condition))
        && says(&condition.scheme, ":scheme")
        && says(&condition.method, ":method")
        && says(&condition.authority, ":authority")
        && condition.headers.iter().all(|(name, wanted)| header(wanted, request.header(name).as_deref()))
        && condition.without_headers.iter().all(|(name, unwanted)| {
            without(unwanted, request.header(name).as_deref(), release >= ABSENT_HEADER_DIFFERS)
        })
        && condition.query_params.iter().all(|(name, wanted)| header(wanted, parameter(query, name)))
}

/// `ignoreUriCase` does not reach into regular expressions.
fn uri(wanted: &StringMatch, path: &str, condition: &HttpMatch) -> bool {
    if let (true, Some(prefix)) = (condition.by_segments, wanted.prefix.as_deref()) {
        let segments = prefix.strip_suffix('/').unwrap_or(prefix);
        return path.strip_prefix(segments).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    }
    if !condition.ignore_uri_case || wanted.regex.is_some() {
        return text(wanted, path);
    }
    let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_ascii_lowercase());
    let wanted = StringMatch { exact: lower(&wanted.exact), prefix: lower(&wanted.prefix), regex: None };
    text(&wanted, &path.to_ascii_lowercase())
}

/// A comparison that says nothing, or `*`, asks for presence.
fn header(wanted: &StringMatch, value: Option<&str>) -> bool {
    value.is_some_and(|value| is_presence(wanted) || text(wanted, value))
}

/// A header that is absent does not say the unwanted; but older proxies let no comparison hold for it, not even an
/// inverted one.
fn without(unwanted: &StringMatch, value: Option<&str>, absent_differs: bool) -> bool {
    match value {
        None if is_presence(unwanted) => true,
        None => absent_differs && !text(unwanted, ""),
        Some(value) => !header(unwanted, Some(value)),
    }
}

fn is_presence(wanted: &StringMatch) -> bool {
    match wanted {
        StringMatch { exact: None, prefix: None, regex: None } => true,
        StringMatch { exact: _, prefix: _, regex } => regex.as_deref() == Some("*"),
    }
}

fn text(wanted: &StringMatch, value: &str) -> bool {
    let StringMatch { exact, prefix, regex } = wanted;
    exact.as_ref().is_none_or(|exact| value == exact)
        && prefix.as_ref().is_none_or(|prefix| value.starts_with(prefix.as_str()))
        && regex.as_ref().is_none_or(|regex| expression::matches(regex, value))
}

/// The first value of a parameter, as written.
fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(yaml: &str) -> HttpMatch {
        serde_yaml::from_str(yaml).unwrap()
    }

    fn request(path: &str, headers: &[(&str, &str)]) -> Request {
        Request {
            host: "reviews".to_owned(),
            port: 9080,
            method: "GET".to_owned(),
            path: path.to_owned(),
            headers: headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            ..Request::default()
        }
    }

    #[test]
    fn every_word_of_the_request() {
        for (yaml, path, headers, expected) in [
            ("{uri: {prefix: /api}}", "/api/x?y", &[][..], true),
            ("{uri: {exact: /api}}", "/api?y=1", &[], true),
            ("{uri: {exact: /API}, ignoreUriCase: true}", "/api", &[], true),
            ("{uri: {regex: /API}, ignoreUriCase: true}", "/api", &[], false),
            ("{uri: {regex: /a}}", "/api", &[], false),
            ("{authority: {exact: reviews}}", "/", &[], false),
            ("{authority: {prefix: reviews}}", "/", &[], true),
            ("{method: {exact: POST}}", "/", &[], false),
            ("{scheme: {exact: http}}", "/", &[], true),
            ("{headers: {End-User: {exact: jason}}}", "/", &[("end-user", "jason")], true),
            ("{headers: {end-user: {}}}", "/", &[("end-user", "")], true),
            ("{headers: {end-user: {}}}", "/", &[], false),
            ("{headers: {a: {exact: b}, c: {exact: d}}}", "/", &[("a", "b")], false),
            ("{queryParams: {v: {exact: '2'}}}", "/?v=2&v=3", &[], true),
            ("{queryParams: {v: {}}}", "/?v", &[], true),
            ("{queryParams: {v: {}}}", "/", &[], false),
            ("{withoutHeaders: {a: {}}}", "/", &[("a", "")], false),
            ("{withoutHeaders: {a: {}}}", "/", &[], true),
            ("{withoutHeaders: {a: {exact: b}}}", "/", &[("a", "c")], true),
            ("{withoutHeaders: {a: {exact: b}}}", "/", &[("a", "b")], false),
        ] {
            assert_eq!(holds(&condition(yaml), &request(path, headers), 30), expected, "{yaml} {path}");
        }
    }

    #[test]
    fn an_absent_header_differs_only_since_a_release() {
        let condition = condition("{withoutHeaders: {a: {exact: b}}}");
        assert!(holds(&condition, &request("/", &[]), 22));
        assert!(!holds(&condition, &request("/", &[]), 21));
    }
}
