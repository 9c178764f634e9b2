//! Services of several clusters that stand in for each other: `FailoverService`, `VirtualDestination`.
//!
//! Enters: objects. Leaves: the service that each is about, and its policy. Refuses to know: rules.

use std::collections::BTreeSet;

use super::field::Form;
use super::known::{self, Host, Key, Known};
use super::object::Object;
use super::problems;
use super::traffic_policy::{setting, target};
use crate::input::document::ForeignKind;
use crate::input::reader::Reader;
use crate::input::tree::{Node, Value};
use crate::source::Place;

/// A service whose clusters stand in for each other.
pub struct StandIn<'t> {
    pub object: Object<'t>,
    pub key: Key,
    pub place: Place,
    /// A DestinationRule's words.
    pub policy: Option<Node>,
}

const FAILOVER: Form = Form {
    what: "a FailoverService",
    used: &["hostname", "backingServices"],
    redundant: &["port", "meshes"],
    reported: &[],
};

const BACKING: Form =
    Form { what: "a backing service", used: &["kubeService"], redundant: &[], reported: &[] };

const VIRTUAL: Form = Form {
    what: "a VirtualDestination",
    used: &["hostname", "localized", "static"],
    redundant: &["port", "virtualMesh", "meshList"],
    reported: &[],
};

const LOCALIZED: Form = Form {
    what: "a localized destination",
    used: &["destinationSelectors", "outlierDetection"],
    redundant: &[],
    reported: &[("failoverDirectives", ORDER)],
};

const STATIC: Form =
    Form { what: "a list of destinations", used: &["destinations"], redundant: &[], reported: &[] };

const ORDER: &str = "the caller's own cluster comes first, then its region, then the others";

impl<'t> StandIn<'t> {
    /// Opens an object; nothing if it is about no service of the topology.
    pub fn read(object: Object<'t>, known: &Known<'_>, reader: &mut Reader) -> Option<Self> {
        let is_failover = object.kind == ForeignKind::FailoverService;
        let form = if is_failover { FAILOVER } else { VIRTUAL };
        let fields = form.open(object.spec, reader)?;
        let mut policy = None;
        let targets = if let Some(localized) = fields.get("localized") {
            let own = LOCALIZED.open(localized, reader)?;
            policy = own.get("outlierDetection").and_then(|value| setting::outliers(value, reader));
            target::selected(&object, own.list("destinationSelectors"), known, reader)?
        } else {
            let listed = match fields.get("static") {
                Some(list) => STATIC.open(list, reader)?.list("destinations"),
                None => fields.list("backingServices"),
            };
            if let Some(second) = listed.get(1) {
                reader.report(problems::management::order(&object, second.place(), ORDER));
            }
            let mut references: Vec<Value<'_>> = Vec::with_capacity(listed.len());
            for value in listed {
                references.extend(BACKING.open(value, reader)?.get("kubeService"));
            }
            target::named(&object, references, known, reader)?
        };
        let keys: BTreeSet<&Key> = targets.iter().map(|target| &target.key).collect();
        let first = targets.first()?;
        if keys.len() > 1 {
            reader.report(problems::management::different_services(&object, first.place));
            return None;
        }
        let key = first.key.clone();
        let named: Option<BTreeSet<&str>> =
            targets.iter().map(|target| Some(target.cluster.as_ref()?.value.as_str())).collect();
        if let (Some(named), Some(service)) = (named, known.service(&key))
            && named != known::clusters(service)
        {
            let runs = known::clusters(service);
            reader.report(problems::management::different_clusters(&object, &named, &runs, first.place));
        }
        if let Some(host) = fields.text("hostname", reader) {
            let why = match known.host(&host.value, &object.namespace) {
                Host::Service(own) if own == key => None,
                Host::Remote(own, _) if own == key => {
                    Some("no name in clusters where the service itself runs")
                }
                Host::Service(_)
                | Host::Remote(..)
                | Host::View(_)
                | Host::Wildcard(_)
                | Host::Unknown(_)
                | Host::Half(_)
                | Host::Outside => Some("no name of the service"),
            };
            if let Some(why) = why {
                reader.report(problems::management::own_host(&object, &host, why, &known.full_name(&key)));
            }
        }
        Some(Self { place: object.place, object, key, policy })
    }
}
