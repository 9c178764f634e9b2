//! What a topology promises to a request, computed from the words of the language and nothing else.
//!
//! Enters: files of the input language, as JSON. Leaves: for a request, who answers which share. Refuses to know: how it is
//! compiled; it shares no line with the compiler. Where the language leaves it to Istio, nothing is promised.

pub mod asked; // the requests that are worth asking
mod matched; // which rule a request meets
pub mod said; // what the files say
mod served; // which clusters a share goes to

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use asked::Asked;
pub use said::{Kind, Said, Service};

use matched::Rules;
use served::Pick;

/// Shares by place, as traces name places.
pub type Places = BTreeMap<String, f64>;

/// What is promised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Promise {
    pub places: Places,
    /// Where copies go.
    pub copies: BTreeSet<String>,
    /// Whether sizes are met by weights of endpoints, and so not in whole percents.
    pub is_pool: bool,
    /// Whether the gateway of a network of several clusters chooses among them: then nothing is said of their shares.
    pub is_left_to_gateways: bool,
    /// Where the pods of the service are met; nothing where that is a name, or no port of it is meant.
    pub targets: BTreeSet<Option<u16>>,
    /// Clusters that answer some of it from afar under a name of their own or a shared one.
    pub named: BTreeSet<String>,
}

/// What the words promise; nothing where they leave it to what control planes see.
pub fn of(said: &Said, asked: &Asked<'_>) -> Option<Promise> {
    let service = asked.service;
    let rules = Rules::of(asked);
    if !asked.is_outside && !service.is_client(&asked.cluster.name, &asked.namespace) {
        return left_alone(said, asked);
    }
    // Connections to a name that stands for pods are not routed.
    if service.is_headless && asked.port.kind != Kind::Http {
        return None;
    }
    if rules.is_empty() {
        let is_seen = service.runs_in().any(|name| said.way(service, name) == "discovery");
        return match service.across.as_str() {
            "local" if is_seen || said.sees(service) => None,
            "local" if service.runs(&asked.cluster.name) => Some(at_home(asked)),
            // With ports that no rule speaks of, what joins the pods joins them there.
            _ => {
                let promise = served::share(said, asked, service, &Pick::any(), 100)?;
                Some(Promise { targets: [asked.port.target].into(), ..promise })
            }
        };
    }
    let rules = rules.for_workload();
    if rules.is_empty() {
        return left_alone(said, asked);
    }
    match rules.met() {
        // A rule without names of TLS lists those of the service.
        Some(rule) if asked.is_foreign_name() && !rule.to_string().contains("sniHosts") => None,
        Some(rule) => answer(said, asked, rule),
        None => match asked.port.kind {
            Kind::Http => Some(nobody("error:no-route")),
            Kind::Bytes => left_alone(said, asked),
            // Names that no rule lists pass the mesh by.
            Kind::Tls | Kind::Datagrams => None,
        },
    }
}

/// Whoever obeys no rule gets what Kubernetes has there.
fn left_alone(said: &Said, asked: &Asked<'_>) -> Option<Promise> {
    let is_open = said.sees(asked.service) || !asked.service.runs(&asked.cluster.name);
    (!is_open).then(|| at_home(asked))
}

fn at_home(asked: &Asked<'_>) -> Promise {
    let places = served::pods(asked.service, &Pick::any(), &asked.cluster.name, "", 100.0);
    Promise { places, targets: [asked.port.target].into(), ..Promise::default() }
}

fn nobody(place: &str) -> Promise {
    Promise { places: [(place.to_owned(), 100.0)].into(), ..Promise::default() }
}

fn answer(said: &Said, asked: &Asked<'_>, rule: &Value) -> Option<Promise> {
    if let Some(redirect) = rule.get("redirect") {
        let word = match redirect["redirectCode"].as_u64() {
            Some(308) => "PERMANENT_REDIRECT",
            _ => "MOVED_PERMANENTLY",
        };
        return Some(nobody(&format!("redirect:{word}")));
    }
    if let Some(status) = rule["directResponse"]["status"].as_u64() {
        return Some(nobody(&format!("direct:{status}")));
    }
    let mut promise = Promise::default();
    for Destination { service, pick, port, share } in destinations(said, asked, now(rule)) {
        let part = served::share(said, asked, service, &pick, share)?;
        if std::ptr::eq(service, asked.service) {
            promise.targets.insert(port);
        }
        for (place, share) in part.places {
            *promise.places.entry(place).or_default() += share;
        }
        promise.is_pool |= part.is_pool;
        promise.is_left_to_gateways |= part.is_left_to_gateways;
        promise.named.extend(part.named);
    }
    promise.places.retain(|_, share| *share > 0.0);
    let copies: Vec<_> = match &rule["mirror"] {
        Value::String(pick) => vec![pick.clone()],
        Value::Object(copies) => copies.keys().cloned().collect(),
        _ => Vec::new(),
    };
    for copy in copies {
        let part = served::share(said, asked, asked.service, &Pick::read(&copy), 100)?;
        promise.copies.extend(part.places.into_keys());
    }
    Some(promise)
}

/// What a rule says today: `to`, or the step that it is at.
fn now(rule: &Value) -> &Value {
    let Some(steps) = rule["steps"].as_array() else { return &rule["to"] };
    let at = rule["at"].as_u64().map_or(0, |at| usize::try_from(at).unwrap() - 1);
    steps[at].get("to").filter(|to| !to.is_number()).unwrap_or(&steps[at])
}

/// A share, to pods at a port.
struct Destination<'s> {
    service: &'s Service,
    pick: Pick,
    port: Option<u16>,
    share: u32,
}

/// A string, a map of shares, or a list.
fn destinations<'s>(said: &'s Said, asked: &Asked<'s>, to: &Value) -> Vec<Destination<'s>> {
    let own = |pick: &str, share: u32| {
        let (service, port) = (asked.service, asked.port.target);
        Destination { service, pick: Pick::read(pick), port, share }
    };
    match to {
        Value::String(pick) => vec![own(pick, 100)],
        Value::Object(one) if one.contains_key("version") => vec![destination(said, asked, to)],
        Value::Object(shares) => shares.iter().map(|(pick, share)| own(pick, percent(share))).collect(),
        Value::Array(listed) => listed.iter().map(|one| destination(said, asked, one)).collect(),
        _ => Vec::new(),
    }
}

fn destination<'s>(said: &'s Said, asked: &Asked<'s>, one: &Value) -> Destination<'s> {
    let text = |field: &str| one[field].as_str().map(str::to_owned);
    let service = match text("service") {
        Some(key) => &said.services[&said::qualified(&key, &asked.service.namespace)],
        None => asked.service,
    };
    let port = match text("port") {
        Some(name) => service.ports.iter().find(|port| port.name == name).unwrap().target,
        None => asked.port.target,
    };
    let version = text("version").filter(|version| version != "any");
    let share = if one["weight"].is_null() { 100 } else { percent(&one["weight"]) };
    Destination { service, pick: Pick { version, cluster: text("cluster") }, port, share }
}

fn percent(share: &Value) -> u32 {
    u32::try_from(share.as_u64().unwrap()).unwrap()
}
