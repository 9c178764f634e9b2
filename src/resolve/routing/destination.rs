//! `to`: which services, versions, clusters and ports it names, and whether its shares add up.

use std::collections::BTreeMap;

use super::{Reader, action, problems};
use crate::input::{self, Listed, Written};
use crate::model::{Destination, Pick, ServiceId};
use crate::source::{At, Place};

impl Reader<'_> {
    pub(super) fn destinations(
        &mut self,
        id: ServiceId,
        written: &At<Listed<input::routing::Destination>>,
    ) -> Option<Vec<Destination>> {
        let At { value: Listed { entries, complete }, place } = written;
        if entries.is_empty() && *complete {
            self.findings.push(problems::no_destination(*place));
            return None;
        }
        let without_share: Vec<Place> =
            entries.iter().filter(|entry| entry.weight.is_absent()).map(|entry| entry.place).collect();
        if entries.len() > 1 && !without_share.is_empty() {
            self.findings.push(problems::no_share(&without_share));
        }
        let mut sound = *complete;
        let mut destinations: Vec<Destination> = Vec::with_capacity(entries.len());
        for entry in entries {
            match self.destination(id, entry, entries.len() == 1) {
                Some(destination) => destinations.push(destination),
                None => sound = false,
            }
        }
        if !sound {
            return None;
        }
        let sum: u64 = destinations.iter().map(|to| u64::from(to.weight)).sum();
        if sum != 100 {
            self.findings.push(problems::shares(sum, *place, &destinations));
            return None;
        }
        let mut seen: BTreeMap<_, Place> = BTreeMap::new();
        for to in &destinations {
            if let Some(first) = seen.insert((to.service, to.pick, to.cluster, to.port), to.place) {
                self.findings.push(problems::twice(to, first));
                return None;
            }
        }
        Some(destinations)
    }

    fn destination(
        &mut self,
        id: ServiceId,
        written: &input::routing::Destination,
        only: bool,
    ) -> Option<Destination> {
        let input::routing::Destination { place, version, cluster, service, port, weight, headers } = written;
        let target = match service {
            Written::Absent => id,
            Written::Illegible => return None,
            Written::As(name) => self.service(&name.value, name.place, "a destination")?,
        };
        let service = self.services.get(target.0)?;
        let pick = match version {
            Written::Absent if service.versions.is_empty() => Some(Pick::Any),
            Written::Absent => {
                self.findings.push(problems::no_version(service, *place));
                None
            }
            Written::Illegible => None,
            Written::As(version) => self.pick(service, version),
        };
        let cluster = match cluster {
            Written::Absent => Some(None),
            Written::Illegible => None,
            Written::As(cluster) => self.runs_there(service, pick, cluster).map(Some),
        };
        let port = match port {
            Written::Absent => Some(None),
            Written::Illegible => None,
            Written::As(port) => self.destination_port(service, port).map(Some),
        };
        let weight = match weight {
            Written::Absent if only => Some(100),
            Written::Absent | Written::Illegible => None,
            Written::As(weight) => Some(weight.value),
        };
        let headers = match headers {
            Written::Absent => Some(None),
            Written::Illegible => None,
            Written::As(headers) => action::headers(headers, self.oldest, self.findings).map(Some),
        };
        Some(Destination {
            place: *place,
            service: target,
            pick: pick?,
            cluster: cluster?,
            port: port?,
            weight: weight?,
            headers: headers?,
        })
    }
}
