//! The rules of one route, in the words of a `VirtualService`.
//!
//! Enters: a route of the Gateway API. Leaves: its rules, one for each condition; or why Istio obeys none of them. Refuses to know:
//! parents, and the order of rules.

use std::collections::BTreeMap;

use super::super::Object;
use super::super::virtual_service::{
    Destination, HeaderOperations, Headers, HttpDirectResponse, HttpMatch, HttpMirror, HttpRedirect,
    HttpRetry, HttpRewrite, HttpRoute, Percent, PortSelector, RegexRewrite, RouteDestination, StringMatch,
};
use super::spec::{
    BackendRef, Filter, HeaderFilter, Match, Method, NamedMatch, PathChange, PathMatch, RedirectFilter,
    RewriteFilter, RouteSpec, Rule, Timeouts,
};

/// What redirects say if their route does not.
const FOUND: u16 = 302;
/// When Istio asks again, whatever codes are named.
const RETRY_ON: [&str; 4] = ["connect-failure", "refused-stream", "unavailable", "cancelled"];
/// How often, if nothing is said.
const ATTEMPTS: u32 = 2;

/// The rules of a route.
#[derive(Default)]
pub(super) struct Rules {
    /// For requests.
    pub(super) http: Vec<HttpRoute>,
    /// For connections.
    pub(super) connections: Vec<Vec<RouteDestination>>,
}

/// One mistake in one rule, and Istio obeys nothing of the route.
pub(super) fn of(route: &Object<RouteSpec>) -> Result<Rules, String> {
    let is_grpc = route.place.kind == "GRPCRoute";
    let mut rules = Rules::default();
    let all = &route.spec.rules;
    for (index, rule) in all.iter().enumerate() {
        let refused = |why| format!("its rule {} {why}", index + 1);
        if ["TCPRoute", "TLSRoute"].contains(&route.place.kind.as_str()) {
            let to = destinations(rule, &route.place.namespace).map_err(refused)?;
            rules.connections.push(if to.is_empty() { vec![nobody("no backend")] } else { to });
            continue;
        }
        let mut conditions = Vec::new();
        for condition in &rule.matches {
            conditions.push(Some(if is_grpc { grpc(condition) } else { http(condition) }));
        }
        if conditions.is_empty() {
            // What the API server fills in.
            conditions.push((!is_grpc).then(|| http(&Match::default())));
        }
        for condition in conditions {
            let mut made = answer(rule, &route.place.namespace, is_grpc).map_err(refused)?;
            made.matches = condition.into_iter().collect();
            made.home = Some(route.place.clone());
            made.rule = Some((index, all.len()));
            rules.http.push(made);
        }
    }
    Ok(rules)
}

fn http(condition: &Match) -> HttpMatch {
    let PathMatch { how, value } = condition.path.clone().unwrap_or_default();
    let value = value.unwrap_or_else(|| "/".to_owned());
    let uri = match how.as_deref() {
        Some("Exact") => StringMatch { exact: Some(value), ..StringMatch::default() },
        Some("RegularExpression") => StringMatch { regex: Some(value), ..StringMatch::default() },
        Some(_) | None if value == "/" => StringMatch { prefix: Some(value), ..StringMatch::default() },
        Some(_) | None => StringMatch {
            prefix: Some(value.strip_suffix('/').unwrap_or(&value).to_owned()),
            ..StringMatch::default()
        },
    };
    HttpMatch {
        uri: Some(uri),
        by_segments: true,
        headers: named(&condition.headers),
        query_params: named(&condition.query_params),
        method: match &condition.method {
            Some(Method::Http(word)) => Some(exact(word)),
            Some(Method::Grpc { .. }) | None => None,
        },
        ..HttpMatch::default()
    }
}

/// Source: `createGRPCURIMatch` in Istio's `pilot/pkg/config/kube/gateway/conversion.go`.
fn grpc(condition: &Match) -> HttpMatch {
    let uri = match &condition.method {
        Some(Method::Grpc { how, service, method }) => {
            let is_expression = how.as_deref() == Some("RegularExpression");
            let regex = |text: String| StringMatch { regex: Some(text), ..StringMatch::default() };
            match (service, method) {
                (Some(service), Some(method)) if is_expression => Some(regex(format!("/{service}/{method}"))),
                (Some(service), Some(method)) => Some(exact(&format!("/{service}/{method}"))),
                (Some(service), None) if is_expression => Some(regex(format!("/{service}/.+"))),
                (Some(service), None) => {
                    Some(StringMatch { prefix: Some(format!("/{service}/")), ..StringMatch::default() })
                }
                (None, Some(method)) => Some(regex(format!("/[^/]+/{method}"))),
                (None, None) => None,
            }
        }
        Some(Method::Http(_)) | None => None,
    };
    HttpMatch { uri, by_segments: true, headers: named(&condition.headers), ..HttpMatch::default() }
}

fn exact(text: &str) -> StringMatch {
    StringMatch { exact: Some(text.to_owned()), ..StringMatch::default() }
}

fn named(all: &[NamedMatch]) -> BTreeMap<String, StringMatch> {
    let one = |NamedMatch { how, name, value }: &NamedMatch| {
        let text = match how.as_deref() {
            Some("RegularExpression") => StringMatch { regex: Some(value.clone()), ..StringMatch::default() },
            Some(_) | None => exact(value),
        };
        (name.clone(), text)
    };
    all.iter().map(one).collect()
}

/// What requests that a rule means get.
fn answer(rule: &Rule, home: &str, is_grpc: bool) -> Result<HttpRoute, String> {
    let mut made = HttpRoute::default();
    for filter in &rule.filters {
        act(&mut made, filter, home, is_grpc)?;
    }
    if let Some(retry) = &rule.retry {
        let codes = retry.codes.iter().map(u16::to_string);
        let words: Vec<String> = RETRY_ON.iter().map(|word| (*word).to_owned()).chain(codes).collect();
        made.retries = Some(HttpRetry {
            attempts: retry.attempts.unwrap_or(ATTEMPTS),
            per_try_timeout: None,
            retry_on: Some(words.join(",")),
        });
    }
    if let Some(Timeouts { request, backend_request }) = &rule.timeouts {
        made.timeout = request.as_deref().and_then(seconds);
        match (backend_request.as_deref().and_then(seconds), &mut made.retries) {
            (Some(time), Some(retries)) => retries.per_try_timeout = Some(time),
            (Some(time), None) => made.timeout = Some(time),
            (None, _) => {}
        }
    }
    let to = destinations(rule, home)?;
    if to.is_empty() && made.redirect.is_none() {
        made.direct_response = Some(HttpDirectResponse { status: 500 });
    }
    made.route = to;
    Ok(made)
}

fn act(made: &mut HttpRoute, filter: &Filter, home: &str, is_grpc: bool) -> Result<(), String> {
    match filter.what.as_str() {
        "RequestHeaderModifier" => {
            let changes = filter.request_header_modifier.as_ref().map(changes);
            made.headers.get_or_insert_default().request = changes;
        }
        "ResponseHeaderModifier" => {
            let changes = filter.response_header_modifier.as_ref().map(changes);
            made.headers.get_or_insert_default().response = changes;
        }
        "RequestMirror" => {
            let Some(mirror) = &filter.request_mirror else { return Ok(()) };
            let percent = mirror.percent.or_else(|| {
                let fraction = mirror.fraction?;
                Some(100.0 * fraction.numerator / fraction.denominator.unwrap_or(100.0))
            });
            let destination = destination(&mirror.backend_ref, home)?;
            let percentage = percent.map(|value| Percent { value });
            made.mirrors.push(HttpMirror { destination, percentage });
        }
        "RequestRedirect" if !is_grpc => {
            made.redirect = filter.request_redirect.as_ref().map(|to| {
                let RedirectFilter { hostname, path, status_code } = to.clone();
                let PathChange { replace_full_path, replace_prefix_match } = path.unwrap_or_default();
                HttpRedirect {
                    uri: replace_full_path.or(replace_prefix_match),
                    authority: hostname,
                    redirect_code: Some(status_code.unwrap_or(FOUND)),
                }
            });
        }
        "URLRewrite" if !is_grpc => {
            made.rewrite = filter.url_rewrite.as_ref().map(|RewriteFilter { hostname, path }| {
                let PathChange { replace_full_path, replace_prefix_match } = path.clone().unwrap_or_default();
                let prefix = replace_prefix_match.map(|prefix| {
                    let cut = prefix.strip_suffix('/').unwrap_or(&prefix);
                    if cut.is_empty() { "/".to_owned() } else { cut.to_owned() }
                });
                HttpRewrite {
                    uri: prefix,
                    authority: hostname.clone(),
                    uri_regex_rewrite: replace_full_path
                        .map(|rewrite| RegexRewrite { matches: "/.*".to_owned(), rewrite }),
                }
            });
        }
        "CORS" if !is_grpc => made.cors_policy.clone_from(&filter.cors),
        other => return Err(format!("has the filter `{other}`, which Istio does not know")),
    }
    Ok(())
}

fn changes(filter: &HeaderFilter) -> HeaderOperations {
    let map = |headers: &[super::spec::Header]| {
        let mut map = BTreeMap::new();
        for header in headers {
            map.entry(header.name.to_ascii_lowercase()).or_insert_with(|| header.value.clone());
        }
        map
    };
    HeaderOperations { set: map(&filter.set), add: map(&filter.add), remove: filter.remove.clone() }
}

/// Those that get something. One alone gets all.
fn destinations(rule: &Rule, home: &str) -> Result<Vec<RouteDestination>, String> {
    let weighed = rule.backend_refs.iter().filter(|to| to.weight.unwrap_or(1) > 0);
    weighed
        .map(|to| {
            let mut headers = Headers::default();
            for filter in &to.filters {
                match filter.what.as_str() {
                    "RequestHeaderModifier" => {
                        headers.request = filter.request_header_modifier.as_ref().map(changes);
                    }
                    "ResponseHeaderModifier" => {
                        headers.response = filter.response_header_modifier.as_ref().map(changes);
                    }
                    other => {
                        return Err(format!(
                            "has the filter `{other}` at a backend, which Istio does not know"
                        ));
                    }
                }
            }
            Ok(RouteDestination {
                destination: destination(to, home)?,
                weight: Some(to.weight.unwrap_or(1)),
                headers: Some(headers),
                unfollowed: BTreeMap::new(),
            })
        })
        .collect()
}

/// Whom a reference means. Within the mesh nobody asks for a `ReferenceGrant`.
fn destination(to: &BackendRef, home: &str) -> Result<Destination, String> {
    let group = to.group.as_deref().unwrap_or_default();
    let kind = to.kind.as_deref().unwrap_or("Service");
    let (host, namespace) = match (group, kind) {
        ("", "Service") if to.name.contains('.') => {
            return Err(format!("names the Service `{}` by its full name", to.name));
        }
        ("", "Service") | ("multicluster.x-k8s.io", "ServiceImport") => {
            (to.name.clone(), to.namespace.as_deref().unwrap_or(home))
        }
        ("networking.istio.io", "Hostname") if to.namespace.is_some() => {
            return Err(format!("names a namespace beside the host `{}`", to.name));
        }
        ("networking.istio.io", "Hostname") => (to.name.clone(), ""),
        _ => return Ok(nobody(&format!("{kind} {}", to.name)).destination),
    };
    let Some(port) = to.port else { return Err(format!("names no port of `{}`", to.name)) };
    Ok(Destination {
        host,
        namespace: Some(namespace.to_owned()),
        subset: None,
        port: Some(PortSelector { number: port }),
    })
}

/// A destination that there is not: its share is lost.
fn nobody(what: &str) -> RouteDestination {
    let host = format!("{what}.invalid");
    RouteDestination {
        destination: Destination { host, namespace: None, subset: None, port: None },
        weight: None,
        headers: None,
        unfollowed: BTreeMap::new(),
    }
}

/// `1h2m3s4ms` in seconds, as Istio writes durations; nothing for none.
fn seconds(text: &str) -> Option<String> {
    let mut sum = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|mark: char| !mark.is_ascii_digit() && mark != '.')?;
        let (number, unit) = rest.split_at(end);
        let next = unit.find(|mark: char| mark.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(next);
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    (sum > 0.0).then(|| format!("{sum}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds() {
        let said = ["1h", "1m30s", "500ms", "0s", "x"].map(seconds);
        assert_eq!(said.map(Option::unwrap_or_default), ["3600s", "90s", "0.5s", "", ""]);
    }
}
