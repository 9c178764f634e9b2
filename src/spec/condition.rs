//! `match`: what a request must look like.
//!
//! Enters: the tree of one condition. Leaves: [`Condition`]. Refuses to know: whether names, ports and expressions
//! are any good.

use super::{Keyed, Listed, Written};
use crate::source::{At, Place};

/// All of its words must hold. An illegible word makes the whole condition unknown.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Where it begins.
    pub place: Place,
    pub source_clusters: Written<Listed<At<String>>>,
    /// Name or number, as written.
    pub port: Written<String>,
    pub uri: Written<TextMatch>,
    pub scheme: Written<TextMatch>,
    pub method: Written<TextMatch>,
    pub authority: Written<TextMatch>,
    pub headers: Written<Listed<Keyed<Presence>>>,
    pub without_headers: Written<Listed<Keyed<Presence>>>,
    pub query_params: Written<Listed<Keyed<Presence>>>,
    pub ignore_uri_case: Written<bool>,
    pub source_labels: Written<Listed<Keyed<At<String>>>>,
    pub source_namespace: Written<String>,
}

/// How a text is compared: `{exact: …}`, `{prefix: …}`, `{regex: …}`; a scalar is `exact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    Exact(At<String>),
    Prefix(At<String>),
    /// RE2, unchecked.
    Regex(At<String>),
}

/// Whether a header or parameter is there, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// `{present: true}`
    Present,
    /// It is there and says this.
    Says(TextMatch),
}
