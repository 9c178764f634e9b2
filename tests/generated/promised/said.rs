//! What the files say, with the defaults that the language gives.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A topology and its routing.
pub struct Said {
    pub clusters: BTreeMap<String, Cluster>,
    /// By namespace and name.
    pub services: BTreeMap<String, Service>,
    pub per_cluster_names: bool,
    pub suffix: String,
    /// Clusters where the ingress gateway runs, and its namespace.
    pub outside: BTreeSet<String>,
    /// Whether some control plane sees others.
    sighted: bool,
}

pub struct Cluster {
    pub name: String,
    /// The 31 of 1.31.
    pub minor: u8,
    pub region: Option<String>,
    pub is_drained: bool,
    has_gateway: bool,
    network: Option<String>,
    reach: String,
    /// Whose control plane configures it.
    pub head: String,
}

pub struct Service {
    pub name: String,
    pub namespace: String,
    pub ports: Vec<Port>,
    /// By name, each with sizes by cluster; without name, the service itself, where it has no versions.
    pub versions: BTreeMap<Option<String>, BTreeMap<String, u32>>,
    clients: Value,
    pub across: String,
    reach: Option<String>,
    pub plain: String,
    pub is_headless: bool,
    pub rules: Vec<Value>,
    /// What is let in from outside: hosts and paths.
    pub ingress: Option<Value>,
}

#[derive(Debug)]
pub struct Port {
    pub name: String,
    pub number: u16,
    /// Where pods listen; nothing where that is a name.
    pub target: Option<u16>,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Http,
    /// TLS of the application's own.
    Tls,
    Bytes,
    /// Of which nothing is promised.
    Datagrams,
}

impl Said {
    /// Reads files that the compiler takes.
    pub fn read<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut topology = Value::Null;
        let mut routes = Map::new();
        for document in texts.flat_map(|text| text.split("\n---\n")) {
            let mut document: Value = serde_json::from_str(document).unwrap();
            let namespace = document["namespace"].as_str().unwrap_or("default").to_owned();
            for field in ["services", "routes"] {
                if let Some(Value::Object(entries)) = document.get_mut(field).map(Value::take) {
                    let keyed = entries.into_iter().map(|(key, value)| (qualified(&key, &namespace), value));
                    document[field] = keyed.collect::<Map<_, _>>().into();
                }
            }
            match document.get_mut("routes").map(Value::take) {
                Some(Value::Object(entries)) => routes.extend(entries),
                _ => join(&mut topology, document),
            }
        }
        let mesh = &topology["mesh"];
        let clusters: BTreeMap<_, _> = entries(&topology["clusters"])
            .map(|(name, value)| (name.clone(), cluster(name, value, mesh)))
            .collect();
        let services: BTreeMap<_, _> = entries(&topology["services"])
            .map(|(key, value)| (key.clone(), service(key, value, mesh, routes.get(key))))
            .collect();
        let gateway = &topology["gateways"]["pub"];
        let outside = match &gateway["clusters"] {
            Value::Null if gateway.is_null() => BTreeSet::new(),
            Value::Null => clusters.keys().cloned().collect(),
            named => texts_of(named).collect(),
        };
        let words = |field: &str, word: &str| {
            let fields = entries(&topology["clusters"]).chain(entries(&topology["services"]));
            fields.map(|(_, value)| value).chain([mesh]).any(|value| match &value[field] {
                Value::String(said) => word.is_empty() || said == word,
                _ => false,
            })
        };
        Self {
            per_cluster_names: mesh["remoteNames"] == "per-cluster",
            suffix: mesh["remoteSuffix"].as_str().unwrap_or("global").to_owned(),
            sighted: words("reach", "discovery") || words("registry", "") || words("controlPlane", ""),
            clusters,
            services,
            outside,
        }
    }

    /// How callers elsewhere get to a service in a cluster that serves it.
    pub fn way<'s>(&'s self, service: &'s Service, cluster: &str) -> &'s str {
        service.reach.as_deref().unwrap_or(&self.clusters[cluster].reach)
    }

    /// Whether callers elsewhere get into a cluster that serves a service.
    pub fn is_open(&self, service: &Service, there: &Cluster, caller: &Cluster) -> bool {
        let is_found = self.way(service, &there.name) == "discovery" || there.head != there.name;
        if !is_found {
            return there.has_gateway;
        }
        // One gateway may serve a whole network.
        let mut of_network = self.clusters.values().filter(|other| other.network == there.network);
        caller.network == there.network || of_network.any(|other| other.has_gateway)
    }

    /// Whether several of the clusters that serve are behind the gateways of one network.
    pub fn share_networks(&self, service: &Service, serving: &[(&str, u32)]) -> bool {
        let found =
            serving.iter().map(|(name, _)| *name).filter(|name| self.way(service, name) == "discovery");
        let networks: Vec<_> = found.map(|name| &self.clusters[name].network).collect();
        networks.iter().enumerate().any(|(at, network)| networks[at + 1..].contains(network))
    }

    /// Whether workloads that obey no rule may meet far pods of it.
    pub fn sees(&self, service: &Service) -> bool {
        self.sighted || self.may_join(service)
    }

    /// Whether far pods join those of the caller's cluster.
    pub fn may_join(&self, service: &Service) -> bool {
        service.across == "failover" || service.runs_in().any(|name| self.way(service, name) == "merged")
    }
}

impl Service {
    /// Where it runs.
    pub fn runs_in(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> =
            self.versions.values().flat_map(|runs| runs.keys().map(String::as_str)).collect();
        names.into_iter()
    }

    pub fn runs(&self, cluster: &str) -> bool {
        self.versions.values().any(|runs| runs.contains_key(cluster))
    }

    /// Whether workloads of a namespace get the routing.
    pub fn is_client(&self, cluster: &str, namespace: &str) -> bool {
        match &self.clients {
            Value::Object(by_cluster) => match by_cluster.get(cluster) {
                None => false,
                Some(Value::String(who)) if who == "all" => true,
                Some(named) => texts_of(named).any(|named| named == namespace),
            },
            Value::String(all) if all == "all" => true,
            named => texts_of(named).any(|named| named == cluster),
        }
    }

    /// The namespaces that clients are named by.
    pub fn client_namespaces(&self) -> BTreeSet<String> {
        let by_cluster = entries(&self.clients).filter(|(_, named)| *named != "all");
        by_cluster.flat_map(|(_, named)| texts_of(named)).collect()
    }
}

/// With a namespace.
pub fn qualified(key: &str, namespace: &str) -> String {
    if key.contains('/') { key.to_owned() } else { format!("{namespace}/{key}") }
}

/// The entries of a map; none where there is no map.
pub fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A text, or all of a list.
pub fn texts_of(value: &Value) -> impl Iterator<Item = String> {
    let listed = match value {
        Value::Array(listed) => listed.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    listed.iter().filter_map(|one| one.as_str().map(str::to_owned))
}

fn join(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                join(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from,
    }
}

fn cluster(name: &str, value: &Value, mesh: &Value) -> Cluster {
    let word = |field: &str| value[field].as_str().or(mesh[field].as_str()).map(str::to_owned);
    let minor = word("istio").and_then(|release| release.split('.').nth(1)?.parse().ok());
    Cluster {
        name: name.to_owned(),
        minor: minor.unwrap_or(u8::MAX),
        region: value["locality"].as_str().map(|place| place.split('/').next().unwrap().to_owned()),
        is_drained: value["drain"] == true,
        has_gateway: !value["gateway"].is_null(),
        network: value["network"].as_str().map(str::to_owned),
        reach: word("reach").unwrap_or_else(|| "sni".to_owned()),
        head: value["controlPlane"].as_str().unwrap_or(name).to_owned(),
    }
}

fn service(key: &str, value: &Value, mesh: &Value, route: Option<&Value>) -> Service {
    let (namespace, name) = key.split_once('/').unwrap();
    let word = |field: &str| value[field].as_str().or(mesh[field].as_str()).map(str::to_owned);
    let versions = match &value["versions"] {
        Value::Object(versions) => {
            let version = |(name, runs): (&String, &Value)| {
                // The long form; a cluster may be called anything.
                let runs = if runs["clusters"].is_null() { runs } else { &runs["clusters"] };
                (Some(name.clone()), placed(runs))
            };
            versions.iter().map(version).collect()
        }
        _ => [(None, placed(&value["clusters"]))].into(),
    };
    let clients = match (&value["clients"], &mesh["clients"]) {
        (Value::Null, Value::Null) => Value::from("all"),
        (Value::Null, of_mesh) => of_mesh.clone(),
        (own, _) => own.clone(),
    };
    let (rules, ingress) = match route {
        None => (Vec::new(), None),
        Some(Value::Object(long)) if long.contains_key("ingress") || long.contains_key("rules") => {
            (rules(&long.get("rules").cloned().unwrap_or_default()), Some(long["ingress"]["pub"].clone()))
        }
        Some(route) => (rules(route), None),
    };
    Service {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        ports: ports(&value["ports"]),
        versions,
        clients,
        across: word("acrossClusters").unwrap_or_else(|| "local".to_owned()),
        reach: value["reach"].as_str().map(str::to_owned),
        plain: word("plainNames").unwrap_or_else(|| "service".to_owned()),
        is_headless: value["headless"] == true,
        rules,
        ingress: ingress.filter(|ingress| !ingress.is_null()),
    }
}

/// A list, one rule, or one destination.
fn rules(route: &Value) -> Vec<Value> {
    match route {
        Value::Array(rules) => rules.clone(),
        Value::Null => Vec::new(),
        Value::String(_) => vec![serde_json::json!({ "to": route })],
        one => vec![one.clone()],
    }
}

/// Clusters with sizes.
fn placed(runs: &Value) -> BTreeMap<String, u32> {
    match runs {
        Value::Object(sizes) => {
            let size = |(name, size): (&String, &Value)| {
                (name.clone(), u32::try_from(size.as_u64().unwrap()).unwrap())
            };
            sizes.iter().map(size).collect()
        }
        named => texts_of(named).map(|name| (name, 1)).collect(),
    }
}

fn ports(value: &Value) -> Vec<Port> {
    let number = |value: &Value| value.as_u64().and_then(|number| u16::try_from(number).ok());
    if let Some(number) = number(value) {
        return vec![Port { name: "http".to_owned(), number, target: Some(number), kind: Kind::Http }];
    }
    let port = |(name, port): (&String, &Value)| {
        let word = port["protocol"].as_str().unwrap_or(name.split('-').next().unwrap()).to_lowercase();
        let dialled = number(port).or_else(|| number(&port["number"])).unwrap();
        let target = if port["targetPort"].is_null() { Some(dialled) } else { number(&port["targetPort"]) };
        let kind = match word.as_str() {
            "http" | "http2" | "grpc" => Kind::Http,
            "tls" | "https" => Kind::Tls,
            "udp" => Kind::Datagrams,
            _ => Kind::Bytes,
        };
        Port { name: name.clone(), number: dialled, target, kind }
    };
    entries(value).map(port).collect()
}
