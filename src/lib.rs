//! Compiles a topology and a routing spec into one bundle of Istio manifests per cluster.

pub mod source; // texts, and how a place in them is named
pub mod diagnostic; // what went wrong, where, what to do
mod spec; // the inputs as written
mod model; // the mesh as meant
mod resolve; // spec → model
mod plan; // model → what each cluster must know
mod istio; // plan → Istio objects
mod prove; // do all links hold, on the objects themselves?
pub mod yaml; // objects → text
mod longhand; // model → the inputs with every default
pub mod needs; // plan → what the clusters must provide
pub mod bundle; // what leaves the compiler
pub mod trace; // bundle text + a world → where a request goes (a second opinion)
mod ground; // model → the world that a trace stands on
pub mod cli; // the outside world

use bundle::{Account, Bundle};
use diagnostic::Outcome;
use source::{At, Limits, SourceId, Sources};

/// Text in, text out: the whole compiler. No file, clock, environment or network is read.
///
/// Bundles are delivered one at a time, in order of cluster name, as soon as they are rendered. They count only
/// if the outcome has no errors: the last link is checked when the last bundle is out.
pub fn compile(sources: &Sources, deliver: &mut dyn FnMut(Bundle)) -> Outcome<Account> {
    let mesh = spec::parse(sources).and_then(|spec| resolve::resolve(&spec));
    // What is wrong leaves holes that links lead into; what the release lacks is found all the same.
    let sound = !mesh.has_errors();
    let outcome = mesh.and_then(|mesh| {
        plan::plan(&mesh, &sources.limits).and_then(|plans| {
            let mut lacks = istio::Lacks::default();
            let mut links = prove::Links::default();
            for objects in plans.iter().map(|plan| istio::lower(plan, &mut lacks)).filter(|_| sound) {
                let bundle = yaml::render(&objects, &mesh.name);
                links.add(&objects, bundle.longest);
                deliver(bundle);
            }
            let mut proof = links.hold();
            proof.findings.extend(lacks.findings());
            proof.map(|links| Account { services: mesh.services.len(), clusters: mesh.clusters.len(), links })
        })
    });
    prove::without_consequences(outcome)
}

/// What the inputs say exists, without any rule: the ground on which [`trace`] follows requests.
#[must_use]
pub fn world(sources: &Sources) -> Outcome<trace::world::World> {
    spec::parse(sources).and_then(|spec| resolve::resolve(&spec)).map(|mesh| ground::of(&mesh))
}

/// The inputs with every default written out, as one YAML text of the input language.
#[must_use]
pub fn resolved(sources: &Sources) -> Outcome<String> {
    spec::parse(sources).and_then(|spec| resolve::resolve(&spec)).map(|mesh| longhand::write(&mesh))
}

/// What each cluster must provide for its bundle to work.
#[must_use]
pub fn needed(sources: &Sources) -> Outcome<Vec<needs::ClusterNeeds>> {
    spec::parse(sources)
        .and_then(|spec| resolve::resolve(&spec))
        .and_then(|mesh| plan::plan(&mesh, &sources.limits).map(|plans| needs::of(&plans)))
}

/// What the Topologies of one text include, as written; nothing if it cannot be read.
#[must_use]
pub fn includes(source: SourceId, text: &str, limits: &Limits) -> Vec<At<String>> {
    spec::includes(source, text, limits)
}
