//! The `trace.yaml` of a case: requests, and where they must end.
//!
//! Enters: the name of a case, and the world that the inputs give. Leaves: requests, their expectations, and the world with what no
//! topology can say. The words are those of the judge of real Istio.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use meshgen::trace::report::{End, Trace};
use meshgen::trace::request::{Caller, Down, Request, Speaks};
use meshgen::trace::world::{Gateway, World};
use serde::Deserialize;

/// How far a share may be from what is expected, in percent.
const TOLERANCE: f64 = 0.01;

/// A file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queries {
    #[serde(default)]
    world: Beyond,
    pub queries: Vec<Query>,
}

/// What a topology cannot say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Beyond {
    /// By cluster: from the ports of the gateway's Service to those of its workload.
    #[serde(default)]
    gateway_ports: BTreeMap<String, BTreeMap<u16, u16>>,
    /// By service without versions and cluster: the labels that its pods carry nevertheless.
    #[serde(default)]
    versions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// By cluster: gateways where requests from outside arrive.
    #[serde(default)]
    extra_gateways: BTreeMap<String, Vec<Gateway>>,
    /// Control planes read the Services and pods of all clusters.
    #[serde(default)]
    sees: bool,
    /// By service: who its pods are, whatever the topology says.
    #[serde(default)]
    identities: BTreeMap<String, Vec<String>>,
}

/// One request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Query {
    #[serde(default)]
    name: String,
    from: From,
    host: String,
    port: u16,
    /// Where it is sent; HTTP goes by the name, wherever that is.
    #[serde(default)]
    address: Option<IpAddr>,
    /// The name that is asked for in TLS, if it is not that of the host.
    #[serde(default)]
    sni: Option<String>,
    #[serde(default)]
    protocol: Option<String>,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    app: Option<String>,
    #[serde(default)]
    pod_port: Option<u16>,
    #[serde(default)]
    down: Vec<String>,
    #[serde(default)]
    tolerance: Option<f64>,
    expect: BTreeMap<String, f64>,
    /// From a release on, such as `1.31`: instead.
    #[serde(default)]
    expect_from: BTreeMap<String, BTreeMap<String, f64>>,
    #[serde(default)]
    expect_features: Vec<String>,
    #[serde(default)]
    forbid_features: Vec<String>,
}

/// The caller.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct From {
    cluster: String,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// A request from outside.
    #[serde(default)]
    gateway: Option<String>,
    /// If not as the topology says of the cluster.
    #[serde(default)]
    locality: Option<String>,
    /// DNS is answered by the sidecar.
    #[serde(default, rename = "dnsCapture")]
    _dns_capture: bool,
}

impl Queries {
    /// The file of a case, if it has one.
    pub fn of(case: &str) -> Option<Self> {
        Self::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(case).join("trace.yaml"))
    }

    /// A file, if it is there.
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        Some(serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// Adds to the world what the file says of it.
    pub fn extend(&self, world: &mut World) {
        let Beyond { gateway_ports, versions, extra_gateways, sees, identities } = &self.world;
        let names: Vec<_> = world.clusters.iter().map(|cluster| cluster.name.clone()).collect();
        for cluster in &mut world.clusters {
            if *sees && cluster.control_plane.is_none() {
                cluster.sees = names.iter().filter(|name| **name != cluster.name).cloned().collect();
            }
            for extra in extra_gateways.get(&cluster.name).into_iter().flatten() {
                cluster.gateways.retain(|known| known.name != extra.name);
            }
            for (gateway, ports) in cluster.gateways.iter_mut().zip(gateway_ports.get(&cluster.name)) {
                gateway.ports.clone_from(ports);
            }
            cluster.gateways.extend(extra_gateways.get(&cluster.name).into_iter().flatten().cloned());
            for service in &mut cluster.services {
                for pods in &mut service.workloads {
                    if let Some(identities) = identities.get(&service.name) {
                        pods.identities.clone_from(identities);
                    }
                }
                let Some(labels) = versions.get(&service.name).and_then(|at| at.get(&cluster.name)) else {
                    continue;
                };
                let Some(pods) = service.workloads.first().cloned() else { continue };
                let pods = labels.iter().map(|version| {
                    let mut pods = pods.clone();
                    pods.name = format!("{}-{version}", service.name);
                    pods.labels.insert("version".to_owned(), version.clone());
                    pods
                });
                service.workloads = pods.collect();
            }
        }
    }
}

impl Query {
    /// The request, or why it is not one that is followed.
    pub fn request(&self) -> Result<Request, &'static str> {
        let speaks = match self.protocol.as_deref() {
            None | Some("http" | "http2" | "grpc") => Speaks::Http,
            Some("tls") => Speaks::Tls { sni: self.sni.clone().unwrap_or_else(|| self.host.clone()) },
            Some("tcp") => Speaks::Bytes,
            Some(_) => return Err("it is neither HTTP nor a connection"),
        };
        Ok(Request {
            caller: Caller {
                cluster: self.from.cluster.clone(),
                namespace: self.from.namespace.clone().unwrap_or_else(|| "default".to_owned()),
                labels: self.from.labels.clone(),
                locality: self.from.locality.clone(),
                gateway: self.from.gateway.clone(),
            },
            host: self.host.clone(),
            port: self.port,
            method: self.method.clone().unwrap_or_else(|| "GET".to_owned()),
            path: self.path.clone().unwrap_or_else(|| "/".to_owned()),
            headers: self.headers.clone(),
            speaks,
            address: self.address,
            down: self.down.iter().map(|down| Down::parse(down).unwrap()).collect(),
        })
    }

    /// What it shows.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cluster of the caller.
    pub fn caller(&self) -> &str {
        &self.from.cluster
    }

    /// The label `app` of the pods that are meant.
    pub fn app(&self) -> &str {
        self.app.as_deref().unwrap_or_else(|| self.host.split('.').next().unwrap())
    }

    /// Where it must end, by a release of 1.
    fn expected(&self, release: u8) -> &BTreeMap<String, f64> {
        let minor = |from: &str| from.split('.').nth(1).unwrap().parse::<u8>().unwrap();
        let changes = self.expect_from.iter().map(|(from, expected)| (minor(from), expected));
        let latest = changes.filter(|(from, _)| *from <= release).max_by_key(|(from, _)| *from);
        latest.map_or(&self.expect, |(_, expected)| expected)
    }

    /// What of a trace by a release of 1 is not as expected.
    pub fn differences(&self, trace: &Trace, release: u8) -> Vec<String> {
        let expect = self.expected(release);
        let found = trace.places(self.app());
        let tolerance = self.tolerance.unwrap_or(TOLERANCE);
        let places: std::collections::BTreeSet<_> = expect.keys().chain(found.keys()).collect();
        let share = |shares: &BTreeMap<String, f64>, place: &str| shares.get(place).copied().unwrap_or(0.0);
        let mut differences: Vec<String> = places
            .into_iter()
            .map(|place| (place, share(expect, place), share(&found, place)))
            .filter(|(_, expected, found)| (expected - found).abs() > tolerance)
            .map(|(place, expected, found)| format!("{place}: {expected} expected, {found:.2} found"))
            .collect();
        let has = |wanted: &String| trace.features.iter().any(|feature| feature.contains(wanted));
        let missing = self.expect_features.iter().filter(|wanted| !has(wanted));
        differences.extend(missing.map(|wanted| format!("no `{wanted}` in {:?}", trace.features)));
        let unwanted = self.forbid_features.iter().filter(|unwanted| has(unwanted));
        differences.extend(unwanted.map(|unwanted| format!("`{unwanted}` in {:?}", trace.features)));
        for share in &trace.shares {
            if let (End::Pods { port, .. }, Some(wanted)) = (&share.end, self.pod_port)
                && *port != wanted
            {
                differences.push(format!("pods are reached on port {port}, not {wanted}"));
            }
        }
        differences
    }
}

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} from {} {}", self.host, self.port, self.caller(), self.name())
    }
}
