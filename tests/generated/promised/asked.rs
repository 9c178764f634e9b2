//! The requests that are worth asking: one that meets each condition of each rule, one that meets none, from everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use meshgen::trace::request::{Caller, Request, Speaks};
use regex::Regex;
use serde_json::Value;

use super::said::{Cluster, Kind, Port, Said, Service, entries, texts_of};
use super::{Promise, of};

/// Texts of which each expression in a rule takes one.
const SAMPLES: [&str; 4] = ["/ab", "bb", "7", "https://a.example.com"];
/// Ports of a service, where it has many.
const PORTS: usize = 4;

/// A request.
#[derive(Clone)]
pub struct Asked<'s> {
    pub cluster: &'s Cluster,
    pub service: &'s Service,
    pub port: &'s Port,
    pub namespace: String,
    pub labels: BTreeMap<String, String>,
    pub host: String,
    pub path: String,
    pub method: String,
    pub headers: BTreeMap<String, String>,
    /// The name that is asked for in TLS.
    pub sni: String,
    /// What is dialled, where rules go by it.
    pub address: Option<IpAddr>,
    /// Whether it arrives at the ingress gateway.
    pub is_outside: bool,
}

/// What a condition wants of a request.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Words {
    path: Option<String>,
    query: Vec<String>,
    method: Option<String>,
    headers: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    namespace: Option<String>,
    sni: Option<String>,
    address: Option<IpAddr>,
}

impl Asked<'_> {
    /// As clients send it.
    pub fn authority(&self) -> String {
        if self.is_outside || self.port.number == 80 {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port.number)
        }
    }

    /// Whether a name is asked for in TLS that is not the service's own.
    pub fn is_foreign_name(&self) -> bool {
        self.port.kind == Kind::Tls && self.sni != self.host
    }

    /// For a trace.
    pub fn request(&self) -> Request {
        Request {
            caller: Caller {
                cluster: self.cluster.name.clone(),
                namespace: self.namespace.clone(),
                labels: self.labels.clone(),
                gateway: self.is_outside.then(|| "pub".to_owned()),
                ..Caller::default()
            },
            host: self.host.clone(),
            port: if self.is_outside { 80 } else { self.port.number },
            method: self.method.clone(),
            path: self.path.clone(),
            headers: self.headers.clone(),
            speaks: match self.port.kind {
                Kind::Http => Speaks::Http,
                Kind::Tls => Speaks::Tls { sni: self.sni.clone() },
                Kind::Bytes | Kind::Datagrams => Speaks::Bytes,
            },
            address: self.address,
            ..Request::default()
        }
    }
}

/// All of them, each with what is promised; nothing of those to which nothing is.
pub fn all(said: &Said) -> Vec<(Asked<'_>, Promise)> {
    let mut all = Vec::new();
    for service in said.services.values() {
        let words = words(service);
        let ports: BTreeSet<usize> =
            (0..service.ports.len()).filter(|at| *at < PORTS - 1 || *at + 1 == service.ports.len()).collect();
        for cluster in said.clusters.values() {
            for port in ports.iter().map(|at| &service.ports[*at]) {
                for words in words.iter().filter(|_| port.kind != Kind::Datagrams) {
                    all.extend(by_every_name(said, asked(service, cluster, port, words)));
                }
            }
            if said.outside.contains(&cluster.name) {
                all.extend(from_outside(said, service, cluster, &words));
            }
        }
    }
    all
}

fn asked<'s>(service: &'s Service, cluster: &'s Cluster, port: &'s Port, words: &Words) -> Asked<'s> {
    let Words { path, query, method, headers, labels, namespace, sni, address } = words.clone();
    let host = format!("{}.{}", service.name, service.namespace);
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    Asked {
        cluster,
        service,
        port,
        namespace: namespace.unwrap_or_else(|| "default".to_owned()),
        labels,
        path: path.unwrap_or_else(|| "/".to_owned()) + &query,
        method: method.unwrap_or_else(|| "GET".to_owned()),
        headers,
        sni: sni.unwrap_or_else(|| host.clone()),
        host,
        address,
        is_outside: false,
    }
}

/// By the plain name, and by those that lead elsewhere.
fn by_every_name<'s>(said: &'s Said, asked: Asked<'s>) -> Vec<(Asked<'s>, Promise)> {
    let service = asked.service;
    let Some(promise) = promised(said, &asked) else { return Vec::new() };
    let plain = asked.host.clone();
    let called = |host: String| {
        let sni = if asked.sni == plain { host.clone() } else { asked.sni.clone() };
        Asked { host, sni, ..asked.clone() }
    };
    let mut all = Vec::new();
    if !said.per_cluster_names && !promise.named.is_empty() && asked.address.is_none() {
        let remote = called(format!("{plain}.{}", said.suffix));
        let promise = promised(said, &remote);
        all.extend(promise.map(|promise| (remote, promise)));
    }
    // Behind a gateway whose control plane sees others, whatever it sees may answer a name that no rule is for.
    if said.per_cluster_names && !said.sees(service) && asked.address.is_none() && asked.sni == plain {
        for cluster in &promise.named {
            let host = format!("{plain}.svc.{cluster}.{}", said.suffix);
            let places = super::served::pods(service, &super::served::Pick::any(), cluster, "", 100.0);
            all.push((called(host), Promise { places, ..Promise::default() }));
        }
    }
    if service.plain != "none" || service.runs(&asked.cluster.name) {
        all.push((asked, promise));
    }
    all
}

/// What is promised; nothing where releases differ about what a condition means.
fn promised(said: &Said, asked: &Asked<'_>) -> Option<Promise> {
    let judge = &said.clusters[&asked.cluster.head];
    // Up to there a header that is absent is no reason to take a route.
    let asks_absent = |rule: &Value| rule.to_string().contains("withoutHeaders");
    if judge.minor < 24 && asked.service.rules.iter().any(asks_absent) {
        return None;
    }
    of(said, asked)
}

fn from_outside<'s>(
    said: &'s Said,
    service: &'s Service,
    cluster: &'s Cluster,
    words: &BTreeSet<Words>,
) -> Vec<(Asked<'s>, Promise)> {
    let Some(ingress) = &service.ingress else { return Vec::new() };
    let of_requests = service.ports.iter().filter(|port| port.kind == Kind::Http);
    // The first, in order of number: that of the text means nothing.
    let Some(port) = of_requests.min_by_key(|port| port.number) else { return Vec::new() };
    let conditions: Vec<&Value> = match &ingress["match"] {
        Value::Null => vec![&Value::Null],
        Value::Array(any) => any.iter().collect(),
        one => vec![one],
    };
    let mut all = Vec::new();
    for words in words {
        for condition in &conditions {
            let mut words = words.clone();
            // A path that is let in.
            if words.path.is_none() {
                words.path = sample(&condition["uri"]);
            }
            let host = texts_of(&ingress["hosts"]).next().unwrap();
            let asked = Asked { host, is_outside: true, ..asked(service, cluster, port, &words) };
            let is_let_in = conditions.iter().any(|one| super::matched::holds(one, &asked));
            // What is not let in has no route at all, or that of another service.
            all.extend(promised(said, &asked).filter(|_| is_let_in).map(|promise| (asked, promise)));
        }
    }
    all
}

/// Those of every condition, and none.
fn words(service: &Service) -> BTreeSet<Words> {
    let mut all = BTreeSet::from([Words::default()]);
    for rule in &service.rules {
        let conditions = match &rule["match"] {
            Value::Array(any) => any.as_slice(),
            one => std::slice::from_ref(one),
        };
        for condition in conditions {
            let met = meeting(condition);
            for (name, value) in entries(&condition["withoutHeaders"]) {
                let mut missed = met.clone();
                missed.headers.extend(sample(value).map(|value| (name.clone(), value)));
                all.insert(missed);
            }
            all.insert(met);
        }
    }
    for namespace in service.client_namespaces() {
        let more: Vec<_> = all.iter().filter(|words| words.namespace.is_none()).cloned().collect();
        all.extend(more.into_iter().map(|words| Words { namespace: Some(namespace.clone()), ..words }));
    }
    all
}

fn meeting(condition: &Value) -> Words {
    let named = |field: &str| -> BTreeMap<String, String> {
        let compared = entries(&condition[field]);
        compared.filter_map(|(name, value)| Some((name.clone(), sample(value)?))).collect()
    };
    let path = sample(&condition["uri"]);
    Words {
        path: if condition["ignoreUriCase"] == true { path.map(|path| swapped(&path)) } else { path },
        query: named("queryParams").into_iter().map(|(name, value)| format!("{name}={value}")).collect(),
        method: sample(&condition["method"]),
        headers: named("headers"),
        labels: named("sourceLabels"),
        namespace: sample(&condition["sourceNamespace"]),
        sni: texts_of(&condition["sniHosts"]).last().map(|sni| sni.replace('*', "w")),
        address: texts_of(&condition["destinationSubnets"])
            .last()
            .map(|network| network.split('/').next().unwrap().parse().unwrap()),
    }
}

fn swapped(text: &str) -> String {
    let swap = |mark: char| {
        if mark.is_ascii_lowercase() { mark.to_ascii_uppercase() } else { mark.to_ascii_lowercase() }
    };
    text.chars().map(swap).collect()
}

/// A text that a comparison takes.
fn sample(wanted: &Value) -> Option<String> {
    match wanted {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        comparison => {
            let word = |name: &str| comparison[name].as_str().map(str::to_owned);
            let of_expression = || {
                let expression = Regex::new(&format!("^(?:{})$", word("regex")?)).unwrap();
                SAMPLES.into_iter().find(|text| expression.is_match(text)).map(str::to_owned)
            };
            word("exact").or_else(|| word("prefix")).or_else(of_expression).or_else(|| Some("1".to_owned()))
        }
    }
}
