//! `meshgen test`: is what must stay true of requests true?
//!
//! Enters: inputs with Queries among them, perhaps a directory with bundles. Leaves: an answer for each query on stdout, and
//! what no query asks about. Refuses to know: how a request is followed.

mod human;
mod json;
mod junit;
mod write;

use super::arguments::{Data, Test};
use super::failure::Failure;
use super::report::Reporter;
use super::trace::{self, Ground};
use super::{Ending, stream};
use crate::diagnostic::{Severity, escape};
use crate::query::answer::{ends_as_expected, is, missing_features};
use crate::query::coverage::Coverage;
use crate::query::{Expected, Query};
use crate::source::{Place, Sources};
use crate::trace::Tracer;
use crate::trace::report::Trace;

/// A query, and what is so.
struct Answered {
    query: Query,
    is: Vec<Expected>,
    trace: Trace,
    ends_as_expected: bool,
    /// Where rules or objects send the request.
    by: Vec<String>,
}

impl Answered {
    fn missing_features(&self) -> Vec<&str> {
        missing_features(&self.query, &self.trace)
    }

    /// Whether all is as it must be.
    fn holds(&self) -> bool {
        self.ends_as_expected && self.missing_features().is_empty()
    }
}

/// Everything that was asked.
struct Asked<'a> {
    answered: &'a [Answered],
    /// None where bundles of a directory are asked: they do not say which rules they come from.
    coverage: Option<&'a Coverage>,
    sources: &'a Sources,
    fail_under: Option<u8>,
}

/// Asks all queries, if the inputs are sound.
pub(super) fn run(arguments: &Test, reporter: &Reporter) -> Result<Ending, Failure> {
    let Test { inputs, bundles, write, fail_under } = arguments;
    let ground = trace::ground(&inputs.paths, bundles.as_deref(), inputs.limits())?;
    let Ground { sources, world, routing, texts, notes: _, mut findings } = ground;
    let Some(world) = world else { return Ok(reporter.report(findings, &sources, None)) };
    let outcome = crate::queries(&sources, &world);
    findings.extend(outcome.findings);
    let queries = outcome.value.unwrap_or_default();
    if !*write {
        findings.extend(queries.iter().filter_map(Query::expects_nothing));
    }
    if reporter.denies(&findings) {
        return Ok(reporter.report(findings, &sources, None));
    }
    if queries.is_empty() {
        return Err(Failure::new("there are no queries").help(
            "a document begins with `apiVersion: meshgen/v1` and `kind: Queries`, and lists `queries`; name its file too",
        ));
    }
    let tracer = Tracer::new(&world, &routing);
    let mut coverage = bundles.is_none().then(|| crate::coverage(&sources));
    if let Some(coverage) = &mut coverage {
        for (from, to, service) in texts.reached() {
            coverage.crosses(from, to, service);
        }
    }
    let mut answered = Vec::new();
    for query in queries {
        let trace = tracer.trace(&query.request).map_err(trace::untraced)?;
        let steps = || trace.shares.iter().flat_map(|share| &share.steps);
        let rules: Vec<Place> = steps().filter_map(|step| texts.origin(step)).collect();
        if let Some(coverage) = &mut coverage {
            coverage.meets(&query.request.caller.cluster, &trace, &rules);
        }
        let mut by: Vec<String> = if bundles.is_some() {
            let routed = steps().filter(|step| step.route.is_some());
            let places = routed.filter_map(|step| step.object.as_ref()?.file_and_line());
            places.map(|place| format!("the route at {place}")).collect()
        } else {
            let places = rules.into_iter().filter_map(|place| shown(place, &sources));
            places.map(|place| format!("the rule at {place}")).collect()
        };
        by.dedup();
        let (is, ends_as_expected) = (is(&query, &trace), ends_as_expected(&query, &trace));
        answered.push(Answered { query, is, trace, ends_as_expected, by });
    }
    let said = if *write { write::fill(&answered, &sources)? } else { Vec::new() };
    let asked = Asked {
        answered: &answered,
        coverage: coverage.as_ref(),
        sources: &sources,
        fail_under: *fail_under,
    };
    let text = match reporter.format().data() {
        Data::Json => json::render(&asked),
        Data::Junit => junit::render(&asked),
        Data::Words | Data::Markdown => human::render(&asked, trace::width()),
    };
    let holds = answered.iter().all(Answered::holds) && !asked.is_thin();
    findings.retain(|finding| finding.severity() != Severity::Note);
    let failure = stream::data(text.as_bytes()).err();
    let ending = reporter.report(findings, &sources, failure.as_ref());
    for line in said {
        reporter.say(&line);
    }
    Ok(if ending == Ending::Done && !holds { Ending::Wrong } else { ending })
}

impl Asked<'_> {
    /// Whether too little is asked about.
    fn is_thin(&self) -> bool {
        self.fail_under.is_some_and(|least| {
            self.coverage.is_some_and(|coverage| coverage.percent() < usize::from(least))
        })
    }
}

/// `queries.yaml:5`
fn shown(place: Place, sources: &Sources) -> Option<String> {
    let (file, line) = line(place, sources)?;
    Some(format!("{}:{line}", escape::line(file)))
}

fn line(place: Place, sources: &Sources) -> Option<(&str, usize)> {
    let source = sources.get(place.span.source)?;
    let line = source.text().get(..place.span.start as usize)?.matches('\n').count() + 1;
    Some((&source.name, line))
}

/// What tells one query from the others, in words: its name, or what is asked and how.
fn title(query: &Query) -> String {
    let Query { name, request, from, url, .. } = query;
    if let Some(name) = name {
        return name.clone();
    }
    let mut words = vec![from.clone(), url.clone()];
    if let Some(gateway) = &request.caller.gateway {
        words.push(format!("at {gateway}"));
    }
    words.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    words.extend(request.down.iter().map(|down| format!("down {}/{}", down.cluster, down.what)));
    words.join("  ")
}

/// `v2@cluster2 50 · dead:no-route 50`
fn ends(ends: &[Expected]) -> String {
    let one = |Expected { end, percent }: &Expected| format!("{end} {}", trace::human::percent(*percent));
    ends.iter().map(one).collect::<Vec<_>>().join(" · ")
}
