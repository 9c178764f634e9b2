//! `meshgen trace`: where a request goes.
//!
//! Enters: paths, a request, perhaps a directory with bundles. Leaves: its shares on stdout, findings on stderr. Refuses to
//! know: how a request is followed; it fills the world from the inputs and the routing from the bundles.

mod human;
mod json;
mod question;
mod routing;

use std::path::Path;

use super::arguments::{Format, Trace};
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, load, stream};
use crate::trace::Tracer;
use crate::trace::object::Routing;
use crate::trace::request::Request;
use crate::trace::world::World;
use routing::Texts;

/// Follows the request, if the inputs are sound.
pub(super) fn run(arguments: &Trace, reporter: &Reporter) -> Result<Ending, Failure> {
    let (paths, request) = question::read(arguments)?;
    let output = arguments.bundles.as_deref().unwrap_or(Path::new(load::DEFAULT_OUTPUT));
    let loaded = load::load(paths, arguments.bounds.limits(), output)?;
    let outcome = loaded.world();
    let (texts, findings) = match &arguments.bundles {
        Some(directory) => {
            let clusters = outcome.value.iter().flat_map(|world| &world.clusters);
            let names = clusters.map(|cluster| cluster.name.as_str());
            (Texts::read(directory, names)?, outcome.findings)
        }
        None => Texts::built(&loaded),
    };
    let (Some(world), false) = (outcome.value, reporter.denies(&findings)) else {
        return Ok(reporter.report(findings, &loaded.sources, None));
    };
    question::check(&world, &request)?;
    let routing = texts.routing()?;
    let (text, is_dead) = answer(&world, &routing, &request, &|trace| match reporter.format() {
        Format::Human | Format::Github => {
            human::Answer { request: &request, trace, texts: &texts, sources: &loaded.sources }.to_string()
        }
        Format::Json => json::render(&request, trace, &texts, &loaded.sources),
    });
    let failure = stream::data(text.as_bytes()).err();
    let ending = reporter.report(findings, &loaded.sources, failure.as_ref());
    Ok(if ending == Ending::Done && is_dead { Ending::Wrong } else { ending })
}

/// The words for what becomes of a request, and whether some of it reaches nobody.
fn answer(
    world: &World,
    routing: &Routing,
    request: &Request,
    words: &dyn Fn(&crate::trace::report::Trace) -> String,
) -> (String, bool) {
    let trace = Tracer::new(world, routing).trace(request).unwrap_or_default();
    (words(&trace), trace.is_dead())
}
