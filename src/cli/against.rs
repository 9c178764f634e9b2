//! `meshgen check … --against`: the inputs beside what runs.
//!
//! Enters: paths, dumps of clusters. Leaves: findings, and differences under three headings. Refuses to know: how they are found.

use super::arguments::Check;
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, dumps, load, stream};
use crate::diagnostic::escape;
use crate::import::Texts;
use crate::import::against::{self, Difference, Heading};

/// Compiles the inputs, and compares them with the dumps.
pub(super) fn run(arguments: &Check, named: &[dumps::Named], reporter: &Reporter) -> Result<Ending, Failure> {
    let limits = arguments.inputs.limits();
    let loaded =
        load::load(&arguments.inputs.paths, arguments.inputs.limits(), load::DEFAULT_OUTPUT.as_ref())?;
    let mut texts = Texts::new();
    let mut outcome = loaded.compile(&mut |bundle| {
        let stand_ins = bundle.stand_ins.map(|stand_ins| stand_ins.text).unwrap_or_default();
        texts.insert(bundle.cluster, [bundle.text, stand_ins].join("---\n"));
    });
    let world = if outcome.has_errors() { None } else { crate::world(&loaded.sources).value };
    let Some(world) = world else { return Ok(reporter.report(outcome.findings, &loaded.sources, None)) };
    let mut inventory = dumps::collect(named, &limits)?.inventory();
    outcome.findings.append(&mut inventory.findings);
    let clusters: Vec<String> = world.clusters.iter().map(|cluster| cluster.name.clone()).collect();
    if let Some(unknown) = inventory.clusters.keys().find(|name| !clusters.contains(name)) {
        return Err(Failure::no_cluster(unknown, &clusters));
    }
    let differences = against::compare(&world, &texts, &inventory);
    let ending = reporter.report(outcome.findings, &loaded.sources, None);
    stream::data(written(&differences).as_bytes())?;
    Ok(if differences.iter().any(|difference| difference.grave) { Ending::Wrong } else { ending })
}

fn written(differences: &[Difference]) -> String {
    let mut text = String::new();
    for (heading, question) in [
        (Heading::Holds, "does the topology still hold?"),
        (Heading::Defeats, "what would defeat the bundles?"),
        (Heading::Applied, "are they applied?"),
    ] {
        text.extend([question, "\n"]);
        let here: Vec<_> = differences.iter().filter(|difference| difference.heading == heading).collect();
        let fine = if heading == Heading::Defeats { "  nothing\n" } else { "  yes\n" };
        if here.is_empty() {
            text.push_str(fine);
        }
        for Difference { heading: _, grave, cluster, what } in here {
            let severity = if *grave { "error" } else { "note" };
            text.extend(["  ", severity, " ", cluster, ": ", &escape::line(what), "\n"]);
        }
    }
    text
}
