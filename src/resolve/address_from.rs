//! Gateways that callers in certain clusters dial at other addresses.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::address as problems;
use super::{ClusterNames, address};
use crate::diagnostic::Finding;
use crate::input::cluster::AddressesFrom as Written;
use crate::input::{Keyed, Listed};
use crate::model::cluster::AddressesFrom;
use crate::model::{Address, Cluster, ClusterId};
use crate::source::{At, Place};

/// What is written of one gateway, by caller.
pub fn by_caller(
    cluster: &At<String>,
    written: &[Written],
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> BTreeMap<ClusterId, AddressesFrom> {
    let mut from = BTreeMap::new();
    for Keyed { key: caller, value: Listed { entries, complete } } in written {
        let Some(id) = names.find(caller) else { continue };
        if caller.value == cluster.value {
            findings.push(problems::from_itself(caller));
            continue;
        }
        if entries.is_empty() && *complete {
            findings.push(problems::missing_from(caller, &cluster.value));
        }
        let addresses = address::all(entries, findings);
        if !addresses.is_empty() {
            from.insert(id, AddressesFrom { place: caller.place, addresses });
        }
    }
    from
}

/// What one caller dials must lead into one cluster; another caller may well mean another one by it.
pub fn told_apart(clusters: &[Cluster], findings: &mut Vec<Finding>) {
    let gateways = || clusters.iter().filter_map(|cluster| Some((cluster, cluster.gateway.as_ref()?)));
    let callers: BTreeSet<ClusterId> =
        gateways().flat_map(|(_, gateway)| gateway.addresses_from.keys().copied()).collect();
    for caller in callers {
        let Some(caller_name) = clusters.get(caller.0).map(|caller| caller.name.as_str()) else { continue };
        let mut seen: BTreeMap<(&Address, u16), (&str, Place, bool)> = BTreeMap::new();
        for (cluster, gateway) in gateways().filter(|(cluster, _)| cluster.name != caller_name) {
            let from = gateway.addresses_from.get(&caller);
            let this = (cluster.name.as_str(), from.map_or(gateway.place, |from| from.place), from.is_some());
            for address in gateway.dialled_from(caller) {
                let first = *seen.entry((address, gateway.port)).or_insert(this);
                // Addresses that everybody dials have been compared already.
                if first.0 != this.0 && (first.2 || this.2) {
                    let (first, second) = ((first.0, first.1), (this.0, this.1));
                    findings.push(problems::shared_from(address, gateway.port, caller_name, first, second));
                    break;
                }
            }
        }
    }
}
