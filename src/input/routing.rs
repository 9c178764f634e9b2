//! `routes.KEY`: rules, and where they send requests.
//!
//! Enters: the tree of one service's routes. Leaves: [`Routes`]. Refuses to know: whether the versions exist and
//! the shares add up.

mod destination; // `to` and `mirror`
mod ingress; // what is let in from outside
mod step; // `steps`

pub use ingress::Ingress;
pub use step::{Gate, Step};

use std::collections::BTreeMap;

use super::action::{
    Actions, CorsPolicy, DirectResponse, Fault, HeaderOperations, Redirect, Retries, Rewrite,
};
use super::condition::Condition;
use super::problems;
use super::reader::{Form, Reader, form, unspaced};
use super::tree::{Node, Value, View};
use super::{Listed, ServiceName, Written};
use crate::source::{At, Place};

/// `routes.KEY`
#[derive(Clone, Debug)]
pub struct Routes {
    /// The key.
    pub service: ServiceName,
    /// The characters of the whole key.
    pub place: Place,
    /// In order; one rule and one destination are lists of one.
    pub rules: Written<Listed<Rule>>,
    pub ingress: Written<Listed<Ingress>>,
}

/// One rule. It should have exactly one of `to`, `steps`, `redirect` and `direct_response`: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it begins: its first key, its braces, or the destination that stands for it.
    pub place: Place,
    pub name: Written<String>,
    /// `match`: any of them. Absent means every request.
    pub conditions: Written<Listed<Condition>>,
    pub to: Written<Listed<Destination>>,
    pub steps: Written<Listed<Step>>,
    /// Which of the steps, from 1.
    pub at: Written<u32>,
    /// Who else turns the weights.
    pub owner: Written<String>,
    pub redirect: Written<Redirect>,
    pub direct_response: Written<DirectResponse>,
    pub actions: Actions,
    pub mirrors: Written<Listed<Mirror>>,
}

/// One destination of `to`.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its text, its key among shares, or where its map begins.
    pub place: Place,
    /// A version or `any`. `resolve` judges its absence (only a map of its own can lack it).
    pub version: Written<String>,
    pub cluster: Written<String>,
    /// A service named without namespace is one of the namespace of the routes.
    pub service: Written<ServiceName>,
    /// Name or number, as written.
    pub port: Written<String>,
    /// 0 to 100. Absent where no share was written.
    pub weight: Written<u32>,
    pub headers: Written<HeaderOperations>,
}

/// One receiver of copies: `v2`, or `v2@cluster2: 10`.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// A version or `any`.
    pub version: At<String>,
    pub cluster: Option<At<String>>,
    /// 0 to 100. Absent where none was written.
    pub percent: Written<f64>,
}

form! {
    struct RoutingFields: "a Routing", "kind: Routing" {
        api_version: "apiVersion",
        kind: "kind",
        namespace: "namespace",
        routes: "routes",
    }
}

form! {
    struct RoutesFields: "routes", "reviews: {rules: [{to: v1}]}" {
        rules: "rules",
        ingress: "ingress",
    }
}

form! {
    struct RuleFields: "a rule", "{match: {uri: {prefix: /cart}}, to: v1}" {
        name: "name",
        conditions: "match",
        to: "to",
        steps: "steps",
        at: "at",
        owner: "owner",
        redirect: "redirect",
        direct_response: "directResponse",
        rewrite: "rewrite",
        timeout: "timeout",
        retries: "retries",
        fault: "fault",
        cors_policy: "corsPolicy",
        headers: "headers",
        mirror: "mirror",
    }
}

/// Reads the rules of one service as they stand below its key.
pub fn of_service(service: ServiceName, place: Place, value: Value<'_>, reader: &mut Reader) -> Routes {
    let key = service.name.value.clone();
    Routes::read(service, &At::new(key.as_str(), place), value, reader)
}

/// Reads all Routing documents. The routes of a service stand in one of them: the order of its rules decides.
pub fn read(documents: &[Node], reader: &mut Reader) -> Listed<Routes> {
    let mut all = Listed::default();
    let mut seen: BTreeMap<(String, String), Place> = BTreeMap::new();
    for document in documents {
        let RoutingFields { api_version: _, kind: _, namespace, routes } =
            reader.fields_or_illegible(Value::root(document));
        let namespace = namespace.read(reader, Reader::text);
        let listed = routes.read(reader, |reader, value| {
            reader.entries(
                value,
                "a map of services",
                "routes: {reviews: [{to: v1}]}",
                |reader, key, value| {
                    let service = ServiceName::read(&key, &namespace, reader)?;
                    let first = *seen.entry(service.key()).or_insert(key.place);
                    if first != key.place {
                        reader.report(problems::routes_twice(key.value, key.place, first));
                        return None;
                    }
                    Some(Routes::read(service, &key, value, reader))
                },
            )
        });
        match listed {
            Written::Absent => {}
            Written::Illegible => all.complete = false,
            Written::As(At { value: listed, place: _ }) => {
                all.complete &= listed.complete;
                all.entries.extend(listed.entries);
            }
        }
    }
    all
}

impl Routes {
    /// A list of rules, one rule, one destination, or the long form.
    fn read(service: ServiceName, key: &At<&str>, value: Value<'_>, reader: &mut Reader) -> Self {
        let read_rules = |reader: &mut Reader, value: Value<'_>| {
            reader.list(value, |reader, value| Rule::read(&service, value, reader))
        };
        let is_long_form = RoutesFields::FIELDS.iter().any(|field| value.get(field).is_some());
        let (rules, ingress) = if is_long_form {
            let RoutesFields { rules, ingress } = reader.fields_or_illegible(value);
            let rules = match rules.read(reader, read_rules) {
                Written::Absent => Written::As(At::new(Listed::default(), value.place())),
                rules @ (Written::Illegible | Written::As(_)) => rules,
            };
            (rules, ingress.read(reader, Ingress::read_all))
        } else {
            (read_rules(reader, value).map_or(Written::Illegible, Written::As), Written::Absent)
        };
        Self { service, place: key.place, rules, ingress }
    }
}

impl Rule {
    fn read(service: &ServiceName, value: Value<'_>, reader: &mut Reader) -> Option<Self> {
        if let View::Map(mapping) = value.view()
            && let Some(meant) = unspaced(value, mapping)
        {
            reader.report(problems::no_blank(&format!("to: {{{meant}}}"), value.place()));
            return None;
        }
        if let Some(shares) = shares(value) {
            reader.report(problems::shares_without_to(&service.name.value, &shares, value.place()));
            return None;
        }
        if let View::Text(_) = value.view() {
            let to = Destination::read_all(service, reader, value).map_or(Written::Illegible, Written::As);
            return Some(Self {
                place: value.place(),
                name: Written::Absent,
                conditions: Written::Absent,
                to,
                steps: Written::Absent,
                at: Written::Absent,
                owner: Written::Absent,
                redirect: Written::Absent,
                direct_response: Written::Absent,
                actions: Actions::default(),
                mirrors: Written::Absent,
            });
        }
        let RuleFields {
            name,
            conditions,
            to,
            steps,
            at,
            owner,
            redirect,
            direct_response,
            rewrite,
            timeout,
            retries,
            fault,
            cors_policy,
            headers,
            mirror,
        } = reader.fields(value)?;
        Some(Self {
            place: value.place(),
            name: name.read(reader, Reader::text),
            conditions: conditions.read(reader, Condition::read_all),
            to: to.read(reader, |reader, value| Destination::read_all(service, reader, value)),
            steps: steps.read(reader, |reader, value| Step::read_all(service, reader, value)),
            at: at.read(reader, |reader, value| reader.number(value, "step", 1..=u32::from(u16::MAX))),
            owner: owner.read(reader, Reader::text),
            redirect: redirect.read(reader, Redirect::read),
            direct_response: direct_response.read(reader, DirectResponse::read),
            actions: Actions {
                rewrite: rewrite.read(reader, Rewrite::read),
                timeout: timeout.read(reader, Reader::text),
                retries: retries.read(reader, Retries::read),
                fault: fault.read(reader, Fault::read),
                cors_policy: cors_policy.read(reader, CorsPolicy::read),
                headers: headers.read(reader, HeaderOperations::read),
            },
            mirrors: mirror.read(reader, Mirror::read_all),
        })
    }
}

/// A map of shares where a rule is expected, as it should be written; nothing if it is something else.
fn shares(value: Value<'_>) -> Option<String> {
    let View::Map(mapping) = value.view() else { return None };
    let mut written = Vec::new();
    for entry in &mapping.entries {
        let View::Text(share) = value.entry(entry).1.view() else { return None };
        if RuleFields::FIELDS.contains(&&*entry.key.value) || share.text.parse::<f64>().is_err() {
            return None;
        }
        written.push(format!("{}: {}", entry.key.value, share.text));
    }
    (!written.is_empty()).then(|| format!("{{{}}}", written.join(", ")))
}
