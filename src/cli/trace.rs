//! `meshgen trace`: where a request goes.
//!
//! Enters: paths, a request, perhaps a directory with bundles. Leaves: its shares on stdout, findings on stderr. Refuses to
//! know: how a request is followed; it fills the world from the inputs and the routing from the bundles.

mod human;
mod json;
mod question;
mod routing;

use std::path::Path;

use super::arguments::{self, Format};
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, load, stream};
use crate::trace::object::Unreadable;
use crate::trace::report::Trace;
use crate::trace::request::Request;
use crate::trace::world::World;
use crate::trace::{Tracer, Untraced};
use routing::Texts;

/// Follows the request, if the inputs are sound.
pub(super) fn run(arguments: &arguments::Trace, reporter: &Reporter) -> Result<Ending, Failure> {
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
    let trace = follow(&world, &texts, &request)?;
    let text = match reporter.format() {
        Format::Human | Format::Github => {
            human::Answer { request: &request, trace: &trace, texts: &texts, sources: &loaded.sources }
                .to_string()
        }
        Format::Json => json::render(&request, &trace, &texts, &loaded.sources),
    };
    let failure = stream::data(text.as_bytes()).err();
    let ending = reporter.report(findings, &loaded.sources, failure.as_ref());
    Ok(if ending == Ending::Done && trace.is_dead() { Ending::Wrong } else { ending })
}

/// What becomes of a request, if the bundles on its way can be read.
fn follow(world: &World, texts: &Texts, request: &Request) -> Result<Trace, Failure> {
    let routing = texts.routing();
    Tracer::new(world, &routing).trace(request).map_err(|untraced| match untraced {
        Untraced::Unreadable(Unreadable { file, line, reason }) => {
            Failure::new(format!("cannot read {file}:{line}: {reason}"))
        }
        // Both were looked for before.
        Untraced::NoCluster | Untraced::NoGateway => Failure::new("nobody is there to make this request"),
    })
}
