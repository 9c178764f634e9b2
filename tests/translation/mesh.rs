//! A mesh in the words of the input language: no more than what a person writes.
//!
//! Enters: nothing; `tape` builds these types. Leaves: the inputs as JSON, which is YAML. Refuses to know: what the words
//! mean; that is for `promise`.

use meshgen::source::{Found, Source, Sources};
use serde_json::{Map, Value, json};

/// A topology and its routing.
#[derive(Clone, Debug)]
pub struct Mesh {
    pub per_cluster_names: bool,
    /// Whether control planes see each other's endpoints.
    pub sighted: bool,
    pub clusters: Vec<Cluster>,
    pub services: Vec<Service>,
}

/// Everybody has a gateway.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    pub region: Option<String>,
    pub domain: Option<String>,
    pub addresses: Vec<String>,
    pub port: u16,
    /// Where control planes see each other.
    pub network: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Service {
    pub name: String,
    pub namespace: String,
    /// By name.
    pub ports: Vec<(String, u16)>,
    /// By name; one without name is the service itself, where it has no versions.
    pub versions: Vec<Version>,
    /// None: all.
    pub clients: Option<Vec<String>>,
    pub spread: bool,
    /// Reached by discovery, else by SNI.
    pub discovered: bool,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub name: Option<String>,
    /// With sizes.
    pub clusters: Vec<(String, u32)>,
}

#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Value of `x-case`.
    pub header: Option<String>,
    /// Start of the path.
    pub prefix: Option<String>,
    /// Value of the caller's label `app`.
    pub label: Option<String>,
    /// Name of a port.
    pub port: Option<String>,
    pub source_clusters: Option<Vec<String>>,
    /// Shares add up to 100.
    pub to: Vec<(Pick, u32)>,
    /// With percents.
    pub mirrors: Vec<(Pick, u32)>,
}

/// `v1`, `v1@cluster2`, `any`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    pub version: Option<String>,
    pub cluster: Option<String>,
}

impl Service {
    /// As users name it.
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    fn is_unversioned(&self) -> bool {
        self.versions.iter().all(|version| version.name.is_none())
    }
}

impl Pick {
    fn word(&self) -> String {
        let version = self.version.as_deref().unwrap_or("any");
        match &self.cluster {
            Some(cluster) => format!("{version}@{cluster}"),
            None => version.to_owned(),
        }
    }
}

impl Mesh {
    /// The two documents.
    pub fn sources(&self) -> Sources {
        let texts = [("topology.yaml", self.topology()), ("routing.yaml", self.routing())];
        let texts = texts
            .map(|(name, value)| Source::new(name, Found::Named, value.to_string().into_bytes()))
            .into_iter();
        Sources { texts: texts.collect(), ..Sources::default() }
    }

    fn topology(&self) -> Value {
        let names = if self.per_cluster_names { "per-cluster" } else { "shared" };
        let clusters = self.clusters.iter().map(|cluster| (cluster.name.clone(), cluster.value()));
        let services = self.services.iter().map(|service| (service.key(), service.value()));
        json!({
            "apiVersion": "meshgen/v1",
            "kind": "Topology",
            "mesh": {"remoteNames": names},
            "clusters": clusters.collect::<Map<_, _>>(),
            "services": services.collect::<Map<_, _>>(),
        })
    }

    fn routing(&self) -> Value {
        let routed = self.services.iter().filter(|service| !service.rules.is_empty());
        let routes = routed.map(|service| {
            let rules: Vec<_> = service.rules.iter().map(Rule::value).collect();
            (service.key(), Value::from(rules))
        });
        json!({"apiVersion": "meshgen/v1", "kind": "Routing", "routes": routes.collect::<Map<_, _>>()})
    }
}

impl Cluster {
    fn value(&self) -> Value {
        let gateway = json!({"address": self.addresses, "port": self.port, "serverPort": 15443});
        let mut fields = Map::from_iter([("gateway".to_owned(), gateway)]);
        fields.extend(self.region.clone().map(|region| ("locality".to_owned(), Value::from(region))));
        fields.extend(self.network.clone().map(|network| ("network".to_owned(), Value::from(network))));
        let registry =
            self.network.as_ref().map(|_| ("registry".to_owned(), Value::from(self.name.as_str())));
        fields.extend(registry);
        fields.extend(self.domain.clone().map(|domain| ("clusterDomain".to_owned(), Value::from(domain))));
        fields.into()
    }
}

impl Service {
    fn value(&self) -> Value {
        let ports = self.ports.iter().map(|(name, number)| (name.clone(), Value::from(*number)));
        let mut fields = Map::new();
        fields.insert("ports".to_owned(), ports.collect::<Map<_, _>>().into());
        if self.discovered {
            fields.insert("reach".to_owned(), "discovery".into());
        }
        let across = if self.spread { "spread" } else { "local" };
        fields.insert("acrossClusters".to_owned(), across.into());
        if self.is_unversioned() {
            let clusters = self.versions.iter().flat_map(|version| &version.clusters);
            let names: Vec<_> = clusters.map(|(name, _)| name.clone()).collect();
            fields.insert("clusters".to_owned(), names.into());
        } else {
            let versions = self.versions.iter().map(|version| {
                let sizes = version.clusters.iter().map(|(name, size)| (name.clone(), Value::from(*size)));
                let name = version.name.clone().unwrap_or_default();
                (name, json!({"clusters": sizes.collect::<Map<_, _>>()}))
            });
            fields.insert("versions".to_owned(), versions.collect::<Map<_, _>>().into());
        }
        fields.extend(self.clients.clone().map(|clients| ("clients".to_owned(), clients.into())));
        fields.into()
    }
}

impl Rule {
    fn value(&self) -> Value {
        let Self { header, prefix, label, port, source_clusters, to, mirrors } = self;
        let words = [
            header.as_ref().map(|value| ("headers", json!({"x-case": value}))),
            prefix.as_ref().map(|value| ("uri", json!({"prefix": value}))),
            label.as_ref().map(|value| ("sourceLabels", json!({"app": value}))),
            port.as_ref().map(|value| ("port", json!(value))),
            source_clusters.as_ref().map(|value| ("sourceClusters", json!(value))),
        ];
        let words: Map<String, Value> =
            words.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect();
        let shares = |picks: &[(Pick, u32)]| -> Value {
            picks.iter().map(|(pick, share)| (pick.word(), Value::from(*share))).collect::<Map<_, _>>().into()
        };
        let mut fields = Map::from_iter([("to".to_owned(), shares(to))]);
        if !words.is_empty() {
            fields.insert("match".to_owned(), words.into());
        }
        if !mirrors.is_empty() {
            fields.insert("mirror".to_owned(), shares(mirrors));
        }
        fields.into()
    }
}
