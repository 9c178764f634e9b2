//! Compiles a topology and a routing spec into one bundle of Istio manifests per cluster.

pub mod source; // texts, and how a place in them is named
pub mod diagnostic; // what went wrong, where, what to do
mod input; // the inputs as written
mod foreign; // routing that exists already → input
mod model; // the mesh as meant
mod resolve; // input → model
mod plan; // model → what each cluster must know
mod istio; // plan → Istio objects
mod prove; // is every promise kept, on the objects themselves?
pub mod yaml; // objects → text
mod longhand; // model → the inputs with every default
mod promises; // plan → what callers are promised, as text
pub mod needs; // plan → what the clusters must provide
pub mod bundle; // what leaves the compiler
pub mod trace; // bundle text + a world → where a request goes (a second opinion)
pub mod dump; // dumps of clusters → the same two
mod intended; // what a change is meant to do
pub mod change; // two states → who notices, and in which order
pub mod graph; // bundles + a world → a picture
mod ground; // model → the world that a trace stands on
pub mod import; // dumps of clusters → the inputs
pub mod query; // what is to stay true → requests, and what is otherwise
pub mod cli; // the outside world

use bundle::{Account, Bundle};
use diagnostic::allow::acknowledge;
use diagnostic::{Outcome, Severity};
pub use input::Include;
use source::{Found, Limits, Source, SourceId, Sources};

/// Text in, text out: the whole compiler. No file, clock, environment or network is read.
///
/// Bundles are delivered one at a time, in order of cluster name, as soon as they are rendered. They count only
/// if the outcome has no errors: the last link is checked when the last bundle is out.
pub fn compile(sources: &Sources, deliver: &mut dyn FnMut(Bundle)) -> Outcome<Account> {
    let mesh = meant(sources);
    // What is wrong leaves holes that links lead into; what the release lacks is found all the same.
    let sound = !mesh.has_errors();
    let allow = mesh.value.as_ref().map(|mesh| mesh.allow.clone()).unwrap_or_default();
    let outcome = mesh.and_then(|mesh| {
        let view = plan::View::of(&mesh);
        let mut lacks = istio::Lacks::default();
        let mut proof = prove::Proof::of(&view);
        let mut spans = yaml::Spans::of(mesh.clusters.len());
        let planned = plan::plan(&view, &sources.limits, &mut |plan| {
            let mut objects = istio::lower::service(plan, &mut lacks);
            if sources.argocd {
                istio::waves::service(&mut objects);
            }
            if sound {
                let longest = objects.iter().map(|class| spans.add(class)).max().unwrap_or(0);
                proof.service(plan, &objects, longest);
            }
        });
        planned.and_then(|plans| {
            for plan in plans.iter().filter(|_| sound) {
                let id = plan.cluster.id;
                let mut objects = istio::lower::cluster(plan, &mut lacks);
                if sources.argocd {
                    istio::waves::objects(&mut objects);
                }
                let longest = spans.add_to(id, &objects);
                proof.cluster(plan, &objects, longest);
                spans.doubled(id).iter().for_each(|what| proof.doubled(id, what));
                deliver(spans.bundle(id, title(plan)));
            }
            let mut proved = proof.hold();
            proved.findings.extend(lacks.findings());
            proved.map(|destinations| Account {
                services: mesh.services.len(),
                clusters: mesh.clusters.len(),
                destinations,
                placeholders: mesh.placeholders(),
                acknowledged: 0,
                steps: at_steps(&mesh),
            })
        })
    });
    let mut outcome = prove::without_consequences(outcome);
    let acknowledged = acknowledge(&mut outcome.findings, &allow, outcome.value.is_some());
    outcome.map(|account| Account { acknowledged, ..account })
}

/// The mesh as meant.
fn meant(sources: &Sources) -> Outcome<model::Mesh> {
    input::parse(sources).and_then(foreign::take).and_then(|input| resolve::resolve(&input))
}

/// The mesh, without what is acknowledged of it.
fn mesh(sources: &Sources) -> Outcome<model::Mesh> {
    let mut outcome = meant(sources);
    if let Some(mesh) = &outcome.value {
        acknowledge(&mut outcome.findings, &mesh.allow, false);
    }
    outcome
}

/// What the inputs say exists, without any rule: the ground on which [`trace`] follows requests.
#[must_use]
pub fn world(sources: &Sources) -> Outcome<trace::world::World> {
    mesh(sources).map(|mesh| ground::of(&plan::View::of(&mesh)))
}

/// What is to stay true, as the Queries among the texts say it.
#[must_use]
pub fn queries(sources: &Sources, world: &trace::world::World) -> Outcome<Vec<query::Query>> {
    input::queries(sources).and_then(|listed| query::of(&listed, world))
}

/// Of each query among the texts, whether it says what to expect; nothing if they are not sound.
#[must_use]
pub fn expectations(sources: &Sources) -> Option<Vec<bool>> {
    let outcome = input::queries(sources);
    let queries = outcome.value.filter(|listed| listed.complete)?.entries;
    Some(queries.iter().map(|query| !query.expect.is_absent()).collect())
}

/// All that queries can ask about, but for what callers reach in other clusters: bundles say that.
#[must_use]
pub fn coverage(sources: &Sources) -> query::coverage::Coverage {
    mesh(sources).value.map(|mesh| query::coverage::Coverage::of(&mesh)).unwrap_or_default()
}

/// The inputs with every default written out, as one YAML text of the input language.
#[must_use]
pub fn resolved(sources: &Sources) -> Outcome<String> {
    mesh(sources).map(|mesh| longhand::write(&mesh))
}

/// What callers of each cluster are promised, a line each: who answers, by which way, under which name.
#[must_use]
pub fn promised(sources: &Sources) -> Outcome<String> {
    mesh(sources).and_then(|mesh| {
        let view = plan::View::of(&mesh);
        let mut lines = Vec::new();
        let planned = plan::plan(&view, &sources.limits, &mut |plan| lines.extend(promises::of(&view, plan)));
        planned.map(|_| promises::text(lines))
    })
}

/// The inputs that say what dumps say, as text, with what there is to know of them.
#[must_use]
pub fn imported(inventory: &dump::Inventory) -> import::Imported {
    import::of(inventory, &|inputs| {
        let texts = vec![Source::new("import", Found::Named, inputs.into_bytes())];
        let limits = Limits { input_size: usize::MAX, nodes: usize::MAX, ..Limits::default() };
        let sources = Sources { texts, limits, ..Sources::default() };
        let mut built = import::Texts::new();
        let outcome = compile(&sources, &mut |bundle| {
            let stand_ins = bundle.stand_ins.map(|stand_ins| stand_ins.text).unwrap_or_default();
            built.insert(bundle.cluster, [bundle.text, stand_ins].join("---\n"));
        });
        if !outcome.has_errors() {
            return Ok(built);
        }
        let errors = outcome.findings.iter().filter(|finding| finding.severity() == Severity::Error);
        Err(errors.map(|finding| format!("{}: {}", finding.code.name(), finding.message)).collect())
    })
}

/// What each cluster must provide for its bundle to work.
#[must_use]
pub fn needed(sources: &Sources) -> Outcome<Vec<needs::ClusterNeeds>> {
    let mesh = meant(sources);
    let allow = mesh.value.as_ref().map(|mesh| mesh.allow.clone()).unwrap_or_default();
    let mut outcome = mesh.and_then(|mesh| {
        let view = plan::View::of(&mesh);
        plan::plan(&view, &sources.limits, &mut |_| {}).map(|plans| needs::of(&plans))
    });
    acknowledge(&mut outcome.findings, &allow, false);
    outcome
}

/// What Change documents say a change is meant to do; nothing if there is none.
#[must_use]
pub fn intended(sources: &Sources) -> Outcome<change::intent::Intent> {
    let Outcome { value, mut findings } = input::changes(sources);
    let value = value.map(|changes| intended::of(&changes, &mut findings));
    Outcome { value, findings }
}

/// Whether a text names a release of Istio that bundles can be for, `1.31` or `1.8.5`.
///
/// # Errors
///
/// Says which releases there are.
pub fn known_release(text: &str) -> Result<String, String> {
    let (first, last) = (model::release::Release::FIRST, model::release::Release::LAST);
    match model::release::Release::parse(text) {
        Some(release) if release.is_known() => Ok(text.to_owned()),
        Some(_) | None => Err(format!("known are {first} to {last}, or with a patch, such as 1.8.5")),
    }
}

/// What the Topologies of one text include, as written; nothing if it cannot be read.
#[must_use]
pub fn includes(source: SourceId, text: &str, limits: &Limits) -> Vec<Include> {
    input::includes(source, text, limits)
}

/// What a cluster's bundle is for, and what its callers reach in others.
fn title(plan: &plan::ClusterPlan<'_>) -> yaml::Title {
    yaml::Title {
        mesh: plan.view.name.clone(),
        cluster: plan.cluster.name.clone(),
        context: plan.cluster.context.clone(),
        release: plan.cluster.release.to_string(),
        configured_by: plan.configured_by.map(|head| head.name.clone()),
        reaches: plan.reached(),
    }
}

/// Which step of each chain is built.
fn at_steps(mesh: &model::Mesh) -> Vec<bundle::AtStep> {
    let chains = mesh.services.iter().flat_map(|service| {
        service.rules.iter().filter_map(move |rule| Some((service, rule, rule.steps.as_deref()?)))
    });
    let at_step = |(service, rule, chain): (&model::Service, &model::Rule, &model::step::Steps)| {
        let step = chain.steps.get(chain.at);
        let gate = step.map(|step| step.gate.clone()).unwrap_or_default();
        let shares =
            rule.destinations().iter().map(|to| format!("{}: {}", mesh.written(service.id, to), to.weight));
        bundle::AtStep {
            service: service.to_string(),
            step: chain.at + 1,
            of: chain.steps.len(),
            shares: shares.collect::<Vec<_>>().join(", "),
            pause: gate.pause,
            check: gate.check,
        }
    };
    chains.map(at_step).collect()
}
