//! What the installation of Istio says of a cluster.
//!
//! Enters: the `ConfigMap` of Istio, images of pods, names of Secrets. Leaves: network, release, trust domain, networks, and which
//! other clusters are read. Refuses to know: Services and routes.

use std::collections::{BTreeMap, BTreeSet};

use super::object::{Container, IstioConfig, Labels, Metadata};
use crate::trace::world::{MeshConfig, MeshNetworks, World};

/// The 30 of Istio 1.30.2, and the 2.
type Release = (u8, Option<u8>);

/// Before the name of a cluster, as `istioctl create-remote-secret` names its Secret.
const SECRET: &str = "istio-remote-secret-";

/// What is known of the installation.
#[derive(Debug, Default)]
pub(super) struct Installation {
    /// Of the cluster.
    pub(super) network: Option<String>,
    /// What differs from the defaults.
    pub(super) config: Option<MeshConfig>,
    /// Networks that are named there.
    pub(super) networks: Option<MeshNetworks>,
    /// What the control plane calls the cluster.
    pub(super) registry: Option<String>,
    /// What it calls those that it reads beside.
    pub(super) opened: BTreeSet<String>,
    /// Of Services, as sidecars are told.
    pub(super) domain: Option<String>,
    /// The 30 and the 2 of Istio 1.30.2: of the control plane, and of sidecars.
    control_plane: Option<Release>,
    proxies: Option<Release>,
    has_istiod: bool,
}

impl Installation {
    /// The oldest release of the control plane, else of proxies.
    pub(super) fn release(&self) -> Option<u8> {
        self.oldest().map(|(minor, _)| minor)
    }

    /// Its patch.
    pub(super) fn patch(&self) -> Option<u8> {
        self.oldest()?.1
    }

    fn oldest(&self) -> Option<Release> {
        self.control_plane.or(self.proxies)
    }

    /// Whether a control plane runs here.
    pub(super) fn has_control_plane(&self) -> bool {
        self.control_plane.is_some() || self.has_istiod
    }

    /// Takes what images and variables of Istio's own containers say.
    pub(super) fn runs(&mut self, containers: &[Container]) {
        for Container { name, image, ports: _, env, args } in containers {
            let (known, variable) = match name.as_str() {
                "discovery" => {
                    self.has_istiod = true;
                    (&mut self.control_plane, "CLUSTER_ID")
                }
                "istio-proxy" => (&mut self.proxies, "ISTIO_META_CLUSTER_ID"),
                _ => continue,
            };
            let words = args.iter().flatten().zip(args.iter().flatten().skip(1));
            let said = words.into_iter().find(|(word, _)| *word == "--domain");
            if let Some((_, domain)) = said.and_then(|(_, word)| word.split_once(".svc.")) {
                self.domain = Some(domain.to_owned());
            }
            if let Some(release) = release(image) {
                *known = Some(known.map_or(release, |known| known.min(release)));
            }
            let said = env.iter().flatten().find(|some| some.name == variable);
            if let Some(id) = said.and_then(|some| some.value.as_ref()) {
                self.registry = Some(id.clone());
            }
        }
    }

    /// Takes Istio's settings; nothing if they are no YAML.
    pub(super) fn configure(&mut self, data: Option<IstioConfig>) -> Option<()> {
        let Some(IstioConfig { mesh, mesh_networks }) = data else { return Some(()) };
        if let Some(mesh) = mesh {
            let value: serde_yaml::Value = serde_yaml::from_str(&mesh).ok()?;
            self.config = (!value.is_null()).then(|| serde_yaml::from_value(value)).transpose().ok()?;
        }
        if let Some(networks) = mesh_networks {
            let value: serde_yaml::Value = serde_yaml::from_str(&networks).ok()?;
            let found: Option<MeshNetworks> =
                (!value.is_null()).then(|| serde_yaml::from_value(value)).transpose().ok()?;
            self.networks = found.filter(|found| !found.networks.is_empty());
        }
        Some(())
    }

    /// Takes the name of the cluster that a Secret opens.
    pub(super) fn opens(&mut self, metadata: &Metadata, label: &str) {
        let labels = metadata.labels.as_ref();
        if labels.and_then(|labels| labels.get(label)).is_none_or(|value| value != "true") {
            return;
        }
        let said = metadata.annotations.as_ref().and_then(|annotations| annotations.cluster.clone());
        let named = || metadata.name.strip_prefix(SECRET).map(str::to_owned);
        self.opened.extend(said.or_else(named));
    }
}

/// `region/zone`
pub(super) fn place(labels: &Labels) -> Option<String> {
    let region = labels.get("topology.kubernetes.io/region")?;
    let below = ["topology.kubernetes.io/zone", "topology.istio.io/subzone"];
    let below = below.iter().map_while(|label| labels.get(*label));
    Some([region].into_iter().chain(below).map(String::as_str).collect::<Vec<_>>().join("/"))
}

/// The 29 and the 1 of `docker.io/istio/pilot:1.29.1-distroless`.
fn release(image: &str) -> Option<Release> {
    let (_, tag) = image.split('@').next()?.rsplit_once(':')?;
    let mut numbers = tag.split('-').next()?.strip_prefix("1.")?.split('.');
    let minor = numbers.next()?.parse().ok()?;
    Some((minor, numbers.next().and_then(|patch| patch.parse().ok())))
}

/// Clusters that are read are known by what control planes call them: their names in the world take the place. What is said of
/// those that are not there.
pub(super) fn name_those_seen(world: &mut World) -> Vec<String> {
    let names: BTreeMap<String, String> =
        world.clusters.iter().map(|cluster| (cluster.id().to_owned(), cluster.name.clone())).collect();
    let known: BTreeSet<String> = names.values().cloned().collect();
    let mut notes = Vec::new();
    for cluster in &mut world.clusters {
        for seen in std::mem::take(&mut cluster.sees) {
            match names.get(&seen).or_else(|| known.get(&seen)) {
                Some(name) if *name != cluster.name => cluster.sees.push(name.clone()),
                Some(_) => {}
                None => notes.push(format!(
                    "the control plane of {} reads a cluster that it calls `{seen}`, and no dump is of that",
                    cluster.name
                )),
            }
        }
    }
    notes
}

/// A cluster without a control plane of its own has that of the one cluster that reads it, and has its own.
pub(super) fn name_control_planes(world: &mut World, remote: &BTreeSet<String>) {
    let readers = |name: &String| -> Vec<String> {
        let others = world.clusters.iter().filter(|cluster| !remote.contains(&cluster.name));
        others.filter(|other| other.sees.contains(name)).map(|other| other.name.clone()).collect()
    };
    let found: BTreeMap<String, Vec<String>> =
        remote.iter().map(|name| (name.clone(), readers(name))).collect();
    for cluster in &mut world.clusters {
        if let Some([reader]) = found.get(&cluster.name).map(Vec::as_slice) {
            cluster.control_plane = Some(reader.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_say_the_release() {
        for (image, expected) in [
            ("docker.io/istio/pilot:1.29.1-distroless", Some((29, Some(1)))),
            ("gcr.io:443/istio/proxyv2:1.30-alpha", Some((30, None))),
            ("istio/pilot:1.31.0@sha256:0123", Some((31, Some(0)))),
            ("istio/pilot:latest", None),
            ("istio/pilot", None),
        ] {
            assert_eq!(release(image), expected, "{image}");
        }
    }
}
