//! A dead end, explained by the objects on the way.
//!
//! Enters: questions that are not answered in full. Leaves: one finding for each name and cause, with the cure where one line is
//! missing. Every cure is tried on the dumps before it is printed.

mod cause;

use std::collections::{BTreeMap, BTreeSet};

use super::ask::{Asked, Fate, ask};
use super::enumerate::Question;
use super::far::Far;
use super::{Answered, cure, spot};
use crate::diagnostic::{Code, Finding, Severity, Spot};
use crate::trace::Tracer;
use crate::trace::object::{ObjectPlace, Routing, Unreadable};
use crate::trace::report::{End, Share};
use crate::trace::world::World;
use cause::Cause;

/// Questions that end alike: one finding.
struct Group<'a> {
    cause: Cause,
    question: Question<'a>,
    share: Share,
    fate: Fate,
    /// By the port that is called, what the far gateway knows it by.
    snis: BTreeMap<u16, Option<String>>,
    namespaces: BTreeSet<String>,
}

/// A DestinationRule that is missing, and what it is for.
struct Cure {
    cluster: String,
    text: String,
    help: String,
}

/// One finding for each name and cause.
pub(super) fn findings(
    world: &World,
    routing: &Routing,
    tracer: &Tracer<'_>,
    answered: Vec<Answered<'_>>,
) -> Result<Vec<Finding>, Unreadable> {
    let groups = grouped(tracer, answered);
    let cures: Vec<Option<Cure>> = groups.values().map(cure).collect();
    let mut tried = routing.clone();
    for Cure { cluster, text, help: _ } in cures.iter().flatten() {
        tried.add(cluster, text);
    }
    let better = Tracer::new(world, &tried);
    let mut findings = Vec::new();
    for (group, cure) in groups.values().zip(cures) {
        let help = match cure {
            Some(cure) => Some(tried_out(&better, group, cure)?),
            None => group.cause.help(),
        };
        let finding = finding(tracer, group);
        findings.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }
    Ok(findings)
}

fn grouped<'a>(
    tracer: &Tracer<'_>,
    answered: Vec<Answered<'a>>,
) -> BTreeMap<(Code, String, String, Option<String>), Group<'a>> {
    let mut groups: BTreeMap<_, Group<'a>> = BTreeMap::new();
    for (question, Asked { shares, crosses: _ }) in answered {
        for (share, fate) in shares {
            let far = Far::of(tracer, &question.cluster, &share);
            let Some(cause) = Cause::of(tracer, &question, &share, fate, far.as_ref()) else { continue };
            let subset = question.target.subset.clone();
            let sni = far.as_ref().and_then(|far| {
                let service = far.service(&question.target.host)?;
                far.sni(service, question.target.port, subset.as_deref())
            });
            let subset = subset.filter(|_| cause.is_of_subset());
            let key =
                (cause.mistake.code(), question.cluster.clone(), cause.host(&question).to_owned(), subset);
            let group = groups.entry(key).or_insert_with(|| Group {
                cause,
                question: question.clone(),
                share: share.clone(),
                fate,
                snis: BTreeMap::new(),
                namespaces: BTreeSet::new(),
            });
            if fate > group.fate {
                (group.share, group.fate) = (share.clone(), fate);
            }
            group.snis.insert(question.target.port, sni);
            group.namespaces.insert(question.namespace.clone());
        }
    }
    groups
}

/// The objects on a way, each once.
fn places(share: &Share) -> Vec<&ObjectPlace> {
    let mut places: Vec<&ObjectPlace> = Vec::new();
    for place in share.steps.iter().filter_map(|step| step.object.as_ref()) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

fn finding(tracer: &Tracer<'_>, group: &Group<'_>) -> Finding {
    let Group { cause, question, share, fate: _, snis, namespaces: _ } = group;
    let far = Far::of(tracer, &question.cluster, share);
    let mut spots: Vec<Spot> = Vec::new();
    if let Some((routes, index)) = question.routes {
        let route = routes.spec.http.get(index);
        let text = match route.map(|route| route.rule) {
            Some(Some((rule, all))) => format!("rule {} of {all}", rule + 1),
            Some(None) => format!("route {} of {}", index + 1, routes.spec.http.len()),
            None => String::new(),
        };
        let home = route.and_then(|route| route.home.as_ref()).filter(|_| routes.spec.attached.is_some());
        spots.push(spot::of(home.unwrap_or(&routes.place), text));
    }
    let places = places(share);
    let has_rule =
        places.iter().any(|place| place.kind == "DestinationRule" && place.cluster == question.cluster);
    for place in places {
        let text = match (place.kind.as_str(), share.dial()) {
            ("ServiceEntry", Some(dial)) if place.cluster == question.cluster && !has_rule => {
                format!("endpoint {}, no DestinationRule", dial.address)
            }
            ("ServiceEntry", Some(dial)) if place.cluster == question.cluster => {
                format!("endpoint {}", dial.address)
            }
            ("DestinationRule", Some(dial)) if place.cluster == question.cluster && !dial.sni.is_empty() => {
                format!("sni {}", dial.sni)
            }
            _ => String::new(),
        };
        spots.push(spot::of(place, text));
    }
    if let Some(far) = &far {
        spots.extend(cause.over_there(far, spots.as_slice()));
    }
    let why = match &share.end {
        End::Dead { reason: _, why } => Some(why.clone()),
        End::Unknown { what } => Some(what.clone()),
        End::Pods { .. }
        | End::Redirect { .. }
        | End::Direct { .. }
        | End::Passthrough
        | End::External { .. } => None,
    };
    if let (Some(last), Some(why)) = (spots.last_mut().filter(|spot| spot.text.is_empty()), why) {
        last.text = why;
    }
    let ports: Vec<u16> = snis.keys().copied().collect();
    let mut finding =
        Finding::new(cause.mistake.code(), cause.message(question, &ports, far.as_ref(), share))
            .weigh(cause.severity);
    finding.spots = spots;
    finding
}

/// The line that is missing, if a line is.
fn cure(group: &Group<'_>) -> Option<Cure> {
    let Group { cause, question, share, fate: _, snis, namespaces: _ } = group;
    if !cause.is_cured_by_an_sni() {
        return None;
    }
    let snis: BTreeMap<u16, String> =
        snis.iter().map(|(port, sni)| Some((*port, sni.clone()?))).collect::<Option<_>>()?;
    let own = |kind: &str| {
        let steps = share.steps.iter().filter_map(|step| step.object.as_ref());
        steps.into_iter().find(|place| place.kind == kind && place.cluster == question.cluster)
    };
    let rule = own("DestinationRule");
    let home = rule.or_else(|| own("ServiceEntry"))?;
    let document = cure::rule(&question.target.host, &home.namespace, &snis);
    let help = match rule {
        Some(place) => format!(
            "in {}, {} needs this under `spec`:\n{}",
            question.cluster,
            spot::name(place),
            cure::policy(&snis, "  ").trim_end()
        ),
        None => format!("apply in {}:\n{}", question.cluster, document.trim_end()),
    };
    // Whatever is there already is younger.
    let text = document.replace("namespace: ", "creationTimestamp: '0001-01-01T00:00:00Z', namespace: ");
    Some(Cure { cluster: question.cluster.clone(), text, help })
}

/// What the cure does, as far as the dumps say it.
fn tried_out(tracer: &Tracer<'_>, group: &Group<'_>, cure: Cure) -> Result<String, Unreadable> {
    let Some(registry) = tracer.registry(&group.question.cluster) else { return Ok(cure.help) };
    let registry = registry.map_err(Clone::clone)?;
    let asked = ask(tracer, registry, &group.question)?;
    let still = asked.shares.iter().find(|(_, fate)| *fate == Fate::Dead);
    Ok(match still {
        Some((Share { end: End::Dead { reason: _, why }, .. }, _)) => {
            format!("{}\nthis is not all that is missing: then {why}", cure.help)
        }
        Some(_) | None => cure.help,
    })
}

/// Whether something is lost, or only not known.
fn severity(fate: Fate) -> Severity {
    if fate == Fate::Dead { Severity::Error } else { Severity::Note }
}
