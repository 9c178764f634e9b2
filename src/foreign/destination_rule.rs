//! `DestinationRule`s: which of them count for a service, and what a subset of them means.
//!
//! Enters: objects. Leaves: [`DestinationRules`], which answers for a service and the callers of a cluster. Refuses to know:
//! who asks for a subset.
//!
//! Istio looks in the caller's namespace, then in the service's, then in the root namespace, and where it finds one it
//! looks no further. Those of a caller's own namespace are for it alone; they are reported and not taken.

use std::collections::BTreeMap;

use super::field::{Form, entries, text_of};
use super::known::{Host, Key, Known};
use super::object::Object;
use super::problems;
use crate::input::join::agree;
use crate::input::reader::Reader;
use crate::input::tree::Value;
use crate::source::{At, Place};

/// Where Istio looks last.
pub const ROOT_NAMESPACE: &str = "istio-system";

/// One `DestinationRule`.
pub struct DestinationRule<'t> {
    pub object: Object<'t>,
    host: Host,
    /// Where its host stands.
    place: Place,
    /// Sorted, empty for everybody.
    export: Vec<String>,
    is_selective: bool,
    pub subsets: Vec<Subset<'t>>,
    pub policy: Option<Value<'t>>,
}

/// One of its subsets.
pub struct Subset<'t> {
    pub name: At<String>,
    pub labels: BTreeMap<String, String>,
    pub policy: Option<Value<'t>>,
}

/// All of them.
pub struct DestinationRules<'t> {
    all: Vec<DestinationRule<'t>>,
}

const SPEC: Form = Form {
    what: "a DestinationRule",
    used: &["host", "trafficPolicy", "subsets", "exportTo", "workloadSelector"],
    redundant: &[],
    reported: &[],
};

const SELECTOR: Form =
    Form { what: "a workloadSelector", used: &["matchLabels"], redundant: &[], reported: &[] };

const SUBSET: Form =
    Form { what: "a subset", used: &["name", "labels", "trafficPolicy"], redundant: &[], reported: &[] };

impl<'t> DestinationRule<'t> {
    fn read(object: Object<'t>, known: &Known<'_>, reader: &mut Reader) -> Option<Self> {
        let fields = SPEC.open(object.spec, reader)?;
        let Some(host) = fields.text("host", reader) else {
            reader.report(problems::missing(&object, "host"));
            return None;
        };
        let mut export: Vec<String> = fields
            .texts("exportTo", reader)
            .into_iter()
            .map(|to| if to.value == "." { object.namespace.clone() } else { to.value })
            .collect();
        export.sort();
        export.dedup();
        if export.iter().any(|to| to == "*") {
            export.clear();
        }
        let subsets =
            fields.list("subsets").into_iter().filter_map(|value| Subset::read(value, reader)).collect();
        let selector = fields.get("workloadSelector");
        let is_selective = selector.is_some();
        if let Some(selector) = selector {
            SELECTOR.open(selector, reader)?;
        }
        let rule = Self {
            host: known.host(&host.value, &object.namespace),
            place: host.place,
            export,
            is_selective,
            subsets,
            policy: fields.get("trafficPolicy"),
            object,
        };
        rule.judge(&host, known, reader);
        Some(rule)
    }

    /// Whom it is for, if that is not everybody who calls a service.
    fn judge(&self, host: &At<String>, known: &Known<'_>, reader: &mut Reader) {
        match &self.host {
            Host::Unknown(key) if known.is_complete() => {
                let near = known.nearest(key);
                reader.report(problems::policy_of_nobody(&self.object, host, near.as_deref()));
            }
            Host::Half(key) => {
                let full = known.full_name(key);
                reader.report(problems::policy_of_nobody(&self.object, host, Some(&full)));
            }
            Host::Service(key) => {
                let own = self.object.namespace == key.0 || self.object.namespace == ROOT_NAMESPACE;
                if !own || self.is_selective || !self.export.is_empty() {
                    reader.report(problems::policy_for_some(&self.object, own, self.place));
                }
            }
            Host::Remote(..) | Host::View(_) | Host::Wildcard(_) | Host::Unknown(_) | Host::Outside => {}
        }
    }

    /// How exactly it names a service; nothing if it does not.
    fn names(&self, key: &Key, known: &Known<'_>) -> Option<usize> {
        match &self.host {
            Host::Service(own) => (own == key).then_some(usize::MAX),
            Host::Wildcard(end) => known.covers(end, key).then_some(end.len()),
            Host::Remote(..) | Host::View(_) | Host::Unknown(_) | Host::Half(_) | Host::Outside => None,
        }
    }
}

impl<'t> Subset<'t> {
    fn read(value: Value<'t>, reader: &mut Reader) -> Option<Self> {
        let fields = SUBSET.open(value, reader)?;
        let labels = fields.get("labels").map(entries).unwrap_or_default();
        let label = |(key, value): (At<&str>, Value<'_>)| {
            Some((key.value.to_owned(), text_of(value)?.value.to_owned()))
        };
        Some(Self {
            name: fields.text("name", reader)?,
            labels: labels.into_iter().filter_map(label).collect(),
            policy: fields.get("trafficPolicy"),
        })
    }

    fn agrees(&self, other: &Self) -> bool {
        self.labels == other.labels && agree_or_absent(self.policy, other.policy)
    }
}

fn agree_or_absent(one: Option<Value<'_>>, other: Option<Value<'_>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => agree(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

impl<'t> DestinationRules<'t> {
    pub fn read(objects: Vec<Object<'t>>, known: &Known<'_>, reader: &mut Reader) -> Self {
        let read = |object| DestinationRule::read(object, known, reader);
        let mut all: Vec<_> = objects.into_iter().filter_map(read).collect();
        all.sort_by(|a, b| a.object.age().cmp(&b.object.age()));
        Self { all }
    }

    /// Those that count for a service and the callers of a cluster, the oldest first.
    pub fn of(&self, key: &Key, cluster: Option<&str>, known: &Known<'_>) -> Vec<&DestinationRule<'t>> {
        for namespace in [key.0.as_str(), ROOT_NAMESPACE] {
            let here = self
                .all
                .iter()
                .filter(|rule| rule.object.namespace == namespace && rule.object.is_for(cluster));
            let named: Vec<_> = here.filter_map(|rule| Some((rule.names(key, known)?, rule))).collect();
            if let Some(best) = named.iter().map(|(names, _)| *names).max() {
                return named.into_iter().filter(|(names, _)| *names == best).map(|(_, rule)| rule).collect();
            }
        }
        Vec::new()
    }

    /// Whether some are for the callers of some clusters alone.
    pub fn any_tied(&self) -> bool {
        self.all.iter().any(|rule| rule.object.is_tied())
    }
}

/// A subset by its name.
pub fn subset<'r, 't>(rules: &[&'r DestinationRule<'t>], name: &str) -> Option<&'r Subset<'t>> {
    rules.iter().flat_map(|rule| &rule.subsets).find(|subset| subset.name.value == name)
}

/// The policy that counts for all subsets.
pub fn policy<'t>(rules: &[&DestinationRule<'t>]) -> Option<Value<'t>> {
    rules.iter().find_map(|rule| rule.policy)
}

/// Says where several get into each other's way.
pub fn conflicts(rules: &[&DestinationRule<'_>], reader: &mut Reader) {
    let Some((first, others)) = rules.split_first() else { return };
    for other in others {
        if first.export != other.export || first.is_selective != other.is_selective {
            reader.report(problems::hide_each_other(&other.object, &first.object));
            continue;
        }
        let twice = other.subsets.iter().find(|subset| {
            rules
                .iter()
                .take_while(|earlier| !std::ptr::eq(**earlier, *other))
                .flat_map(|earlier| &earlier.subsets)
                .any(|earlier| earlier.name.value == subset.name.value && !earlier.agrees(subset))
        });
        let policies = match (first.policy, other.policy) {
            (Some(one), Some(two)) => !agree(one, two),
            (None, _) | (_, None) => false,
        };
        if twice.is_none() && !policies {
            continue;
        }
        let what = match twice {
            Some(subset) => format!("the subset `{}`", subset.name),
            None => "the `trafficPolicy`".to_owned(),
        };
        let aged = first.object.created.is_some() && other.object.created.is_some();
        reader.report(problems::said_twice(&other.object, &first.object, &what, aged));
    }
}
