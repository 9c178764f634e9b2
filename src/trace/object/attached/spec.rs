//! `HTTPRoute`, `GRPCRoute`, `TCPRoute` and `TLSRoute`, as far as they are followed.

use serde::Deserialize;
use serde_yaml::Value;

/// Where Istio's kinds are.
const ISTIO: &str = "networking.istio.io";

/// Spec of a route of any kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RouteSpec {
    /// What it is for.
    pub parent_refs: Vec<ParentRef>,
    /// Of requests from outside; of TLS, the names that are asked for.
    pub hostnames: Vec<String>,
    pub rules: Vec<Rule>,
}

/// What a route is for: Gateways, Services, `ServiceEntries`.
#[derive(Clone, Debug, Deserialize)]
pub struct ParentRef {
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub kind: Option<String>,
    pub name: String,
    #[serde(default)]
    pub namespace: Option<String>,
    #[serde(default)]
    pub port: Option<u16>,
}

/// Who gets what.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// Any of them.
    pub matches: Vec<Match>,
    pub filters: Vec<Filter>,
    pub backend_refs: Vec<BackendRef>,
    pub timeouts: Option<Timeouts>,
    pub retry: Option<Retry>,
}

/// All of its words must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Match {
    pub path: Option<PathMatch>,
    pub headers: Vec<NamedMatch>,
    pub query_params: Vec<NamedMatch>,
    pub method: Option<Method>,
}

/// How a path is compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PathMatch {
    #[serde(rename = "type")]
    pub how: Option<String>,
    pub value: Option<String>,
}

/// How a header, or parameter, is compared.
#[derive(Clone, Debug, Deserialize)]
pub struct NamedMatch {
    #[serde(rename = "type", default)]
    pub how: Option<String>,
    pub name: String,
    #[serde(default)]
    pub value: String,
}

/// Of HTTP a word, of gRPC a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Method {
    Http(String),
    Grpc {
        #[serde(rename = "type", default)]
        how: Option<String>,
        #[serde(default)]
        service: Option<String>,
        #[serde(default)]
        method: Option<String>,
    },
}

/// What else happens.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    #[serde(rename = "type")]
    pub what: String,
    pub request_header_modifier: Option<HeaderFilter>,
    pub response_header_modifier: Option<HeaderFilter>,
    pub request_redirect: Option<RedirectFilter>,
    pub request_mirror: Option<MirrorFilter>,
    pub url_rewrite: Option<RewriteFilter>,
    pub cors: Option<Value>,
}

/// Changes of headers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HeaderFilter {
    pub set: Vec<Header>,
    pub add: Vec<Header>,
    pub remove: Vec<String>,
}

/// A header.
#[derive(Clone, Debug, Deserialize)]
pub struct Header {
    pub name: String,
    #[serde(default)]
    pub value: String,
}

/// Another address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RedirectFilter {
    pub hostname: Option<String>,
    pub path: Option<PathChange>,
    pub status_code: Option<u16>,
}

/// What the request says when it arrives.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RewriteFilter {
    pub hostname: Option<String>,
    pub path: Option<PathChange>,
}

/// Another path.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PathChange {
    pub replace_full_path: Option<String>,
    pub replace_prefix_match: Option<String>,
}

/// Who gets a copy.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MirrorFilter {
    pub backend_ref: BackendRef,
    #[serde(default)]
    pub percent: Option<f64>,
    #[serde(default)]
    pub fraction: Option<Fraction>,
}

/// A share.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Fraction {
    pub numerator: f64,
    #[serde(default)]
    pub denominator: Option<f64>,
}

/// Who answers.
#[derive(Clone, Debug, Deserialize)]
pub struct BackendRef {
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub kind: Option<String>,
    pub name: String,
    #[serde(default)]
    pub namespace: Option<String>,
    #[serde(default)]
    pub port: Option<u16>,
    #[serde(default)]
    pub weight: Option<u32>,
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// How long answers may take.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Timeouts {
    pub request: Option<String>,
    pub backend_request: Option<String>,
}

/// How often, and when, to ask again.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Retry {
    pub codes: Vec<u16>,
    pub attempts: Option<u32>,
}

impl ParentRef {
    /// Whether callers of the mesh obey it. A reference without group is one to a Gateway, whatever its kind says.
    pub fn is_of_mesh(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or("Gateway");
        (self.group.as_deref() == Some("") && kind == "Service") || self.is_entry()
    }

    /// Whether it is meant for callers of the mesh, and Istio reads something else.
    pub fn is_misspelt(&self) -> bool {
        let says = |word: &str| self.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(word));
        !self.is_of_mesh() && (says("Service") || says("ServiceEntry"))
    }

    /// Whether it is a `ServiceEntry`.
    pub fn is_entry(&self) -> bool {
        self.group.as_deref() == Some(ISTIO) && self.kind.as_deref() == Some("ServiceEntry")
    }
}
