//! `meshgen trace`: where a request goes.
//!
//! Enters: paths, a request, perhaps a directory with bundles. Leaves: its shares on stdout, findings on stderr. Refuses to
//! know: how a request is followed; it fills the world from the inputs and the routing from the bundles.

mod human;
mod json;
mod question;
mod routing;
mod wrap;

use std::io;
use std::path::Path;

use terminal_size::{Width, terminal_size_of};

use super::arguments::{self, Format};
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, load, stream};
use crate::diagnostic::Severity;
use crate::trace::object::Unreadable;
use crate::trace::report::Trace;
use crate::trace::request::Request;
use crate::trace::world::World;
use crate::trace::{Tracer, Untraced};
use routing::Texts;

/// How wide an answer is that no terminal reads.
const FILE: usize = 120;

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
            let texts = Texts::read(directory, names)?;
            (texts.with_missing(directory, &loaded), outcome.findings)
        }
        None => Texts::built(&loaded),
    };
    let (Some(world), false) = (outcome.value, reporter.denies(&findings)) else {
        return Ok(reporter.report(findings, &loaded.sources, None));
    };
    question::check(&world, &request)?;
    let trace = follow(&world, &texts, &request)?;
    // What there is to know of everything else is for `check`.
    let findings: Vec<_> =
        findings.into_iter().filter(|finding| finding.severity() != Severity::Note).collect();
    let text = match reporter.format() {
        Format::Human | Format::Github => {
            let sources = &loaded.sources;
            human::Answer { request: &request, trace: &trace, texts: &texts, sources, width: width() }
                .to_string()
        }
        Format::Json => json::render(&request, &trace, &texts, &loaded.sources),
    };
    let failure = stream::data(text.as_bytes()).err();
    let ending = reporter.report(findings, &loaded.sources, failure.as_ref());
    Ok(if ending == Ending::Done && trace.is_dead() { Ending::Wrong } else { ending })
}

/// Columns of the terminal that reads the answer.
fn width() -> usize {
    terminal_size_of(io::stdout()).map_or(FILE, |(Width(columns), _)| usize::from(columns))
}

/// What becomes of a request, if the bundles on its way can be read.
fn follow(world: &World, texts: &Texts, request: &Request) -> Result<Trace, Failure> {
    let routing = texts.routing();
    Tracer::new(world, &routing).trace(request).map_err(|untraced| match untraced {
        Untraced::Unreadable(unreadable @ Unreadable::Broken { .. }) => Failure::new(unreadable.to_string()),
        Untraced::Unreadable(unreadable @ Unreadable::Missing { .. }) => Failure::new(format!(
            "{unreadable}, and the request comes by it"
        ))
        .help("`meshgen build` writes it; an empty file stands for a cluster to which nothing is applied"),
        // Both were looked for before.
        Untraced::NoCluster | Untraced::NoGateway => Failure::new("nobody is there to make this request"),
    })
}
