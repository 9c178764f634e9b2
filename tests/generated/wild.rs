//! Topologies that nobody would write: every field of the language, all ways mixed, names that are odd but legal.
//!
//! Enters: a seed. Leaves: a text of the input language, as JSON, which is YAML. Refuses to know: what is right in it and what
//! it means.

use serde_json::{Map, Value, json};

use crate::support::chance::Chance;

const CLUSTERS: [&str; 8] = ["a", "b", "us-virginia", "us-portland", "a--b", "no", "on", "e1"];
const VERSIONS: [&str; 7] = ["v1", "v2", "1.10", "no", "on", "a--b", "1e3"];
const SERVICES: [&str; 5] = ["api", "no", "shop/cart", "on", "shop/a--b"];
const WAYS: [&str; 4] = ["sni", "rewrite", "merged", "discovery"];
const ACROSS: [&str; 3] = ["local", "spread", "failover"];

/// The topology and the routing of a seed.
pub fn text(seed: u64) -> String {
    Wild { chance: Chance::new(seed), clusters: Vec::new(), services: Vec::new() }.text()
}

struct Wild {
    chance: Chance,
    clusters: Vec<String>,
    services: Vec<Service>,
}

/// What routes may name.
#[derive(Clone)]
struct Service {
    key: String,
    ports: Vec<String>,
    /// By name, each with where it runs.
    versions: Vec<(String, Vec<String>)>,
    clusters: Vec<String>,
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
        let mut left = of.to_vec();
        let number = 1 + self.chance.below(most.min(of.len()));
        (0..number).map(|_| left.swap_remove(self.chance.below(left.len()))).collect()
    }

    fn text(&mut self) -> String {
        let number = 2 + self.chance.below(4);
        self.clusters = self.some(&CLUSTERS.map(str::to_owned), number);
        let base = self.one(&WAYS);
        let mixed = self.hit(35);
        let mesh = self.mesh(base);
        let names = self.clusters.clone();
        let clusters: Map<_, _> = names
            .iter()
            .enumerate()
            .map(|(at, name)| (name.clone(), self.cluster(at, base, mixed)))
            .collect();
        let number = 1 + self.chance.below(SERVICES.len());
        let services: Map<_, _> = SERVICES
            .iter()
            .take(number)
            .map(|key| ((*key).to_owned(), self.service(key, base, mixed)))
            .collect();
        let mut topology = json!({
            "apiVersion": "meshgen/v1", "kind": "Topology", "mesh": mesh, "clusters": clusters, "services": services,
        });
        let outside = self.hit(30);
        if outside {
            let runs = self.some(&names, names.len());
            let server = json!({"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*.example.com"]});
            topology["gateways"] =
                json!({"pub": {"clusters": runs, "namespace": "istio-system", "servers": [server]}});
        }
        let mut routes = Map::new();
        for service in self.services.clone() {
            if self.hit(80) {
                let value = self.route(&service, outside);
                routes.insert(service.key, value);
            }
        }
        let routing = json!({"apiVersion": "meshgen/v1", "kind": "Routing", "routes": routes});
        format!("{topology}\n---\n{routing}\n")
    }

    fn mesh(&mut self, base: &str) -> Value {
        let mut fields = Map::new();
        set(&mut fields, "reach", base.into());
        for (name, percent, values) in [
            ("acrossClusters", 40, &ACROSS[..]),
            ("remoteNames", 20, &["per-cluster", "shared"]),
            ("remoteSuffix", 15, &["mesh.example", "global"]),
            ("plainNames", 30, &["entry", "none", "service"]),
            ("virtualIPs", 15, &["none", "240.1.0.0/16"]),
            ("versionLabel", 10, &["release"]),
            ("clusterDomain", 5, &["k8s.example"]),
            ("trustDomain", 10, &["td.example"]),
            ("networks", 10, &["values", "existing", "objects"]),
            ("name", 10, &["no"]),
        ] {
            if self.hit(percent) {
                set(&mut fields, name, self.one(values).into());
            }
        }
        if self.hit(30) {
            let releases: &[&str] = match base {
                "merged" => &["1.22", "1.24", "1.30"],
                "discovery" => &["1.12", "1.20", "1.27"],
                "rewrite" => &["1.5", "1.8.5", "1.8.6", "1.20"],
                _ => &["1.1", "1.4", "1.8.5", "1.13", "1.24", "1.30"],
            };
            set(&mut fields, "istio", self.one(releases).into());
        }
        if self.hit(10) {
            set(&mut fields, "labels", json!({"team": "on", "x.example/y": "1.10"}));
        }
        if self.hit(10) {
            let clients = self.clients();
            set(&mut fields, "clients", clients);
        }
        fields.into()
    }

    fn cluster(&mut self, at: usize, base: &str, mixed: bool) -> Value {
        let mut fields = Map::new();
        if self.hit(90) {
            let gateway = self.gateway(at);
            set(&mut fields, "gateway", gateway);
        }
        if base == "discovery" || base == "merged" || self.hit(20) {
            let network = if self.hit(15) { 0 } else { at };
            set(&mut fields, "network", format!("n{network}").into());
        }
        if self.hit(50) {
            set(&mut fields, "locality", self.one(&["eu", "us", "eu/a", "us/b"]).into());
        }
        if mixed && self.hit(50) {
            set(&mut fields, "reach", self.one(&WAYS).into());
        }
        if at > 0 && base == "discovery" && self.hit(20) {
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
        if self.hit(10) {
            set(&mut fields, "istio", self.one(&["1.8.5", "1.20", "1.22", "1.27"]).into());
        }
        if self.hit(8) {
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
            7 => format!("gw-{at}.example.com").into(),
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
                    ("rewriteBy", json!("filter")),
                ] {
                    if self.hit(20) {
                        set(&mut fields, name, value);
                    }
                }
                fields.into()
            }
        }
    }

    fn clients(&mut self) -> Value {
        let clusters = self.some(&self.clusters.clone(), self.clusters.len());
        match self.chance.below(4) {
            0 | 1 => clusters.into(),
            2 => "all".into(),
            _ => {
                clusters.into_iter().map(|name| (name, json!(["shop", "web"]))).collect::<Map<_, _>>().into()
            }
        }
    }

    fn ports(&mut self) -> Value {
        if self.hit(3) {
            let number = 100 + self.chance.below(300);
            let ports = (0..number).map(|at| (format!("http-{at}"), Value::from(1000 + at)));
            return ports.collect::<Map<_, _>>().into();
        }
        self.one(&[
            json!(80),
            json!({"http": 80}),
            json!({"http": 80, "grpc-api": 81}),
            json!({"http": 80, "http-b": 8080, "tcp": 9000}),
            json!({"redis": 6379}),
            json!({"tls": 443, "http": 80}),
            json!({"http": {"number": 80, "targetPort": 8080}, "db": {"number": 3306, "protocol": "MySQL"}}),
        ])
    }

    fn service(&mut self, key: &str, base: &str, mixed: bool) -> Value {
        let mut fields = Map::new();
        let ports = self.ports();
        let named = ports.as_object().map(|ports| ports.keys().cloned().collect());
        let mut service = Service {
            key: key.to_owned(),
            ports: named.unwrap_or_else(|| vec!["http".to_owned()]),
            versions: Vec::new(),
            clusters: Vec::new(),
        };
        set(&mut fields, "ports", ports);
        let clusters = self.clusters.clone();
        if self.hit(75) {
            for name in self.some(&VERSIONS.map(str::to_owned), 3) {
                let runs = self.some(&clusters, 3);
                service.versions.push((name, runs));
            }
            let versions: Map<_, _> = service.versions.clone().iter().map(|it| self.version(it)).collect();
            set(&mut fields, "versions", versions.into());
        } else {
            service.clusters = self.some(&clusters, 3);
            set(&mut fields, "clusters", service.clusters.clone().into());
        }
        if self.hit(30) {
            let clients = self.clients();
            set(&mut fields, "clients", clients);
        }
        if self.hit(50) {
            set(&mut fields, "acrossClusters", self.one(&ACROSS).into());
        }
        if mixed && self.hit(30) {
            set(&mut fields, "reach", self.one(&WAYS).into());
        }
        for (name, percent, value) in [
            ("plainNames", 10, json!("entry")),
            ("serviceAccounts", 20, json!(["sa", "spiffe://td.example/ns/x/sa/y"])),
            ("trafficPolicy", 12, json!({"outlierDetection": {"consecutive5xxErrors": 3}})),
            ("trafficPolicy", 10, json!({"connectionPool": {"tcp": {"maxConnections": 5}}})),
            ("headless", if base == "sni" { 5 } else { 0 }, json!(true)),
        ] {
            if self.hit(percent) {
                set(&mut fields, name, value);
            }
        }
        self.services.push(service);
        fields.into()
    }

    fn version(&mut self, (name, runs): &(String, Vec<String>)) -> (String, Value) {
        let sizes = |wild: &mut Self| -> Value {
            let size = |name: &String| (name.clone(), Value::from(1 + wild.chance.below(4)));
            runs.iter().map(size).collect::<Map<_, _>>().into()
        };
        let value = match self.chance.below(8) {
            0..=4 => runs.clone().into(),
            5 => json!({"clusters": sizes(self)}),
            6 => json!({"clusters": runs, "labels": {"track": format!("t-{name}"), "version": name}}),
            _ => json!({"clusters": sizes(self), "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}}),
        };
        (name.clone(), value)
    }

    fn route(&mut self, service: &Service, outside: bool) -> Value {
        let number = self.chance.below(3);
        let mut rules: Vec<_> = (0..number).map(|_| self.rule(service, true)).collect();
        rules.push(self.rule(service, false));
        if outside && self.hit(60) {
            let host = format!("{}.example.com", service.key.replace('/', "-"));
            return json!({"rules": rules, "ingress": {"pub": {"hosts": [host]}}});
        }
        rules.into()
    }

    fn rule(&mut self, service: &Service, matched: bool) -> Value {
        let mut fields = Map::new();
        if matched {
            let cluster = self.one(&self.clusters.clone());
            let port = self.one(&service.ports);
            let words = self.one(&[
                json!({"headers": {"end-user": "on"}}),
                json!({"uri": {"prefix": "/a"}, "method": "GET"}),
                json!({"uri": {"regex": "/a.*"}, "ignoreUriCase": true}),
                json!({"withoutHeaders": {"x": {"present": true}}}),
                json!({"queryParams": {"debug": "1"}}),
                json!({"authority": {"prefix": "x"}, "scheme": "http"}),
                json!({"sourceLabels": {"app": "web"}}),
                json!({"sourceNamespace": "shop"}),
                json!({"sourceClusters": [cluster]}),
                json!({"port": port}),
                json!([{"headers": {"end-user": {"prefix": "y"}}}, {"uri": "/b"}]),
                json!({"port": port, "headers": {"a": {"regex": "b+"}}}),
            ]);
            set(&mut fields, "match", words);
        }
        match self.chance.below(20) {
            0 => set(&mut fields, "redirect", json!({"uri": "/x"})),
            1 => set(&mut fields, "directResponse", json!({"status": 503})),
            2 => {
                let other = self.one(&self.services.clone());
                let version = other.versions.first().map_or("any", |(name, _)| name.as_str());
                let key = if other.key.contains('/') {
                    other.key.clone()
                } else {
                    format!("default/{}", other.key)
                };
                set(&mut fields, "to", json!([{"service": key, "version": version}]));
            }
            _ => {
                let to = self.shares(service);
                set(&mut fields, "to", to);
            }
        }
        if self.hit(10) {
            let copy = self.pick(service);
            set(&mut fields, "mirror", json!({copy: 10}));
        }
        for (name, value) in [
            ("timeout", json!("5s")),
            ("retries", json!({"attempts": 2})),
            ("rewrite", json!({"uri": "/y"})),
            ("headers", json!({"request": {"set": {"x": "on"}}})),
        ] {
            if self.hit(4) {
                set(&mut fields, name, value);
            }
        }
        fields.into()
    }

    /// One destination, or shares of 100.
    fn shares(&mut self, service: &Service) -> Value {
        let mut picks: Vec<_> = (0..=self.chance.below(3)).map(|_| self.pick(service)).collect();
        picks.sort();
        picks.dedup();
        if let [only] = picks.as_slice() {
            return only.clone().into();
        }
        let mut left = 100;
        let last = picks.len() - 1;
        let mut shares = Map::new();
        for (at, pick) in picks.into_iter().enumerate() {
            let share = if at == last { left } else { self.chance.below(left + 1) };
            left -= share;
            shares.insert(pick, share.into());
        }
        shares.into()
    }

    fn pick(&mut self, service: &Service) -> String {
        let (name, runs) = if service.versions.is_empty() || self.hit(15) {
            let versions = service.versions.iter().flat_map(|(_, runs)| runs);
            ("any".to_owned(), service.clusters.iter().chain(versions).cloned().collect())
        } else {
            self.one(&service.versions)
        };
        if self.hit(35) { format!("{name}@{}", self.one(&runs)) } else { name }
    }
}
