//! `meshgen check`: everything but writing; or, of dumps of clusters, what is silently broken between them.
//!
//! Enters: paths, or dumps. Leaves: findings on stdout. Refuses to know: bundles; they are dropped.

use std::collections::BTreeSet;

use super::arguments::Check;
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, against, dumps, load, summary};
use crate::diagnostic::{Code, Finding, Severity, Spot};
use crate::dump::State;
use crate::source::Sources;
use crate::trace::crossing::{self, Account, Verdict};

/// Compiles the inputs and reports what was found.
pub(super) fn run(arguments: &Check, reporter: &Reporter) -> Result<Ending, Failure> {
    let Check { inputs, against } = arguments;
    if let Some(named) = dumps::named(against)? {
        return against::run(arguments, &named, reporter);
    }
    if let Some(named) = dumps::named(&inputs.paths)? {
        return of_dumps(dumps::read(&named, &inputs.limits())?, reporter);
    }
    let loaded = load::load(&inputs.paths, inputs.limits(), load::DEFAULT_OUTPUT.as_ref())?;
    let outcome = loaded.compile(&mut |_| {});
    let ending = reporter.report(outcome.findings, &loaded.sources, None);
    if let (Ending::Done, Some(account)) = (ending, outcome.value) {
        reporter.say(&summary::proof(&account));
    }
    Ok(ending)
}

/// Judges what runs.
fn of_dumps(state: State, reporter: &Reporter) -> Result<Ending, Failure> {
    let State { world, routing, notes, mut findings } = state;
    let Verdict { findings: found, account } =
        crossing::judge(&world, &routing).map_err(|unreadable| Failure::new(unreadable.to_string()))?;
    findings.extend(in_doubt(found, &findings));
    findings.extend(notes.into_iter().map(|note| Finding::new(Code::MG0701, note)));
    let ending = reporter.report(findings, &Sources::default(), None);
    reporter.say(&line(account));
    Ok(ending)
}

/// Where an object has several contents, what is found in its namespace is a question.
fn in_doubt(found: Vec<Finding>, known: &[Finding]) -> Vec<Finding> {
    let ambiguous: BTreeSet<_> = known
        .iter()
        .filter(|finding| finding.code == Code::MG0703)
        .flat_map(|finding| &finding.spots)
        .map(|spot| (&spot.cluster, namespace(spot)))
        .collect();
    let weighed = found.into_iter().map(|finding| {
        let is_doubtful =
            finding.spots.iter().any(|spot| ambiguous.contains(&(&spot.cluster, namespace(spot))));
        if is_doubtful { finding.weigh(Severity::Note) } else { finding }
    });
    weighed.collect()
}

/// The `shop` of `ServiceEntry shop/payments`.
fn namespace(spot: &Spot) -> &str {
    let (_, name) = spot.object.rsplit_once(' ').unwrap_or_default();
    name.split_once('/').map_or("", |(namespace, _)| namespace)
}

/// `2 clusters, 34 services, 11 crossings: 8 deliver, 2 are dead, 1 is not known`
fn line(Account { clusters, services, crossings, dead, unknown }: Account) -> String {
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let deliver = crossings.saturating_sub(dead + unknown);
    let delivers = (deliver > 0).then(|| format!("{deliver} deliver{}", if deliver == 1 { "s" } else { "" }));
    let is = |number: usize, what: &str| {
        (number > 0).then(|| format!("{number} {} {what}", if number == 1 { "is" } else { "are" }))
    };
    let parts: Vec<String> =
        delivers.into_iter().chain(is(dead, "dead")).chain(is(unknown, "not known")).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!(
        "{}, {}, {}{parts}\n",
        count(clusters, "cluster"),
        count(services, "service"),
        count(crossings, "crossing")
    )
}
