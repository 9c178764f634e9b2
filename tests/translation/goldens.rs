//! Faults of every kind in the bundles of every case that asks something: do its questions notice?
//!
//! A fault goes into each object that a trace of the case names as one on its way, once for each place there is for it.
//! Whether it concerns the part of the object that some question uses is not known, so that not each one is noticed;
//! but an object that is on the way cannot be missed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use meshgen::trace::Tracer;
use meshgen::trace::report::Trace;
use meshgen::trace::request::Request;
use meshgen::trace::world::World;
use regex::Regex;

use crate::support::case::{Case, DIAGNOSTICS, Files, assert_none};
use crate::support::compiled::compile;
use crate::support::query::Queries;
use crate::translation::followed::routing;

/// What a fault is called, where there is a place for it, and what stands there then.
struct Fault {
    name: &'static str,
    place: LazyLock<Regex>,
    instead: &'static str,
}

macro_rules! faults {
    ($($name:literal: $place:literal => $instead:literal;)*) => {
        [$(Fault { name: $name, place: LazyLock::new(|| Regex::new($place).unwrap()), instead: $instead }),*]
    };
}

static FAULTS: [Fault; 11] = faults! {
    "an SNI of another port": r"(?m)^( *sni: outbound_\.)" => "${1}1";
    "an SNI of another subset": r"(?m)^( *sni: outbound_\.\d+_\.)" => "${1}x";
    "an SNI of another host": r"(?m)^( *sni: outbound_\.\d+_\..*_\.)" => "${1}x";
    "an alias of another name": r#"(?m)^( *- outbound_[^"\n]*)$"# => "${1}x";
    "a subset of another name": r#"(?m)^(  - name: )([^"\n]*\n    (?:labels|trafficPolicy):)"# => "${1}x${2}";
    "labels that no pod carries": r#"(?m)^(      version: [^"\n]+)$"# => "${1}x";
    "an endpoint elsewhere": r"(?m)^(  - address: ).*$" => "${1}192.0.2.77";
    "a gateway open for others": r#"(?m)^(    - )"\*\..*"$"# => "${1}x.example.com";
    "a gateway on another port": r"(?m)^(  - port:\n.*\n      number: )\d+$" => "${1}7777";
    "a route to another subset": r#"(?m)^( *subset: [^"\n]+)$"# => "${1}x";
    "a route to another host": r"(?m)^(        host: )" => "${1}x";
};

/// How often a fault was put in, and noticed.
#[derive(Default)]
struct Count {
    noticed: usize,
    all: usize,
}

/// What came of the faults in a case: counts by kind, and the objects that could be missed.
#[derive(Default)]
struct Found {
    counts: BTreeMap<&'static str, Count>,
    missed: BTreeSet<String>,
}

impl Found {
    /// Empty for a case without faults.
    fn record(&self) -> String {
        let counts = self.counts.iter();
        let counts =
            counts.map(|(kind, Count { noticed, all })| format!("{kind}: {noticed} of {all} noticed\n"));
        let missed = self.missed.iter().map(|object| format!("not missed: {object}\n"));
        counts.chain(missed).collect()
    }
}

/// What came of the faults in a case.
const RECORD: &str = "faults-trace.txt";

#[test]
fn an_object_on_the_way_cannot_be_missed() {
    let cases = Case::all();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let differences = |case: &Case| {
        let found = Scene::of(case).map(|scene| scene.with_faults());
        case.differs_from_record(RECORD, &found.unwrap_or_default().record())
    };
    let differences: Vec<_> = std::thread::scope(|scope| {
        let workers = (0..threads).map(|first| {
            let cases = cases.iter().skip(first).step_by(threads);
            scope.spawn(move || cases.filter_map(differences).collect::<Vec<_>>())
        });
        let workers: Vec<_> = workers.collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_none(&differences);
}

/// A case with what it asks, and the answers.
struct Scene {
    world: World,
    files: Files,
    requests: Vec<Request>,
    answers: Vec<Trace>,
}

impl Scene {
    /// Nothing for a case that asks nothing.
    fn of(case: &Case) -> Option<Self> {
        let queries = Queries::of(&case.name)?;
        let sources = case.sources();
        let mut world = meshgen::world(&sources).value.unwrap();
        queries.extend(&mut world);
        let mut files = compile(&sources);
        files.remove(DIAGNOSTICS);
        let requests: Vec<Request> =
            queries.queries.iter().filter_map(|query| query.request().ok()).collect();
        let answers = answers(&world, &files, &requests)?;
        Some(Self { world, files, requests, answers })
    }

    /// Puts each fault into each object on the way, one at a time.
    fn with_faults(&self) -> Found {
        let mut found = Found::default();
        for (file, document) in self.on_the_way() {
            let mut noticed = |kind: &'static str, changed: &str| {
                let is_noticed = self.differs(&file, &document, changed);
                let count = found.counts.entry(kind).or_default();
                count.all += 1;
                count.noticed += usize::from(is_noticed);
                is_noticed
            };
            let is_missed = noticed("a missing object", "");
            for Fault { name, place, instead } in &FAULTS {
                for captures in place.captures_iter(&document) {
                    let whole = captures.get(0).unwrap();
                    let mut fault = String::new();
                    captures.expand(instead, &mut fault);
                    let (before, after) = (&document[..whole.start()], &document[whole.end()..]);
                    noticed(name, &format!("{before}{fault}{after}"));
                }
            }
            if !is_missed {
                found.missed.insert(format!("{file}: {}", title(&document)));
            }
        }
        found
    }

    /// Files and documents of all objects that some answer names, and of those that teach gateways, which none does.
    fn on_the_way(&self) -> BTreeSet<(String, String)> {
        let steps = self.answers.iter().flat_map(|trace| &trace.shares).flat_map(|share| &share.steps);
        let places = steps.filter_map(|step| step.object.as_ref());
        let document = |file: &str, line: usize| {
            let mut first = 1;
            for document in self.files.get(file)?.split("---\n") {
                let lines = document.matches('\n').count() + 1;
                if line < first + lines {
                    return Some(document.to_owned());
                }
                first += lines;
            }
            None
        };
        let named = places.filter_map(|place| Some((place.file.clone(), document(&place.file, place.line)?)));
        let teaching = self.files.iter().flat_map(|(file, text)| {
            let filters = text.split("---\n").filter(|document| document.contains("\nkind: EnvoyFilter\n"));
            filters.map(|document| (file.clone(), document.to_owned()))
        });
        named.chain(teaching).collect()
    }

    /// Whether any question has another answer once a document is changed. What cannot be read is noticed, too.
    fn differs(&self, file: &str, document: &str, changed: &str) -> bool {
        let mut files = self.files.clone();
        let text = files[file].replace(document, changed);
        files.insert(file.to_owned(), text);
        let ends = |answers: &[Trace]| -> Vec<_> {
            let shares = |trace: &Trace| -> Vec<_> {
                trace.shares.iter().map(|share| (share.percent.to_bits(), share.end.clone())).collect()
            };
            answers.iter().map(|trace| (shares(trace), trace.features.clone())).collect()
        };
        answers(&self.world, &files, &self.requests)
            .is_none_or(|answers| ends(&answers) != ends(&self.answers))
    }
}

/// What comes of each request; nothing if the bundles cannot be read.
fn answers(world: &World, files: &Files, requests: &[Request]) -> Option<Vec<Trace>> {
    let routing = routing(files);
    let tracer = Tracer::new(world, &routing);
    requests.iter().map(|request| tracer.trace(request).ok()).collect()
}

/// `ServiceEntry reviews-global`
fn title(document: &str) -> String {
    let word = |field: &str| {
        document.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default().to_owned()
    };
    format!("{} {}", word("kind: "), word("  name: "))
}
