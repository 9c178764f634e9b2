//! What runs where, under which ports, and who calls it.

use serde_json::{Map, Value, json};

use super::{ACROSS, Kind, Service, WAYS, Wild, set, settings};

const VERSIONS: [&str; 7] = ["v1", "v2", "1.10", "no", "on", "a--b", "1e3"];
const SERVICES: [&str; 5] = ["api", "no", "shop/cart", "on", "shop/a--b"];

impl Wild {
    pub fn services(&mut self) -> Map<String, Value> {
        let number = 1 + self.chance.below(SERVICES.len());
        SERVICES.iter().take(number).map(|key| ((*key).to_owned(), self.service(key))).collect()
    }

    pub fn clients(&mut self) -> Value {
        let clusters = self.some(&self.clusters.clone(), self.clusters.len());
        match self.chance.below(16) {
            0..=7 => clusters.into(),
            8..=10 => "all".into(),
            11 => json!([]),
            _ => {
                let mut words = |name: String| {
                    let who = if self.hit(20) { json!("all") } else { json!(["shop", "web"]) };
                    (name, who)
                };
                clusters.into_iter().map(&mut words).collect::<Map<_, _>>().into()
            }
        }
    }

    fn ports(&mut self) -> Value {
        if self.hit(3) {
            let number = 100 + self.chance.below(300);
            let ports = (0..number).map(|at| (format!("http-{at}"), Value::from(1000 + at)));
            return ports.collect::<Map<_, _>>().into();
        }
        if self.hit(3) {
            return json!({"http": 80, "udp-logs": 514});
        }
        self.one(&[
            json!(80),
            json!({"http": 80}),
            json!({"http": 80, "grpc-api": 81}),
            json!({"http": 80, "http-b": 8080, "tcp": 9000}),
            json!({"redis": 6379}),
            json!({"tls": 443, "http": 80}),
            json!({"web": {"number": 443, "protocol": "HTTPS", "targetPort": 8443}}),
            json!({"tls": 443, "tcp": 9000}),
            json!({"http": {"number": 80, "targetPort": 8080}, "db": {"number": 3306, "protocol": "MySQL"}}),
            json!({"api": {"number": 9090, "protocol": "GRPC", "targetPort": "grpc"}}),
        ])
    }

    fn service(&mut self, key: &str) -> Value {
        let mut fields = Map::new();
        let ports = self.ports();
        let mut service =
            Service { key: key.to_owned(), ports: named(&ports), versions: Vec::new(), clusters: Vec::new() };
        set(&mut fields, "ports", ports);
        let clusters = self.clusters.clone();
        if self.hit(75) {
            for name in self.some(&VERSIONS.map(str::to_owned), 3) {
                let runs = self.some(&clusters, 3);
                service.versions.push((name, runs));
            }
            let port = service.ports[0].0.clone();
            let versions: Map<_, _> =
                service.versions.clone().iter().map(|version| self.version(version, &port)).collect();
            set(&mut fields, "versions", versions.into());
        } else {
            service.clusters = self.some(&clusters, 3);
            let runs =
                if self.hit(20) { self.sizes(&service.clusters) } else { service.clusters.clone().into() };
            set(&mut fields, "clusters", runs);
        }
        if self.hit(30) {
            let clients = self.clients();
            set(&mut fields, "clients", clients);
        }
        if self.hit(50) {
            set(&mut fields, "acrossClusters", self.one(&ACROSS).into());
        }
        if self.mixed && self.hit(30) {
            set(&mut fields, "reach", self.one(&WAYS).into());
        }
        if self.hit(20) {
            let policies = settings::policies(&service.ports[0].0);
            set(&mut fields, "trafficPolicy", self.one(&policies));
        }
        let pin = format!("240.0.0.{}", 100 + self.services.len());
        for (name, percent, value) in [
            ("plainNames", 10, json!("entry")),
            ("serviceAccounts", 20, json!(["sa", "spiffe://td.example/ns/x/sa/y"])),
            ("virtualIP", 8, json!(pin)),
            ("headless", if self.way == "sni" { 5 } else { 0 }, json!(true)),
        ] {
            if self.hit(percent) {
                set(&mut fields, name, value);
            }
        }
        self.services.push(service);
        fields.into()
    }

    fn sizes(&mut self, runs: &[String]) -> Value {
        let size = |name: &String| (name.clone(), Value::from(1 + self.chance.below(4)));
        runs.iter().map(size).collect::<Map<_, _>>().into()
    }

    fn version(&mut self, (name, runs): &(String, Vec<String>), port: &str) -> (String, Value) {
        let value = match self.chance.below(16) {
            0..=9 => runs.clone().into(),
            10 => self.sizes(runs),
            11 => json!({"clusters": self.sizes(runs)}),
            12 => json!({"clusters": runs, "labels": {"track": format!("t-{name}"), "version": name}}),
            13 => json!({"clusters": runs, "subset": format!("s-{}", name.replace('.', "-"))}),
            _ => json!({"clusters": self.sizes(runs), "trafficPolicy": self.one(&settings::policies(port))}),
        };
        (name.clone(), value)
    }
}

/// The ports that rules may speak of; nothing of UDP can be ruled.
fn named(ports: &Value) -> Vec<(String, Kind)> {
    let Value::Object(ports) = ports else { return vec![("http".to_owned(), Kind::Http)] };
    let kind = |name: &String, port: &Value| {
        let word = port["protocol"].as_str().unwrap_or(name.split('-').next().unwrap_or(name)).to_lowercase();
        match word.as_str() {
            "udp" => None,
            "http" | "grpc" => Some(Kind::Http),
            "tls" | "https" => Some(Kind::Tls),
            _ => Some(Kind::Bytes),
        }
    };
    ports.iter().filter_map(|(name, port)| Some((name.clone(), kind(name, port)?))).collect()
}
