//! Conditions: what a request must look like for a rule to answer it.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::cluster::ClusterId;
use crate::source::Place;

/// All of its words must hold.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Where it was written.
    pub place: Place,
    /// The clusters whose callers it is for; decided while compiling. None means all.
    pub source_clusters: Option<Vec<ClusterId>>,
    /// The number of the port that was called.
    pub port: Option<u16>,
    /// What is left for the proxy to decide.
    pub words: HttpMatch,
}

/// Istio's words for an HTTP request and its caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpMatch {
    pub uri: Option<TextMatch>,
    pub scheme: Option<TextMatch>,
    pub method: Option<TextMatch>,
    pub authority: Option<TextMatch>,
    /// By header name in lower case, in the order written.
    pub headers: IndexMap<String, Presence>,
    pub without_headers: IndexMap<String, Presence>,
    pub query_params: IndexMap<String, Presence>,
    pub ignore_uri_case: bool,
    pub source_labels: BTreeMap<String, String>,
    pub source_namespace: Option<String>,
}

/// How a text is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    Exact(String),
    Prefix(String),
    /// RE2, over the whole text.
    Regex(String),
}

/// Whether a header or parameter is there, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Present,
    /// It is there and says this.
    Says(TextMatch),
}

impl HttpMatch {
    /// Whether nothing is left for the proxy to decide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
