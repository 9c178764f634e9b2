//! The inputs of a case, with another release.

use std::sync::LazyLock;

use meshgen::source::{Found, Source, Sources};
use regex::Regex;

use crate::support::case::Case;

/// A release in the inputs: `istio: "1.20"`, and not the label `istio: ingressgateway`.
static RELEASE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"\bistio: *["']?1\.[0-9.]+["']?"#).unwrap());

/// All clusters run `release`, whatever the case says of any.
pub fn sources(case: &Case, release: &str) -> Sources {
    let mut sources = case.sources();
    for source in &mut sources.texts {
        let text = RELEASE.replace_all(source.text(), format!("istio: '{release}'")).into_owned();
        *source = Source::new(source.name.clone(), source.found, text.into_bytes());
    }
    let pin = format!("apiVersion: meshgen/v1\nkind: Topology\nmesh: {{istio: '{release}'}}\n");
    sources.texts.push(Source::new("release.yaml", Found::Named, pin.into_bytes()));
    sources
}
