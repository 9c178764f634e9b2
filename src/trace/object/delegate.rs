//! Routes that stand in another `VirtualService`.
//!
//! Enters: the `VirtualService`s of a control plane, in order. Leaves: the same, each route that names a delegate replaced by the
//! delegate's; delegates are gone. Refuses to know: which request comes by.
//!
//! Source: `MergeHTTPRoutes` in Istio's `pilot/pkg/model/virtualservice.go`. A delegate that is not there, or not for the
//! namespace of who names it, takes its route away; so does a condition that the other's does not cover.

use std::collections::BTreeMap;

use super::virtual_service::{Delegate, HttpMatch, HttpRoute, StringMatch, VirtualServiceSpec};
use super::{Object, ObjectPlace};
use crate::trace::registry::is_exported;

/// Without any hosts a `VirtualService` is for others.
pub(super) fn inlined(all: Vec<Object<VirtualServiceSpec>>) -> Vec<Object<VirtualServiceSpec>> {
    let (delegates, mut roots): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|object| object.spec.hosts.is_empty());
    for root in &mut roots {
        let routes = std::mem::take(&mut root.spec.http);
        let home = &root.place.namespace;
        root.spec.http = routes.into_iter().flat_map(|route| routes_of(route, home, &delegates)).collect();
    }
    roots
}

/// Who names a delegate that is not there, or not for its namespace; and the delegate.
pub(super) fn missing(all: &[Object<VirtualServiceSpec>]) -> Vec<(ObjectPlace, String)> {
    let (delegates, roots): (Vec<_>, Vec<_>) = all.iter().partition(|object| object.spec.hosts.is_empty());
    let mut missing = Vec::new();
    for root in roots {
        let home = &root.place.namespace;
        for delegate in root.spec.http.iter().filter_map(|route| route.delegate.as_ref()) {
            if named(delegate, home, delegates.iter().copied()).is_none() {
                let namespace = namespace(delegate, home);
                missing.push((root.place.clone(), format!("{namespace}/{}", delegate.name)));
            }
        }
    }
    missing
}

/// The delegate that a route of a namespace names, if it is there and for that namespace.
fn named<'o>(
    delegate: &Delegate,
    home: &str,
    mut delegates: impl Iterator<Item = &'o Object<VirtualServiceSpec>>,
) -> Option<&'o Object<VirtualServiceSpec>> {
    let namespace = namespace(delegate, home);
    delegates.find(|object| {
        object.place.name == delegate.name
            && object.place.namespace == namespace
            && is_exported(&object.spec.export_to, namespace, home)
    })
}

/// Where it is: if nothing is said, where it is named.
fn namespace<'d>(delegate: &'d Delegate, home: &'d str) -> &'d str {
    delegate.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or(home)
}

/// What a route of a namespace stands for.
fn routes_of(mut route: HttpRoute, home: &str, delegates: &[Object<VirtualServiceSpec>]) -> Vec<HttpRoute> {
    let Some(delegate) = route.delegate.take() else { return vec![route] };
    let found = named(&delegate, home, delegates.iter());
    let routes = found.into_iter().flat_map(|object| object.spec.http.iter().map(move |said| (said, object)));
    routes
        .filter_map(|(said, object)| {
            let mut merged = both(&route, said)?;
            merged.home = Some(object.place.clone());
            Some(merged)
        })
        .collect()
}

/// A route of a delegate where it is named: what it does not say itself, the other says.
fn both(root: &HttpRoute, own: &HttpRoute) -> Option<HttpRoute> {
    let mut merged = own.clone();
    merged.matches = conditions(&root.matches, &own.matches)?;
    merged.rewrite = merged.rewrite.or_else(|| root.rewrite.clone());
    merged.direct_response = merged.direct_response.or_else(|| root.direct_response.clone());
    merged.timeout = merged.timeout.or_else(|| root.timeout.clone());
    merged.retries = merged.retries.or_else(|| root.retries.clone());
    merged.fault = merged.fault.or_else(|| root.fault.clone());
    merged.mirror = merged.mirror.or_else(|| root.mirror.clone());
    merged.mirror_percent = merged.mirror_percent.or(root.mirror_percent);
    merged.mirror_percentage = merged.mirror_percentage.or(root.mirror_percentage);
    merged.cors_policy = merged.cors_policy.or_else(|| root.cors_policy.clone());
    if merged.mirrors.is_empty() {
        merged.mirrors.clone_from(&root.mirrors);
    }
    merged.headers = merged.headers.or_else(|| root.headers.clone());
    Some(merged)
}

/// Each of the delegate's with each of the other's that covers it; nothing if one of them is covered by none.
fn conditions(root: &[HttpMatch], own: &[HttpMatch]) -> Option<Vec<HttpMatch>> {
    match (root, own) {
        ([], own) => Some(own.to_vec()),
        (root, []) => Some(root.to_vec()),
        (root, own) => {
            let mut merged = Vec::new();
            for own in own {
                let covering: Vec<_> = root.iter().filter(|root| !conflicts(root, own)).collect();
                if covering.is_empty() {
                    return None;
                }
                merged.extend(covering.into_iter().map(|root| joined(root, own)));
            }
            Some(merged)
        }
    }
}

fn joined(root: &HttpMatch, own: &HttpMatch) -> HttpMatch {
    let mut merged = own.clone();
    merged.uri = merged.uri.or_else(|| root.uri.clone());
    merged.scheme = merged.scheme.or_else(|| root.scheme.clone());
    merged.method = merged.method.or_else(|| root.method.clone());
    merged.authority = merged.authority.or_else(|| root.authority.clone());
    merged.headers = map(&root.headers, own.headers.clone());
    merged.without_headers = map(&root.without_headers, own.without_headers.clone());
    merged.query_params = map(&root.query_params, own.query_params.clone());
    merged.port = merged.port.or(root.port);
    merged.source_labels = map(&root.source_labels, own.source_labels.clone());
    merged.source_namespace = merged.source_namespace.or_else(|| root.source_namespace.clone());
    if merged.gateways.is_empty() {
        merged.gateways.clone_from(&root.gateways);
    }
    merged
}

/// What both say, the delegate says.
fn map<T: Clone>(root: &BTreeMap<String, T>, own: BTreeMap<String, T>) -> BTreeMap<String, T> {
    root.clone().into_iter().chain(own).collect()
}

/// Whether the other's condition does not cover the delegate's.
fn conflicts(root: &HttpMatch, own: &HttpMatch) -> bool {
    let texts = [
        (&root.uri, &own.uri),
        (&root.scheme, &own.scheme),
        (&root.method, &own.method),
        (&root.authority, &own.authority),
    ];
    let one = texts.into_iter().any(|(root, own)| text_conflicts(root.as_ref(), own.as_ref()));
    let of_maps = |root: &BTreeMap<String, StringMatch>, own: &BTreeMap<String, StringMatch>| {
        own.iter().any(|(key, own)| text_conflicts(root.get(key), Some(own)))
    };
    let labels = own
        .source_labels
        .iter()
        .any(|(key, value)| root.source_labels.get(key).is_some_and(|known| known != value));
    let gateways = !root.gateways.is_empty()
        && !own.gateways.is_empty()
        && (root.gateways.len() < own.gateways.len()
            || own.gateways.iter().any(|gateway| !root.gateways.contains(gateway)));
    one || of_maps(&root.headers, &own.headers)
        || of_maps(&root.without_headers, &own.without_headers)
        || of_maps(&root.query_params, &own.query_params)
        || root.ignore_uri_case != own.ignore_uri_case
        || matches!((root.port, own.port), (Some(root), Some(own)) if root != own)
        || root.source_namespace.is_some() && own.source_namespace != root.source_namespace
        || labels
        || gateways
}

/// Expressions stand beside nothing else; a prefix covers what begins with it.
fn text_conflicts(root: Option<&StringMatch>, own: Option<&StringMatch>) -> bool {
    let (Some(root), Some(own)) = (root, own) else { return false };
    let says = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
    let [root_exact, root_prefix, root_regex] = [&root.exact, &root.prefix, &root.regex].map(says);
    let [exact, prefix, regex] = [&own.exact, &own.prefix, &own.regex].map(says);
    let any = |texts: [&Option<String>; 3]| texts.into_iter().any(Option::is_some);
    if root_regex.is_some() && any([&exact, &prefix, &regex])
        || regex.is_some() && any([&root_exact, &root_prefix, &root_regex])
    {
        return true;
    }
    match (root_exact, root_prefix) {
        (Some(root), _) => prefix.is_some() || exact != Some(root),
        (None, Some(root)) => match (prefix, exact) {
            (Some(prefix), _) => !prefix.starts_with(&root),
            (None, Some(exact)) => !exact.starts_with(&root),
            (None, None) => false,
        },
        (None, None) => false,
    }
}
