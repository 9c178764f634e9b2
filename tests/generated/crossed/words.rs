//! Which words an input has, service by service.
//!
//! Enters: the long form of an input, in which every default is written. Leaves: for each service, the words that concern it: its own,
//! those of its rules, and those of the clusters that run or call it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::generated::promised::said::{entries, texts_of};

/// Whatever is told apart.
pub const ALL: [&str; 63] = [
    "@cluster",
    "HTTP words",
    "TCP port",
    "TLS port",
    "UDP port",
    "actions",
    "addressFrom",
    "answers",
    "any",
    "clients by cluster",
    "clients by namespace",
    "clusterDomain",
    "consistentHash",
    "controlPlane",
    "destinationSubnets",
    "discovery",
    "drain",
    "existing",
    "expose used",
    "failover",
    "far version",
    "gateway by name",
    "gateway port",
    "headless",
    "ingress",
    "labels",
    "local",
    "locality",
    "localityLbSetting",
    "merged",
    "mirror",
    "mixed releases",
    "networks",
    "no addresses",
    "old release",
    "one network",
    "other service",
    "outlierDetection",
    "per-cluster names",
    "plain entry",
    "plain none",
    "port policy",
    "registry",
    "remoteSuffix",
    "rewrite",
    "rule port",
    "serverPort",
    "several gateway addresses",
    "several ports",
    "serviceAccounts",
    "share of 0",
    "shares",
    "sizes",
    "sni",
    "sniHosts",
    "source workload",
    "sourceClusters",
    "spread",
    "subset",
    "trustDomain",
    "version policy",
    "versionLabel",
    "virtualIP",
];

/// Of each service.
pub fn of(text: &str) -> Vec<BTreeSet<&'static str>> {
    let documents: Vec<Value> = serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).unwrap())
        .collect();
    let find =
        |kind: &str| documents.iter().find(|document| document["kind"] == kind).cloned().unwrap_or_default();
    let (topology, routing) = (find("Topology"), find("Routing"));
    let services = entries(&topology["services"]);
    services.map(|(key, service)| Of::new(&topology, service, &routing["routes"][key], key).words()).collect()
}

/// One service.
struct Of<'a> {
    topology: &'a Value,
    service: &'a Value,
    route: &'a Value,
    key: &'a str,
    /// Where it runs, and who calls.
    runs: BTreeSet<&'a str>,
    clients: BTreeSet<&'a str>,
    words: BTreeSet<&'static str>,
}

impl<'a> Of<'a> {
    fn new(topology: &'a Value, service: &'a Value, route: &'a Value, key: &'a str) -> Self {
        let placed = |runs: &'a Value| entries(runs).map(|(name, _)| name.as_str());
        let of_versions = entries(&service["versions"]).flat_map(|(_, version)| placed(&version["clusters"]));
        Self {
            topology,
            service,
            route,
            key,
            runs: of_versions.chain(placed(&service["clusters"])).collect(),
            clients: placed(&service["clients"]).collect(),
            words: BTreeSet::new(),
        }
    }

    fn say(&mut self, word: &'static str, holds: bool) {
        assert!(ALL.contains(&word), "{word}");
        if holds {
            self.words.insert(word);
        }
    }

    /// The clusters that run it for callers elsewhere.
    fn far(&self) -> Vec<&'a Value> {
        let has_others = |name: &&&str| self.clients.iter().any(|client| client != *name);
        self.runs.iter().filter(has_others).map(|name| &self.topology["clusters"][*name]).collect()
    }

    fn words(mut self) -> BTreeSet<&'static str> {
        self.of_mesh();
        self.of_clusters();
        self.of_service();
        self.of_policies();
        self.of_rules();
        self.words
    }

    fn of_mesh(&mut self) {
        let mesh = &self.topology["mesh"];
        self.say("per-cluster names", mesh["remoteNames"] == "per-cluster");
        self.say("remoteSuffix", mesh["remoteSuffix"] != "global");
        self.say("no addresses", mesh["virtualIPs"] == "none");
    }

    fn of_clusters(&mut self) {
        let far = self.far();
        let mesh = &self.topology["mesh"];
        for word in ["sni", "rewrite", "merged", "discovery"] {
            let reach = |cluster: &Value| {
                let said = [&self.service["reach"], &cluster["reach"], &mesh["reach"]];
                said.into_iter().find(|reach| !reach.is_null()).is_some_and(|reach| reach == word)
            };
            self.say(word, far.iter().any(|cluster| reach(cluster)));
        }
        let gateways: Vec<&Value> =
            far.iter().map(|cluster| &cluster["gateway"]).filter(|it| !it.is_null()).collect();
        let any = |test: &dyn Fn(&Value) -> bool| gateways.iter().any(|gateway| test(gateway));
        let is_name = |address: String| address.parse::<IpAddr>().is_err();
        self.say("gateway port", any(&|it| it["port"] != 15443));
        self.say("serverPort", any(&|it| it["serverPort"] != 15443));
        self.say("several gateway addresses", any(&|it| texts_of(&it["address"]).count() > 1));
        self.say("gateway by name", any(&|it| texts_of(&it["address"]).any(is_name)));
        self.say("addressFrom", any(&|it| !it["addressFrom"].is_null()));
        self.say("expose used", any(&|it| it["expose"] == "used"));
        self.say("existing", any(&|it| it["existing"] == true));
        let all: Vec<(&str, &Value)> =
            self.runs.union(&self.clients).map(|name| (*name, &self.topology["clusters"][*name])).collect();
        let any = |test: &dyn Fn(&str, &Value) -> bool| all.iter().any(|(name, cluster)| test(name, cluster));
        self.say("clusterDomain", any(&|_, it| it["clusterDomain"] != "cluster.local"));
        self.say("trustDomain", any(&|_, it| it["trustDomain"] != "cluster.local"));
        self.say("locality", any(&|_, it| !it["locality"].is_null()));
        self.say("networks", any(&|_, it| !it["network"].is_null()));
        self.say("registry", any(&|name, it| !it["registry"].is_null() && it["registry"] != name));
        self.say("controlPlane", any(&|name, it| it["controlPlane"] != name));
        self.say("drain", far.iter().any(|cluster| cluster["drain"] == true));
        let minor = |cluster: &Value| -> u32 {
            let release = cluster["istio"].as_str().unwrap();
            release.split('.').nth(1).unwrap().parse().unwrap()
        };
        self.say("old release", any(&|_, it| minor(it) < 12));
        let releases: BTreeSet<u32> = all.iter().map(|(_, cluster)| minor(cluster)).collect();
        self.say("mixed releases", releases.len() > 1);
        let mut networks: Vec<&str> = far.iter().filter_map(|cluster| cluster["network"].as_str()).collect();
        networks.sort_unstable();
        self.say("one network", networks.windows(2).any(|two| two[0] == two[1]));
    }

    fn of_service(&mut self) {
        let service = self.service;
        for word in ["local", "spread", "failover"] {
            self.say(word, service["acrossClusters"] == word);
        }
        let ports: Vec<&Value> = entries(&service["ports"]).map(|(_, port)| port).collect();
        let speaks =
            |words: &[&str]| ports.iter().any(|port| words.contains(&port["protocol"].as_str().unwrap()));
        self.say("several ports", ports.len() > 1);
        self.say("TCP port", speaks(&["TCP", "Mongo", "MySQL", "Redis"]));
        self.say("TLS port", speaks(&["TLS", "HTTPS"]));
        self.say("UDP port", speaks(&["UDP"]));
        let all = entries(&self.topology["clusters"]).count();
        self.say("clients by cluster", self.clients.len() < all);
        self.say("clients by namespace", entries(&service["clients"]).any(|(_, who)| who.is_array()));
        self.say("serviceAccounts", !service["serviceAccounts"].is_null());
        self.say("virtualIP", !service["virtualIP"].is_null());
        self.say("plain entry", service["plainNames"] == "entry");
        self.say("plain none", service["plainNames"] == "none");
        self.say("headless", service["headless"] == true);
        let label = self.topology["mesh"]["versionLabel"].as_str().unwrap_or("version").to_owned();
        self.say("versionLabel", label != "version");
        for (name, version) in entries(&service["versions"]) {
            self.say("labels", version["labels"] != json!({ label.as_str(): name }));
            self.say("subset", version["subset"].as_str() != Some(&name.replace('.', "-")));
        }
        let sizes = entries(&service["versions"]).map(|(_, version)| version).chain([service]);
        let uneven = |version: &Value| {
            let sizes: BTreeSet<_> = entries(&version["clusters"]).map(|(_, size)| size.as_u64()).collect();
            sizes.len() > 1
        };
        let uneven = sizes.into_iter().any(uneven);
        self.say("sizes", uneven);
    }

    fn of_policies(&mut self) {
        let versions: Vec<&Value> = entries(&self.service["versions"]).map(|(_, version)| version).collect();
        let of_versions: Vec<&Value> =
            versions.iter().map(|version| &version["trafficPolicy"]).filter(|it| !it.is_null()).collect();
        self.say("version policy", !of_versions.is_empty());
        let all = of_versions.into_iter().chain([&self.service["trafficPolicy"]]);
        let text: String = all.map(Value::to_string).collect();
        self.say("port policy", text.contains("portLevelSettings"));
        for word in ["outlierDetection", "consistentHash", "localityLbSetting"] {
            self.say(word, text.contains(word));
        }
    }

    fn of_rules(&mut self) {
        let route = self.route;
        let rules = if route.is_array() { route } else { &route["rules"] };
        self.say("ingress", !route["ingress"].is_null());
        for rule in rules.as_array().into_iter().flatten() {
            for condition in rule["match"].as_array().into_iter().flatten() {
                let has = |words: &[&str]| words.iter().any(|word| !condition[*word].is_null());
                self.say(
                    "HTTP words",
                    has(&[
                        "uri",
                        "headers",
                        "method",
                        "queryParams",
                        "authority",
                        "withoutHeaders",
                        "scheme",
                    ]),
                );
                self.say("sniHosts", has(&["sniHosts"]));
                self.say("destinationSubnets", has(&["destinationSubnets"]));
                self.say("source workload", has(&["sourceLabels", "sourceNamespace"]));
                self.say("sourceClusters", has(&["sourceClusters"]));
                self.say("rule port", has(&["port"]));
            }
            let has = |words: &[&str]| words.iter().any(|word| !rule[*word].is_null());
            self.say("answers", has(&["redirect", "directResponse"]));
            self.say("actions", has(&["rewrite", "timeout", "retries", "fault", "corsPolicy", "headers"]));
            self.say("mirror", has(&["mirror"]));
            self.to(rule["to"].as_array().map_or(&[][..], Vec::as_slice));
        }
    }

    fn to(&mut self, to: &[Value]) {
        self.say("shares", to.len() > 1);
        self.say("share of 0", to.iter().any(|one| one["weight"] == 0));
        self.say("other service", to.iter().any(|one| one["service"] != self.key));
        self.say("@cluster", to.iter().any(|one| !one["cluster"].is_null()));
        let (service, clients) = (self.service, self.clients.clone());
        let own: Vec<&Value> = to.iter().filter(|one| one["service"] == self.key).collect();
        let versions: Vec<&str> = own.iter().filter_map(|one| one["version"].as_str()).collect();
        self.say("any", versions.len() < own.len() || versions.contains(&"any"));
        let runs =
            |version: &str, cluster: &str| !service["versions"][version]["clusters"][cluster].is_null();
        let is_elsewhere = |version: &&str| clients.iter().any(|client| !runs(version, client));
        let is_far = versions.iter().filter(|version| **version != "any").any(is_elsewhere);
        self.say("far version", is_far);
    }
}
