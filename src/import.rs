//! From what runs to a topology and its routing.
//!
//! Enters: an inventory of dumps, and the compiler as a function. Leaves: text of the input language, and what there is to know
//! of it. Refuses to know: how dumps are read, and what the compiler does.
//!
//! What is certain is written. What is likely is written with `# guessed`. What nobody can tell is `TODO`, with what is known in
//! a comment above.

mod text; // values as people write them
mod draft; // the inputs, while they are written
mod names; // what hosts and subsets mean
mod cluster; // clusters.NAME
mod service; // services.KEY
mod policy; // trafficPolicy
mod condition; // match
mod share; // to
mod rules; // routes.KEY
mod ingress; // gateways, and what is let in
mod trial; // the compiler's answer beside what is there
mod meant; // rules by their meaning
mod problems; // the wording
mod fit; // what gives the objects that are there
mod shorten; // what changes no byte
mod reach; // the ways into clusters
mod mesh; // mesh, and what all services have in common
pub mod applied; // what clusters hold once bundles are applied
pub mod against; // a topology beside what runs
mod retire; // what is to be deleted, and when

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::diagnostic::{Code, Finding};
use crate::dump::{Inventory, Object};
use crate::trace::crossing;
use draft::{Draft, Name};
use fit::Questions;
use names::{Names, texts};
use rules::Rules;
use service::Taken;
use trial::{Build, Objects};

pub use trial::Texts;

/// What is known of a mesh, as inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// A Topology, and a Routing where there are rules.
    pub text: String,
    /// What is open: the path, and what is known of it, with its line in the text.
    pub open: Vec<(String, String, usize)>,
    /// What is silently broken, and what is not taken over.
    pub findings: Vec<Finding>,
    /// What to delete, and when.
    pub retire: Vec<String>,
    /// How far it carries.
    pub carries: String,
}

/// Writes the inputs of what runs.
#[must_use]
pub fn of(inventory: &Inventory, build: Build<'_>) -> Imported {
    let names = Names::of(inventory);
    let wanted = trial::own(inventory);
    let (taken, mut findings) = service::services(inventory, &names);
    let mut draft = Draft {
        mesh: mesh::mesh(inventory, &names, &taken),
        gateways: ingress::gateways(inventory),
        ..Draft::default()
    };
    let let_in = ingress::ingress(inventory, &names, &taken);
    let registries = mesh::by_cluster(inventory)
        || inventory.world.clusters.iter().any(|cluster| !cluster.sees.is_empty());
    for cluster in &inventory.world.clusters {
        draft.clusters.insert(cluster.name.clone(), cluster::cluster(inventory, cluster, registries));
    }
    let label = mesh::version_label(&taken);
    for (name, known) in &taken {
        let mut service = draft::Service { part: known.part.clone(), ..draft::Service::default() };
        let (field, value) = if known.versions.len() > 1 {
            ("versions", known.written_versions(&label, false))
        } else {
            ("clusters", known.written_clusters(false))
        };
        service.part.fields.insert(field.to_owned(), value);
        mesh::crossed(inventory, &names, name, known, &mut service.part);
        service.ingress = let_in.get(name).map(ingress::written).unwrap_or_default();
        draft.services.insert(name.clone(), service);
    }
    let mut taken_objects = retire::Taken::default();
    let mut all = all_rules(inventory, &names, &taken, &mut taken_objects, &mut findings);
    let only_let_in = ingress::only_let_in(inventory, &names, &let_in, &mut all);
    let together = together(&all, &let_in);
    let versioned: BTreeSet<&Name> = all.values().flat_map(Rules::versioned).collect();
    let has_own = wanted.values().any(|objects| !objects.is_empty());
    for (name, known) in &taken {
        let rule = own_rule(&wanted, name);
        let Some(service) = draft.services.get_mut(name) else { continue };
        let is_versioned = versioned.contains(name) || rule.is_some_and(|rule| rule.get("subsets").is_some());
        if is_versioned && !known.versions.is_empty() {
            service.part.fields.remove("clusters");
            service.part.fields.insert("versions".to_owned(), known.written_versions(&label, false));
        }
        if let Some(policy) = rule.and_then(policy::policy) {
            service.part.fields.insert("trafficPolicy".to_owned(), policy);
        }
        let fails_over = all.get(name).is_some_and(Rules::fails_over) || rule.is_some_and(policy::fails_over);
        if fails_over {
            service.part.fields.insert("acrossClusters".to_owned(), json!("failover"));
        }
        if let Some([short, _]) = fit::accounts(&wanted, name) {
            service.part.fields.insert("serviceAccounts".to_owned(), short);
        }
        if let Some(clients) = fit::clients(&wanted, name, known, inventory.clusters.len()) {
            service.part.fields.insert("clients".to_owned(), clients);
        }
    }
    reach::write(inventory, &names, &taken, &mut draft);
    for (name, known) in &taken {
        let rules = all.get(name).cloned().unwrap_or_default();
        let alone = BTreeSet::from([name.clone()]);
        let only = together.get(name).unwrap_or(&alone);
        if !has_own && rules.is_empty() && !meant::is_worth_trying(&draft, name) {
            meant::one_version(&mut draft, name, known);
            continue;
        }
        let (questions, problems) = Questions::of(name, known, &rules, &taken, &label, &wanted);
        for problem in problems {
            findings.push(problem);
            taken_objects.refuse(name);
        }
        if let (true, Some(service)) = (only_let_in.contains(name), draft.services.get_mut(name)) {
            // No caller inside shows what they are.
            service.rules = rules.written(name, &taken, share::STYLES[0]).unwrap_or_default();
        }
        if has_own {
            let starts = [None, fit::callers(&wanted, name), Some(json!([]))];
            questions.fit_from(&starts, build, &mut draft, only, &wanted, name);
        } else {
            let loss = meant::write(build, &mut draft, only, name, known, &rules, &taken, &label, inventory);
            lost(loss, name, &mut findings, &mut taken_objects);
        }
        shorten::service(build, &mut draft, only, name);
        meant::one_version(&mut draft, name, known);
    }
    if !has_own && build(draft.inputs(None)).is_err() {
        for (name, known) in &taken {
            let alone = BTreeSet::from([name.clone()]);
            let only = together.get(name).unwrap_or(&alone);
            if let Err(problems) = build(draft.inputs(Some(only))) {
                let loss = meant::mend(build, &mut draft, only, name, known, &problems);
                lost(loss, name, &mut findings, &mut taken_objects);
            }
        }
    }
    mesh::in_common(build, &mut draft);
    shorten::clusters(build, &mut draft);
    finish(inventory, build, draft, &wanted, findings, &taken_objects)
}

/// Notes what could not be kept of a service; its objects rule on then.
fn lost(loss: Option<meant::Loss>, name: &Name, findings: &mut Vec<Finding>, objects: &mut retire::Taken) {
    let Some(meant::Loss { of_rules, finding }) = loss else { return };
    findings.push(finding);
    if of_rules {
        objects.refuse(name);
    }
}

/// What is silently broken today, and what was not read.
fn broken(inventory: &Inventory, findings: &mut Vec<Finding>) {
    // Objects that the API server refuses are nobody's routing.
    if let Ok(verdict) = crossing::judge(&inventory.world, &inventory.routing) {
        findings.extend(verdict.findings);
    }
    findings.extend(ingress::left_alone(inventory));
    findings.extend(inventory.notes.iter().map(|note| Finding::new(Code::MG0701, note.clone())));
}

fn finish(
    inventory: &Inventory,
    build: Build<'_>,
    mut draft: Draft,
    wanted: &Objects,
    mut findings: Vec<Finding>,
    taken: &retire::Taken,
) -> Imported {
    mesh::open_gateways(&mut draft);
    let built = match build(draft.inputs(None)) {
        Ok(texts) => trial::objects(&texts, None),
        Err(problems) => {
            findings.extend(problems.iter().map(|problem| problems::unbuilt(problem)));
            Objects::new()
        }
    };
    let own: usize = wanted.values().map(BTreeMap::len).sum();
    let differ: usize = wanted
        .iter()
        .map(|(cluster, objects)| {
            let nothing = BTreeMap::new();
            let built = built.get(cluster).unwrap_or(&nothing);
            objects.iter().filter(|(key, spec)| built.get(*key) != Some(*spec)).count()
        })
        .sum();
    let (retire, foreign, by_meaning) = retire::lines(inventory, taken, &built);
    let mut parts = Vec::new();
    if own > 0 {
        parts.push(format!("{} of {own} objects of meshgen", own - differ));
    }
    if foreign > 0 {
        let ones = if own > 0 { "foreign ones" } else { "foreign objects" };
        parts.push(format!("{by_meaning} of {foreign} {ones} by meaning"));
    }
    let carries = match parts.as_slice() {
        [] => format!(
            "{} services of {} clusters; no object routes yet",
            draft.services.len(),
            draft.clusters.len()
        ),
        parts => format!("reproduces {}; {} to retire", parts.join(", "), retire.len()),
    };
    let is_open = |service: &draft::Service| !service.part.fields.contains_key("clients");
    if draft.clusters.len() > 1 && draft.services.values().any(is_open) {
        draft.above.push(
            "Dumps do not say who calls whom: without `clients` a service is called from every cluster."
                .to_owned(),
        );
    }
    let text = draft.text();
    let lines = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim_start().starts_with('#') && line.contains("TODO"));
    let mut numbers = lines.map(|(_, number)| number);
    let mut open = Vec::new();
    for (path, remark) in draft.open() {
        open.push((path, remark.above.first().cloned().unwrap_or_default(), numbers.next().unwrap_or(0)));
    }
    broken(inventory, &mut findings);
    if !open.is_empty() {
        // Where a gateway is, is asked already.
        findings.retain(|finding| finding.code != Code::MG0742);
    }
    let findings = findings.into_iter().map(problems::mild).collect();
    Imported { text, open, findings, retire, carries }
}

/// The rules of each service, by what callers of each cluster obey.
fn all_rules(
    inventory: &Inventory,
    names: &Names<'_>,
    services: &BTreeMap<Name, Taken>,
    taken: &mut retire::Taken,
    findings: &mut Vec<Finding>,
) -> BTreeMap<Name, Rules> {
    let mut all: BTreeMap<Name, Rules> = BTreeMap::new();
    for (cluster, found) in &inventory.clusters {
        let mut seen: BTreeSet<Name> = BTreeSet::new();
        for object in found.objects.iter().filter(|object| is_for_callers(object)) {
            let hosts = texts(&object.spec, "hosts").into_iter();
            let routed: BTreeSet<Name> =
                hosts.filter_map(|host| names.named(cluster, host, &object.namespace)).collect();
            for service in routed.into_iter().filter(|service| services.contains_key(service)) {
                if !seen.insert(service.clone()) {
                    // The older one rules alone.
                    taken.idle(cluster, object);
                    continue;
                }
                match all.entry(service.clone()).or_default().take(names, cluster, &service, object) {
                    Ok(()) => taken.take(cluster, object, &service),
                    Err(mut finding) => {
                        finding.spots.push(problems::spot(cluster, object, "is not taken over"));
                        findings.push(finding);
                    }
                }
            }
        }
        for crossing in names.crossings(cluster) {
            if services.contains_key(&crossing.service) {
                taken.take(cluster, crossing.object, &crossing.service);
            }
        }
        for object in found.objects.iter().filter(|object| object.kind == "DestinationRule") {
            let host = names::text(&object.spec, &["host"]).unwrap_or_default();
            let service = names.named(cluster, host, &object.namespace);
            if let Some(service) = service.filter(|service| services.contains_key(service)) {
                taken.take(cluster, object, &service);
            }
        }
    }
    all
}

/// What meshgen's DestinationRule for the plain name of a service says.
fn own_rule<'o>(wanted: &'o Objects, (namespace, name): &Name) -> Option<&'o serde_json::Value> {
    let key = ("DestinationRule".to_owned(), namespace.clone(), name.clone());
    wanted.values().find_map(|objects| objects.get(&key))
}

/// Whether an object holds for sidecars.
fn is_for_callers(object: &Object) -> bool {
    let gateways = texts(&object.spec, "gateways");
    object.kind == "VirtualService" && (gateways.is_empty() || gateways.contains(&"mesh"))
}

/// Services that can only be built together, since rules of one lead to another.
fn together(all: &BTreeMap<Name, Rules>, let_in: &ingress::Ingress) -> BTreeMap<Name, BTreeSet<Name>> {
    let mut together = ingress::together(let_in);
    for (name, rules) in all {
        let others: BTreeSet<Name> = rules.services().cloned().collect();
        for other in &others {
            together
                .entry(other.clone())
                .or_insert_with(|| BTreeSet::from([other.clone()]))
                .insert(name.clone());
        }
        let known = together.entry(name.clone()).or_insert_with(|| BTreeSet::from([name.clone()]));
        known.extend(others);
    }
    // Whoever leads here may lead elsewhere, too.
    for others in together.values_mut() {
        let further: Vec<_> =
            others.iter().filter_map(|other| all.get(other)).flat_map(Rules::services).cloned().collect();
        others.extend(further);
    }
    together
}
