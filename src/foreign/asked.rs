//! Whose rules are read, and for which of its ports.
//!
//! Enters: a service, and the list of an object that its rules stand in. Leaves: [`Asked`]. Refuses to know: kinds of objects.

use super::destination::To;
use super::known::{Key, ports};
use super::problems;
use super::rule::Rule;
use crate::input::reader::Reader;
use crate::input::service::Service;
use crate::model::RouteKind;
use crate::source::At;

/// A service, its callers, and its ports.
pub struct Asked<'a> {
    pub key: &'a Key,
    /// The cluster of the callers; none stands for any.
    pub cluster: Option<&'a str>,
    pub kind: RouteKind,
    /// The ports that rules of this kind are for.
    pub ports: Vec<At<u16>>,
    /// Whether the service has ports of other kinds.
    pub has_others: bool,
}

impl<'a> Asked<'a> {
    pub fn of(service: &Service, key: &'a Key, cluster: Option<&'a str>, kind: RouteKind) -> Self {
        let all = ports(service);
        let own = all.iter().filter(|(_, known)| *known == Some(kind));
        Self {
            key,
            cluster,
            kind,
            ports: own.map(|(number, _)| At::new(*number, service.place)).collect(),
            has_others: all.iter().any(|(_, known)| *known != Some(kind)),
        }
    }

    /// A rule that names the port of its destinations and not the port that it is for: it is taken for this one alone.
    pub fn at_port(&self, rule: Rule, all: &mut [To], reader: &mut Reader) -> Rule {
        let Some(port) = all.first().and_then(|to| to.port.clone()) else { return rule };
        let same = |to: &To| to.key == *self.key && to.port.as_ref().is_some_and(|at| at.value == port.value);
        if !all.iter().all(same) {
            return rule;
        }
        let written = port.value.to_string();
        let says = |matches: &dyn Fn(&str) -> bool| {
            rule.clauses.iter().map(|clause| clause.text("port").is_some_and(matches)).collect::<Vec<_>>()
        };
        if says(&|text| text != written).contains(&true) {
            return rule;
        }
        for to in all.iter_mut() {
            to.port = None;
        }
        let is_named = !rule.clauses.is_empty() && !says(&|text| text == written).contains(&false);
        let is_only = matches!(self.ports.as_slice(), [only] if only.value == port.value) && !self.has_others;
        if is_only || is_named {
            return rule;
        }
        if self.ports.len() > 1 {
            reader.report(problems::takes_other_ports(&port, &self.ports));
        }
        rule.of_ports(std::slice::from_ref(&port))
    }
}
