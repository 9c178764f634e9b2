//! `meshgen trace`: where a request goes.
//!
//! Enters: paths, a request, perhaps a directory with bundles, or dumps of clusters. Leaves: its shares on stdout, findings on
//! stderr. Refuses to know: how a request is followed; it fills the world from the inputs and the routing from the bundles, or
//! both from the dumps.

mod beyond;
pub(super) mod human;
mod json;
mod overview;
mod question;
pub(super) mod routing;
mod table;
pub(super) mod wrap;

use std::io;
use std::path::{Path, PathBuf};

use terminal_size::{Width, terminal_size_of};

use super::arguments;
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, dumps, load, stream};
use crate::diagnostic::{Finding, Severity};
use crate::dump::State;
use crate::source::Sources;
use crate::trace::object::{Routing, Unreadable};
use crate::trace::world::World;
use crate::trace::{Tracer, Untraced, asked};
use overview::{Overview, Survival};
use routing::Texts;

/// How wide an answer is that no terminal reads.
const FILE: usize = 120;

/// Follows the request, or all of them, if the inputs are sound.
pub(super) fn run(arguments: &arguments::Trace, reporter: &Reporter) -> Result<Ending, Failure> {
    if arguments.all || arguments.survive {
        return everything(arguments, reporter);
    }
    let (paths, request) = question::read(arguments)?;
    let Ground { sources, world, routing, texts, notes, findings } =
        ground(paths, arguments.bundles.as_deref(), arguments.bounds.limits())?;
    let (Some(world), false) = (world, reporter.denies(&findings)) else {
        return Ok(reporter.report(findings, &sources, None));
    };
    asked::check(&world, &request, notes.is_some())?;
    let mut trace = Tracer::new(&world, &routing).trace(&request).map_err(untraced)?;
    if let Some(notes) = notes {
        trace.notes.extend(beyond::notes(&world, &trace));
        trace.notes.extend(notes);
    }
    let text = if reporter.is_json() {
        json::render(&request, &trace, &texts, &sources)
    } else {
        let (sources, width) = (&sources, width());
        human::Answer { request: &request, trace: &trace, texts: &texts, sources, width }.to_string()
    };
    Ok(said(reporter, findings, &sources, &text, trace.is_dead()))
}

/// All services, asked for from all clusters.
fn everything(arguments: &arguments::Trace, reporter: &Reporter) -> Result<Ending, Failure> {
    let (paths, from) = question::everything(arguments)?;
    // A table has no room for what dumps do not say.
    let Ground { sources, world, routing, texts: _, notes: _, findings } =
        ground(paths, arguments.bundles.as_deref(), arguments.bounds.limits())?;
    let (Some(world), false) = (world, reporter.denies(&findings)) else {
        return Ok(reporter.report(findings, &sources, None));
    };
    if let Some(from) = from {
        asked::cluster_exists(&world, from)?;
    }
    let tracer = Tracer::new(&world, &routing);
    let overview = Overview::of(&tracer, &world, from).map_err(untraced)?;
    let survival = arguments.survive.then(|| Survival::of(&tracer, &world, &overview));
    let text = match (survival.transpose().map_err(untraced)?, reporter.is_json()) {
        (None, true) => overview.json(),
        (None, false) => overview.text(width()),
        (Some(survival), true) => survival.json(),
        (Some(survival), false) => survival.text(),
    };
    Ok(said(reporter, findings, &sources, &text, overview.is_dead()))
}

/// What requests are followed on.
pub(super) struct Ground {
    /// The inputs.
    pub(super) sources: Sources,
    pub(super) world: Option<World>,
    pub(super) routing: Routing,
    pub(super) texts: Texts,
    /// What dumps do not say; nothing for inputs.
    pub(super) notes: Option<Vec<String>>,
    pub(super) findings: Vec<Finding>,
}

/// Reads what requests are followed on: the bundles of a directory, or those that the inputs give.
pub(super) fn ground(
    paths: &[PathBuf],
    bundles: Option<&Path>,
    bounds: load::Bounds,
) -> Result<Ground, Failure> {
    if let Some(named) = dumps::named(paths)? {
        if bundles.is_some() {
            return Err(Failure::new("dumps have their own objects, and `--bundles` names others")
                .help("leave out `--bundles`"));
        }
        let State { world, routing, notes, findings } = dumps::read(&named, &bounds)?;
        let (sources, texts) = (Sources::default(), Texts::default());
        let (world, notes) = (Some(world), Some(notes));
        return Ok(Ground { sources, world, routing, texts, notes, findings });
    }
    let output = bundles.unwrap_or(Path::new(load::DEFAULT_OUTPUT));
    let loaded = load::load(paths, bounds, output)?;
    let outcome = loaded.world();
    let (texts, findings) = match bundles {
        Some(directory) => {
            let clusters = outcome.value.iter().flat_map(|world| &world.clusters);
            let names = clusters.map(|cluster| cluster.name.as_str());
            let texts = Texts::read(directory, names)?;
            (texts.with_missing(directory, &loaded), outcome.findings)
        }
        None => Texts::built(&loaded),
    };
    let (world, routing) = (outcome.value, texts.routing());
    Ok(Ground { sources: loaded.sources, world, routing, texts, notes: None, findings })
}

/// Prints the answer, and what there is to know of it: what else is worth knowing of the inputs is for `check`.
fn said(reporter: &Reporter, findings: Vec<Finding>, sources: &Sources, text: &str, is_dead: bool) -> Ending {
    let findings: Vec<_> =
        findings.into_iter().filter(|finding| finding.severity() != Severity::Note).collect();
    let failure = stream::data(text.as_bytes()).err();
    let ending = reporter.report(findings, sources, failure.as_ref());
    if ending == Ending::Done && is_dead { Ending::Wrong } else { ending }
}

/// Columns of the terminal that reads the answer.
pub(super) fn width() -> usize {
    terminal_size_of(io::stdout()).map_or(FILE, |(Width(columns), _)| usize::from(columns))
}

pub(super) fn untraced(untraced: Untraced) -> Failure {
    match untraced {
        Untraced::Unreadable(unreadable @ Unreadable::Broken { .. }) => Failure::new(unreadable.to_string()),
        Untraced::Unreadable(unreadable @ Unreadable::Missing { .. }) => Failure::new(format!(
            "{unreadable}, and the request comes by it"
        ))
        .help("`meshgen build` writes it; an empty file stands for a cluster to which nothing is applied"),
        // Both were looked for before.
        Untraced::NoCluster | Untraced::NoGateway => Failure::new("nobody is there to make this request"),
    }
}
