//! Topologies that nobody would write: every field of the language, all ways mixed, names that are odd but legal.
//!
//! Enters: a seed. Leaves: files of the input language, as JSON, which is YAML. Refuses to know: what is right in them and what
//! they mean.

mod rule; // what callers want
mod service; // what runs where
mod settings; // what only passes through

use serde_json::{Map, Value, json};

use crate::support::chance::Chance;

const CLUSTERS: [&str; 8] = ["a", "b", "us-virginia", "us-portland", "a--b", "no", "on", "e1"];
const WAYS: [&str; 4] = ["sni", "rewrite", "merged", "discovery"];
const ACROSS: [&str; 3] = ["local", "spread", "failover"];

/// The files of a seed, by name. The first includes the others.
pub fn files(seed: u64) -> Vec<(&'static str, String)> {
    let mut wild = Wild {
        chance: Chance::new(seed),
        clusters: Vec::new(),
        services: Vec::new(),
        way: "",
        mixed: false,
        networks: false,
        outside: false,
    };
    wild.files()
}

struct Wild {
    chance: Chance,
    clusters: Vec<String>,
    services: Vec<Service>,
    /// Of the mesh.
    way: &'static str,
    /// Whether clusters and services have ways of their own.
    mixed: bool,
    /// Whether clusters have networks, whatever the way.
    networks: bool,
    /// Whether there is an ingress gateway.
    outside: bool,
}

/// What routes may name.
#[derive(Clone)]
struct Service {
    key: String,
    ports: Vec<(String, Kind)>,
    /// By name, each with where it runs.
    versions: Vec<(String, Vec<String>)>,
    clusters: Vec<String>,
}

/// Whose words the rules of a port may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http,
    Tls,
    Bytes,
}

/// A map of one line a field.
fn set(fields: &mut Map<String, Value>, name: &str, value: Value) {
    fields.insert(name.to_owned(), value);
}

impl Wild {
    /// Whether, in so many of 100.
    fn hit(&mut self, percent: usize) -> bool {
        self.chance.below(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.chance.below(of.len())].clone()
    }

    /// Some of them, in any order; at least one.
    fn some(&mut self, of: &[String], most: usize) -> Vec<String> {
        let number = 1 + self.chance.below(most.min(of.len()));
        self.exactly(number, of)
    }

    fn exactly(&mut self, number: usize, of: &[String]) -> Vec<String> {
        let mut left = of.to_vec();
        (0..number).map(|_| left.swap_remove(self.chance.below(left.len()))).collect()
    }

    fn files(&mut self) -> Vec<(&'static str, String)> {
        let number = if self.hit(8) { 1 } else { 2 + self.chance.below(4) };
        self.clusters = self.exactly(number, &CLUSTERS.map(str::to_owned));
        self.way = self.one(&WAYS);
        self.mixed = self.hit(35);
        self.networks = self.hit(50);
        let mesh = self.mesh();
        let names = self.clusters.clone();
        let clusters: Map<_, _> =
            names.iter().enumerate().map(|(at, name)| (name.clone(), self.cluster(at))).collect();
        let mut topology = json!({
            "apiVersion": "meshgen/v1", "kind": "Topology", "mesh": mesh, "clusters": clusters, "services": {},
        });
        let services = self.services();
        self.outside = self.hit(30);
        if self.outside {
            let gateway = self.ingress_gateway();
            topology["gateways"] = json!({ "pub": gateway });
        }
        let routes = self.routes();
        let mut routing = json!({"apiVersion": "meshgen/v1", "kind": "Routing", "routes": routes});
        // What lies in one namespace may stand in a document of its own, which names it once.
        if self.hit(15) {
            let (own, others) = apart(services);
            topology["services"] = others;
            let (own_routes, others) = apart(std::mem::take(routing["routes"].as_object_mut().unwrap()));
            routing["routes"] = others;
            let of_shop = |kind: &str, field: &str, entries: Value| -> String {
                json!({"apiVersion": "meshgen/v1", "kind": kind, "namespace": "shop", field: entries})
                    .to_string()
            };
            topology["include"] = json!(["routing.yaml", "teams/*.yaml"]);
            let more =
                of_shop("Topology", "services", own) + "\n---\n" + &of_shop("Routing", "routes", own_routes);
            return vec![
                ("topology.yaml", topology.to_string()),
                ("routing.yaml", routing.to_string()),
                ("teams/shop.yaml", more),
            ];
        }
        topology["services"] = services.into();
        if self.hit(10) {
            topology["include"] = "routing.yaml".into();
            return vec![("topology.yaml", topology.to_string()), ("routing.yaml", routing.to_string())];
        }
        vec![("topology.yaml", format!("{topology}\n---\n{routing}\n"))]
    }

    fn mesh(&mut self) -> Value {
        let mut fields = Map::new();
        set(&mut fields, "reach", self.way.into());
        for (name, percent, values) in [
            ("acrossClusters", 40, &ACROSS[..]),
            ("remoteNames", 20, &["per-cluster", "shared"]),
            ("remoteSuffix", 15, &["mesh.example", "global"]),
            ("plainNames", 30, &["entry", "none", "service"]),
            ("virtualIPs", 15, &["none", "240.1.0.0/16"]),
            ("versionLabel", 10, &["release"]),
            ("clusterDomain", 5, &["k8s.example"]),
            ("trustDomain", 10, &["td.example"]),
            ("name", 10, &["no"]),
        ] {
            if self.hit(percent) {
                set(&mut fields, name, self.one(values).into());
            }
        }
        if self.hit(25) {
            let releases: &[&str] = match self.way {
                "merged" => &["1.22", "1.24", "1.30", "1.31"],
                "discovery" => &["1.12", "1.20", "1.27", "1.31"],
                "rewrite" => &["1.5", "1.8.5", "1.8.6", "1.20", "1.31"],
                _ => &["1.1", "1.4", "1.8.5", "1.13", "1.24", "1.31"],
            };
            let release = self.one(releases);
            set(&mut fields, "istio", release.into());
        }
        if self.hit(10) {
            set(&mut fields, "labels", json!({"team": "on", "x.example/y": "1.10"}));
            set(&mut fields, "annotations", json!({"x.example/note": "no: [not] \"yaml\""}));
        }
        if self.hit(10) {
            let clients = self.clients();
            set(&mut fields, "clients", clients);
        }
        if self.hit(5) {
            let at = self.one(&self.clusters.clone());
            let allow = json!([{"code": "MG0550", "reason": "restarted by hand", "at": at}, {"code": "MG0427", "reason": "on"}]);
            set(&mut fields, "allow", allow);
        }
        fields.into()
    }

    fn cluster(&mut self, at: usize) -> Value {
        let mut fields = Map::new();
        if self.hit(90) {
            let gateway = self.gateway(at);
            set(&mut fields, "gateway", gateway);
        }
        let is_told_apart = self.networks || self.way == "discovery" || self.way == "merged";
        if is_told_apart && self.hit(97) || self.hit(10) {
            let network = if self.hit(10) { 0 } else { at };
            set(&mut fields, "network", format!("n{network}").into());
        }
        if self.hit(50) {
            set(&mut fields, "locality", self.one(&["eu", "us", "eu/a", "us/b"]).into());
        }
        if self.mixed && self.hit(50) {
            set(&mut fields, "reach", self.one(&WAYS).into());
        }
        if at > 0 && self.way == "discovery" && self.hit(10) {
            set(&mut fields, "controlPlane", self.clusters[0].clone().into());
        }
        for (name, percent, value) in [
            ("registry", 10, format!("kube-{at}")),
            ("clusterDomain", 4, "other.local".to_owned()),
            ("trustDomain", 6, "other.example".to_owned()),
            ("context", 5, "kind no".to_owned()),
        ] {
            if self.hit(percent) {
                set(&mut fields, name, value.into());
            }
        }
        if self.hit(5) {
            set(&mut fields, "istio", self.one(&["1.8.5", "1.20", "1.22", "1.27"]).into());
        }
        if self.hit(5) {
            set(&mut fields, "drain", true.into());
        }
        fields.into()
    }

    fn gateway(&mut self, at: usize) -> Value {
        let address = format!("192.0.2.{}", at + 1);
        let other = self.one(&self.clusters.clone());
        match self.chance.below(10) {
            0..=4 => address.into(),
            5 | 6 => json!([address, format!("192.0.2.{}", at + 101), format!("192.0.2.{}", at + 201)]),
            7 if self.hit(40) => format!("gw-{at}.example.com").into(),
            8 if other != self.clusters[at] => {
                json!({"address": address, "addressFrom": {other: format!("10.0.0.{at}")}})
            }
            _ => {
                let mut fields = Map::new();
                set(&mut fields, "address", address.into());
                for (name, value) in [
                    ("port", json!(443)),
                    ("serverPort", json!(31443)),
                    ("expose", json!("used")),
                    ("existing", json!(true)),
                    ("namespace", json!("on")),
                    ("selector", json!({"istio": "no"})),
                ] {
                    if self.hit(20) {
                        set(&mut fields, name, value);
                    }
                }
                fields.into()
            }
        }
    }

    fn ingress_gateway(&mut self) -> Value {
        let mut fields = Map::new();
        if self.hit(70) {
            let runs = self.some(&self.clusters.clone(), self.clusters.len());
            set(&mut fields, "clusters", runs.into());
        }
        if self.hit(70) {
            set(&mut fields, "namespace", self.one(&["istio-system", "on"]).into());
        }
        if self.hit(30) {
            set(&mut fields, "selector", json!({"istio": "no"}));
        }
        if self.hit(90) {
            set(&mut fields, "servers", self.one(&settings::servers()));
        }
        fields.into()
    }
}

/// What lies in the namespace `shop`, without that word, and everything else.
fn apart(entries: Map<String, Value>) -> (Value, Value) {
    let (own, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.starts_with("shop/"));
    let own: Map<_, _> = own.into_iter().map(|(key, value)| (key.replace("shop/", ""), value)).collect();
    (own.into(), others.into_iter().collect::<Map<_, _>>().into())
}
