//! What callers want: rules, and which requests from outside they hold for.

use serde_json::{Map, Value, json};

use super::{Kind, Service, Wild, set, settings};

impl Wild {
    pub fn routes(&mut self) -> Map<String, Value> {
        let mut routes = Map::new();
        for service in self.services.clone() {
            if self.hit(80) {
                let value = self.route(&service);
                routes.insert(service.key, value);
            }
        }
        routes
    }

    fn route(&mut self, service: &Service) -> Value {
        if self.hit(5) {
            return self.pick(service).into();
        }
        let number = self.chance.below(3);
        let mut rules: Vec<_> = (0..number).map(|_| self.rule(service, true)).collect();
        let last = self.hit(10);
        rules.push(self.rule(service, last));
        let has_http = service.ports.iter().any(|(_, kind)| *kind == Kind::Http);
        if self.outside && self.hit(if has_http { 60 } else { 3 }) {
            let hosts = format!("{}.example.com", service.key.replace('/', "-"));
            let mut entry = json!({ "hosts": [hosts] });
            if self.hit(30) {
                entry["match"] = self.one(&[
                    json!({"uri": {"prefix": "/a"}}),
                    json!([{"uri": "/b"}, {"uri": {"prefix": "/a/x"}}]),
                    json!({"uri": {"regex": "/a.*"}}),
                ]);
            }
            let mut route = json!({"rules": rules, "ingress": {"pub": entry}});
            if self.hit(10) {
                route.as_object_mut().unwrap().remove("rules");
            }
            return route;
        }
        rules.into()
    }

    /// Words of one kind, for a port that has them.
    fn words(&mut self, service: &Service) -> Value {
        let cluster = self.one(&self.clusters.clone());
        let (port, kind) = self.one(&service.ports);
        let of_all = [
            json!({"sourceLabels": {"app": "web"}}),
            json!({"sourceNamespace": "shop"}),
            json!({"sourceClusters": [cluster]}),
            json!({"port": port}),
        ];
        let of_kind = match kind {
            Kind::Http => vec![
                json!({"headers": {"end-user": "on"}}),
                json!({"uri": {"prefix": "/a"}, "method": "GET"}),
                json!({"uri": {"regex": "/a.*"}, "ignoreUriCase": true}),
                json!({"uri": "/B", "ignoreUriCase": true}),
                json!({"withoutHeaders": {"x": {"present": true}}}),
                json!({"withoutHeaders": {"x": "1"}, "sourceClusters": [cluster]}),
                json!({"queryParams": {"debug": "1"}}),
                json!({"queryParams": {"debug": {"exact": "2"}, "v": {"regex": "[0-9]+"}}}),
                json!({"authority": {"prefix": "a"}, "scheme": "http"}),
                json!([{"headers": {"end-user": {"prefix": "y"}}}, {"uri": "/b"}]),
                json!([{"sourceLabels": {"app": "web"}, "method": "POST"}, {"uri": {"prefix": "/a/"}}]),
                json!({"port": port, "headers": {"a": {"regex": "b+"}}}),
            ],
            Kind::Tls => vec![
                json!({"sniHosts": ["beta.example.com", "*.beta.example.com"]}),
                json!({"sniHosts": "x.example.com", "port": port}),
                json!({"destinationSubnets": ["10.96.0.0/12"], "sourceLabels": {"app": "web"}}),
            ],
            Kind::Bytes => vec![
                json!({"destinationSubnets": "10.96.0.0/12"}),
                json!({"destinationSubnets": ["10.96.0.0/12", "192.168.1.7"], "port": port}),
            ],
        };
        if self.hit(35) { self.one(&of_all) } else { self.one(&of_kind) }
    }

    fn rule(&mut self, service: &Service, matched: bool) -> Value {
        let mut fields = Map::new();
        if self.hit(5) {
            set(&mut fields, "name", "no".into());
        }
        let mut has_http = service.ports.iter().any(|(_, kind)| *kind == Kind::Http);
        if matched {
            let words = self.words(service);
            // Mixed words are refused, and that is seen often enough.
            let is_of_connections = !words["sniHosts"].is_null() || !words["destinationSubnets"].is_null();
            has_http = has_http && (!is_of_connections || self.hit(5));
            set(&mut fields, "match", words);
        }
        match self.chance.below(20) {
            0 if has_http => {
                let (name, value) = self.one(&settings::answers());
                set(&mut fields, name, value);
                return fields.into();
            }
            1 => {
                let to = self.elsewhere();
                set(&mut fields, "to", to);
            }
            2 if self.hit(50) => self.steps(service, &mut fields),
            2 | 3 => {
                let to = self.listed(service);
                set(&mut fields, "to", to);
            }
            _ => {
                let to = self.shares(service);
                set(&mut fields, "to", to);
            }
        }
        if !has_http {
            return fields.into();
        }
        if self.hit(10) {
            let copy = self.pick(service);
            let copy = if self.hit(50) { json!({copy: 10}) } else { copy.into() };
            set(&mut fields, "mirror", copy);
        }
        if self.hit(15) {
            let (name, value) = self.one(&settings::actions());
            set(&mut fields, name, value);
        }
        fields.into()
    }

    /// A chain of shares between the same destinations.
    fn steps(&mut self, service: &Service, fields: &mut Map<String, Value>) {
        let first = self.shares(service);
        let Value::Object(shares) = &first else {
            set(fields, "to", first);
            return;
        };
        let turned: Map<String, Value> = shares.keys().cloned().zip(shares.values().rev().cloned()).collect();
        let gate = json!({"pause": "10m", "check": "no alarms"});
        set(fields, "steps", json!([first, {"to": turned, "gate": gate}]));
        if self.hit(60) {
            set(fields, "at", self.one(&[1, 2]).into());
        }
        if self.hit(20) {
            set(fields, "owner", "argo-rollouts".into());
        }
    }

    /// A version of another service.
    fn elsewhere(&mut self) -> Value {
        let other = self.one(&self.services.clone());
        let version = other.versions.first().map_or("any", |(name, _)| name.as_str());
        let mut to = json!({"service": qualified(&other.key), "version": version});
        if self.hit(50) {
            to["port"] = self.one(&other.ports).0.into();
        }
        json!([to])
    }

    /// The long form.
    fn listed(&mut self, service: &Service) -> Value {
        let shares = self.shares(service);
        let Value::Object(shares) = shares else {
            return json!({"version": shares.as_str().unwrap().split('@').next()});
        };
        let one = |(pick, share): (String, Value)| {
            let mut entry = json!({ "weight": share });
            match pick.rsplit_once('@') {
                Some((version, cluster)) => {
                    entry["version"] = version.into();
                    entry["cluster"] = cluster.into();
                }
                None => entry["version"] = pick.into(),
            }
            if self.hit(10) {
                entry["headers"] = json!({"request": {"set": {"x-share": "on"}}});
            }
            entry
        };
        shares.into_iter().map(one).collect::<Vec<_>>().into()
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

fn qualified(key: &str) -> String {
    if key.contains('/') { key.to_owned() } else { format!("default/{key}") }
}
