//! Compiles a topology and a routing spec into one bundle of Istio manifests per cluster.

pub mod source; // texts, and how a place in them is named
pub mod diagnostic; // what went wrong, where, what to do
mod model; // the mesh as meant
pub mod bundle; // what leaves the compiler
pub mod cli; // the outside world

use bundle::{Account, Bundle};
use diagnostic::Outcome;
use source::{At, SourceId, Sources};

/// Text in, text out: the whole compiler. No file, clock, environment or network is read.
///
/// Bundles are delivered one at a time, in order of cluster name, as soon as they are rendered. They count only
/// if the outcome has no errors: the last link is checked when the last bundle is out.
pub fn compile(sources: &Sources, deliver: &mut dyn FnMut(Bundle)) -> Outcome<Account> {
    let _ = (sources, deliver);
    Outcome::new(Account::default(), Vec::new())
}

/// The inputs with every default written out, as one YAML text of the input language.
pub fn resolved(sources: &Sources) -> Outcome<String> {
    let _ = sources;
    Outcome::new(String::new(), Vec::new())
}

/// What the Topologies of one text include, as written; nothing if it cannot be read.
#[must_use]
pub fn includes(source: SourceId, text: &str) -> Vec<At<String>> {
    let _ = (source, text);
    Vec::new()
}
