//! What the words of a rule are about: requests, or connections.
//!
//! Enters: one rule as written, and its conditions as meant. Leaves: what it speaks of, and findings where its words
//! do not go together or say nothing on the ports it names. Refuses to know: what the words mean.

use super::problems::connection::{self as problems, Word};
use crate::diagnostic::Finding;
use crate::input::action::Actions;
use crate::input::condition as written;
use crate::input::routing::{Destination, Rule};
use crate::input::{Listed, Written};
use crate::model::{Condition, Service, Speaks};
use crate::source::Place;

/// The words of a rule that are about one kind of port only.
#[derive(Default)]
pub struct Words {
    requests: Vec<Word>,
    sni: Option<Word>,
    subnets: Option<Word>,
}

impl Words {
    /// Every word that was written.
    pub fn of(rule: &Rule) -> Self {
        let Rule {
            place: _,
            name: _,
            conditions,
            to,
            steps,
            at: _,
            owner: _,
            redirect,
            direct_response,
            actions,
            mirrors,
        } = rule;
        let Actions { rewrite, timeout, retries, fault, cors_policy, headers } = actions;
        let mut words = Self::default();
        for condition in entries(conditions) {
            words.add(condition);
        }
        let shares = entries(to).iter().chain(entries(steps).iter().flat_map(|step| entries(&step.to)));
        let shares = shares.filter_map(|Destination { headers, .. }| word("headers", headers));
        let actions = [
            word("redirect", redirect),
            word("directResponse", direct_response),
            word("rewrite", rewrite),
            word("timeout", timeout),
            word("retries", retries),
            word("fault", fault),
            word("corsPolicy", cors_policy),
            word("headers", headers),
            listed("mirror", mirrors),
        ];
        words.requests.extend(actions.into_iter().flatten().chain(shares));
        words
    }

    fn add(&mut self, condition: &written::Condition) {
        let written::Condition {
            source_clusters: _,
            port: _,
            uri,
            scheme,
            method,
            authority,
            headers,
            without_headers,
            query_params,
            ignore_uri_case,
            source_labels: _,
            source_namespace: _,
            sni_hosts,
            destination_subnets,
        } = condition;
        let requests = [
            word("uri", uri),
            word("scheme", scheme),
            word("method", method),
            word("authority", authority),
            listed("headers", headers),
            listed("withoutHeaders", without_headers),
            listed("queryParams", query_params),
            word("ignoreUriCase", ignore_uri_case).filter(|_| ignore_uri_case.value() == Some(&true)),
        ];
        self.requests.extend(requests.into_iter().flatten());
        self.sni = self.sni.or_else(|| word("sniHosts", sni_hosts));
        self.subnets = self.subnets.or_else(|| word("destinationSubnets", destination_subnets));
    }

    /// What they are about; nothing if they do not go together.
    pub fn speak(&self, findings: &mut Vec<Finding>) -> Option<Speaks> {
        match (self.requests.first(), self.sni.or(self.subnets)) {
            (Some(request), Some(connection)) => {
                findings.push(problems::mixed(*request, connection));
                None
            }
            (Some(_), None) => Some(Speaks::Http),
            (None, Some(_)) => Some(Speaks::Connections),
            (None, None) => Some(Speaks::Anything),
        }
    }

    /// Whether every port that the rule names, and some port at all, is one that its words are for. As many conditions as
    /// were written.
    pub fn fit(
        &self,
        speaks: Speaks,
        service: &Service,
        written: &Written<Listed<written::Condition>>,
        conditions: &[Condition],
        findings: &mut Vec<Finding>,
    ) -> bool {
        let before = findings.len();
        for (written, condition) in entries(written).iter().zip(conditions) {
            let port = service.ports.iter().find(|port| Some(port.number) == condition.port);
            let (Some(port), Some(place)) = (port, written.port.place()) else { continue };
            let fits = |kind| speaks.fits(kind) && condition.fits(kind);
            if !port.protocol.route().is_some_and(fits) {
                let word = if condition.words.sni_hosts.is_empty() { self.first() } else { self.sni };
                findings.push(problems::unfit_port(word, place, port));
            }
        }
        let may = |kind| conditions.is_empty() || conditions.iter().any(|condition| condition.fits(kind));
        let mut kinds = service.ports.iter().filter_map(|port| port.protocol.route());
        let nowhere = !kinds.any(|kind| speaks.fits(kind) && may(kind));
        if let Some(word) =
            self.first().filter(|_| nowhere && service.complete.ports && findings.len() == before)
        {
            findings.push(problems::no_fit_port(service, word));
        }
        findings.len() == before
    }

    fn first(&self) -> Option<Word> {
        self.requests.first().copied().or(self.sni).or(self.subnets)
    }
}

fn word<T>(name: &'static str, written: &Written<T>) -> Option<Word> {
    written.place().map(|place: Place| (name, place))
}

/// An empty list or map says nothing.
fn listed<T>(name: &'static str, written: &Written<Listed<T>>) -> Option<Word> {
    word(name, written).filter(|_| !entries(written).is_empty())
}

fn entries<T>(written: &Written<Listed<T>>) -> &[T] {
    super::entries(written).0
}
