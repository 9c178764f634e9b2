//! Rules that nobody made with meshgen: as they are meant, in the fewest words that say the same; and what becomes of those that
//! do not build.
//!
//! Enters: what is known of a service, its rules, and the compiler. Leaves: a service in the draft. Refuses to know: objects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::draft::{Draft, Name};
use super::problems;
use super::rules::Rules;
use super::service::Taken;
use super::share::{STYLES, Style};
use super::shorten;
use super::trial::Build;
use crate::diagnostic::Finding;
use crate::dump::Inventory;

/// What could not be kept of a service, for it would not build.
pub(super) struct Loss {
    /// Its rules.
    pub(super) of_rules: bool,
    pub(super) finding: Finding,
}

/// Rules that nobody made with meshgen: as they are meant, in the fewest words that say the same.
#[expect(clippy::too_many_arguments, reason = "each is a thing of its own, and there is one caller")]
pub(super) fn write(
    build: Build<'_>,
    draft: &mut Draft,
    only: &BTreeSet<Name>,
    name: &Name,
    known: &Taken,
    rules: &Rules,
    services: &BTreeMap<Name, Taken>,
    label: &str,
    inventory: &Inventory,
) -> Option<Loss> {
    let here = |cluster: &&crate::trace::world::Cluster| {
        cluster.services.iter().any(|service| service.namespace == name.0 && service.name == name.1)
    };
    let everybody: BTreeSet<&String> =
        inventory.world.clusters.iter().filter(here).map(|cluster| &cluster.name).collect();
    let callers: BTreeSet<&String> = rules.callers().collect();
    let some = !everybody.is_subset(&callers);
    let written = |style: &Style| rules.written(name, services, *style).ok();
    let longest = Style { pinned: true, ports: true, callers: some };
    let service = draft.services.get_mut(name)?;
    if rules.fails_over() {
        service.part.fields.insert("acrossClusters".to_owned(), json!("failover"));
    }
    let first = written(&longest).unwrap_or_default();
    let names_versions = first.iter().any(|rule| {
        let text = rule.to_string();
        known.versions.iter().any(|version| text.contains(&format!("\"{}", version.name)))
    });
    if names_versions {
        service.part.fields.remove("clusters");
        service.part.fields.insert("versions".to_owned(), known.written_versions(label, false));
    }
    service.rules = first;
    let wanted = build(draft.inputs(Some(only)));
    if let Err(problems) = &wanted {
        return mend(build, draft, only, name, known, problems);
    }
    for style in STYLES.iter().filter(|style| style.callers == some) {
        let rules = written(style)?;
        let before = std::mem::replace(&mut draft.services.get_mut(name)?.rules, rules);
        if build(draft.inputs(Some(only))) == wanted {
            return None;
        }
        draft.services.get_mut(name)?.rules = before;
    }
    None
}

/// What does not build as it is: fewer callers, else no rules.
pub(super) fn mend(
    build: Build<'_>,
    draft: &mut Draft,
    only: &BTreeSet<Name>,
    name: &Name,
    known: &Taken,
    problems: &[String],
) -> Option<Loss> {
    let problem = problems.first().map_or("", String::as_str);
    let at_home = json!(known.pods.keys().collect::<Vec<_>>());
    for (clients, keeps_rules) in [(true, true), (false, false), (true, false)] {
        let service = draft.services.get_mut(name)?;
        let before = service.clone();
        let of_rules = !keeps_rules && !before.rules.is_empty();
        if clients {
            service.part.fields.insert("clients".to_owned(), at_home.clone());
        }
        if !keeps_rules {
            service.rules.clear();
        }
        if build(draft.inputs(Some(only))).is_ok() {
            let what = match (of_rules, clients) {
                (true, false) => "no rules are written for",
                (true, true) => "no rules are written, and callers elsewhere are left out, for",
                (false, _) => "callers in clusters where it does not run are left out for",
            };
            return Some(Loss { of_rules, finding: problems::left_out(name, what, problem) });
        }
        draft.services.insert(name.clone(), before);
    }
    None
}

/// Whether a service says anything that may be left out.
pub(super) fn is_worth_trying(draft: &Draft, name: &Name) -> bool {
    let Some(service) = draft.services.get(name) else { return false };
    let fields = &service.part.fields;
    let has_target = fields.get("ports").is_some_and(|ports| ports.to_string().contains("targetPort"));
    has_target || fields.keys().any(|field| !shorten::KEPT.contains(&field.as_str()))
}

/// A version that is the only one, and that no rule names, is a remark.
pub(super) fn one_version(draft: &mut Draft, name: &Name, known: &Taken) {
    let Some(service) = draft.services.get_mut(name) else { return };
    if let ([only], true) = (known.versions.as_slice(), service.part.fields.contains_key("clusters")) {
        service.part.remark.behind.get_or_insert_with(|| format!("version {}", only.name));
    }
}
