//! Several objects for one service: who answers whom, port by port.
//!
//! Enters: the rules of each. Leaves: one list. Refuses to know: what objects look like.
//!
//! Source: Istio's `VirtualServicesForGateway` and `buildSidecarVirtualHostsForVirtualService`. At each port the first answers
//! alone: what is private to the caller's namespace, then routes of the Gateway API in it, then the oldest of all others. An
//! `HTTPRoute` of a namespace that is neither the caller's nor the service's is for nobody.

use std::collections::BTreeSet;

use super::node;
use super::problems;
use super::rule::Rule;
use crate::diagnostic::Finding;
use crate::input::document::ForeignKind;
use crate::input::reader::Reader;
use crate::model::RouteKind;
use crate::source::{At, Place};

/// Rules that are one list for Istio: those of a VirtualService, or of routes that it merges.
pub struct Piece {
    pub kind: ForeignKind,
    /// Its object, for people.
    pub object: String,
    pub place: Place,
    pub created: Option<String>,
    pub name: String,
    pub callers: Callers,
    /// The only port that it is for.
    pub port: Option<u16>,
    pub rules: Vec<Rule>,
}

/// Whose requests they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Of a VirtualService: all that have nothing of their own.
    All,
    /// Of a VirtualService: those of one namespace.
    Of(String),
    /// Of routes in a namespace: those of this namespace first, and all if it is the service's.
    OfRoutes(String),
}

/// The ports that pieces are for.
pub struct Ports<'a> {
    pub kind: RouteKind,
    pub all: &'a [At<u16>],
}

/// The rules of all; nothing if there are none. `home` is the namespace of the service.
pub fn joined(
    pieces: Vec<Piece>,
    home: &str,
    ports: &Ports<'_>,
    reader: &mut Reader,
) -> Option<(Place, Vec<Rule>)> {
    let mut pieces: Vec<Piece> = pieces.into_iter().filter(|piece| !piece.rules.is_empty()).collect();
    pieces.sort_by(|a, b| a.age().cmp(&b.age()));
    // Routes of connections are for all, wherever they are.
    let is_connection = ports.kind != RouteKind::Http;
    let for_all: Vec<&Piece> = pieces.iter().filter(|piece| piece.is_for_all(home, is_connection)).collect();
    let place = for_all.first().copied().or(pieces.first())?.place;
    let (rest, _) = ports.layered(&for_all, reader);
    let mut namespaces: BTreeSet<&str> = pieces.iter().filter_map(Piece::namespace).collect();
    // Who comes first for everybody need not come first for some.
    let first = for_all.first().and_then(|piece| piece.namespace());
    let is_alone = |namespace: &str| {
        let mut others = for_all.iter().skip_while(|piece| piece.namespace() == Some(namespace));
        first == Some(namespace)
            && others.all(|piece| piece.namespace() != Some(namespace))
            && !pieces.iter().any(|piece| piece.is_private(namespace))
    };
    namespaces.retain(|namespace| !is_alone(namespace));
    let mut rules = Vec::new();
    for namespace in &namespaces {
        let mut own: Vec<&Piece> =
            pieces.iter().filter(|piece| piece.namespace() == Some(*namespace)).collect();
        own.sort_by_key(|piece| !piece.is_private(namespace));
        let (mut own, taken) = ports.layered(&own, reader);
        // What these leave out is answered by no other.
        if !rest.is_empty() {
            own.extend(ports.not_found(&own, &taken, place));
        }
        rules.extend(own.into_iter().filter_map(|rule| rule.of_namespace(namespace)));
    }
    let namespaces: Vec<&str> = namespaces.into_iter().collect();
    rules.extend(rest.into_iter().filter_map(|rule| rule.not_of(&namespaces)));
    (!rules.is_empty()).then_some((place, rules))
}

impl Piece {
    fn age(&self) -> (&Option<String>, &str) {
        (&self.created, &self.name)
    }

    /// Says that the other answers in its place.
    fn beside(&self, first: &Self) -> Finding {
        let (other, first_place) = ((self.object.as_str(), self.place), (first.object.as_str(), first.place));
        let kinds = [self.kind, first.kind];
        if kinds.contains(&ForeignKind::GrpcRoute) && kinds.contains(&ForeignKind::HttpRoute) {
            return problems::gateway::two_kinds(other, first_place);
        }
        let ages = (&first.created, &self.created);
        let is_told = matches!(ages, (Some(first), Some(own)) if first != own)
            || matches!(first.callers, Callers::Of(_));
        problems::gateway::beside(other, first_place, is_told)
    }

    fn is_for_all(&self, home: &str, is_connection: bool) -> bool {
        match &self.callers {
            Callers::All => true,
            Callers::Of(_) => false,
            Callers::OfRoutes(namespace) => is_connection || namespace == home,
        }
    }

    fn is_private(&self, to: &str) -> bool {
        matches!(&self.callers, Callers::Of(namespace) if namespace == to)
    }

    /// Whether it has a rule for a port.
    fn is_at(&self, port: u16) -> bool {
        let text = port.to_string();
        let is_at = |rule: &Rule| {
            let mut clauses = rule.clauses.iter();
            rule.is_unconditional() || clauses.any(|clause| clause.text("port").is_none_or(|own| own == text))
        };
        self.port.is_none_or(|only| only == port) && self.rules.iter().any(is_at)
    }

    /// The namespace whose callers it comes first for.
    fn namespace(&self) -> Option<&str> {
        match &self.callers {
            Callers::All => None,
            Callers::Of(namespace) | Callers::OfRoutes(namespace) => Some(namespace),
        }
    }
}

impl Ports<'_> {
    /// At each port the rules of the first that is for it, and the ports that have any.
    fn layered(&self, pieces: &[&Piece], reader: &mut Reader) -> (Vec<Rule>, Vec<At<u16>>) {
        let mut rules = Vec::new();
        let mut taken: Vec<(At<u16>, &Piece)> = Vec::new();
        for piece in pieces {
            let own = self.all.iter().filter(|port| piece.is_at(port.value));
            let (lost, mine): (Vec<&At<u16>>, Vec<&At<u16>>) =
                own.partition(|port| taken.iter().any(|(known, _)| known.value == port.value));
            let first =
                lost.first().and_then(|port| taken.iter().find(|(known, _)| known.value == port.value));
            if let Some((_, first)) = first {
                reader.report(piece.beside(first));
            }
            let mine: Vec<At<u16>> = mine.into_iter().cloned().collect();
            if lost.is_empty() {
                rules.extend(piece.rules.iter().cloned());
            } else {
                rules.extend(piece.rules.iter().cloned().filter_map(|rule| rule.at_ports(&mine)));
            }
            taken.extend(mine.into_iter().map(|port| (port, *piece)));
        }
        (rules, taken.into_iter().map(|(port, _)| port).collect())
    }

    /// What requests get that no rule is for, at the ports where there are such.
    fn not_found(&self, rules: &[Rule], taken: &[At<u16>], place: Place) -> Option<Rule> {
        let is_complete = |port: &At<u16>| {
            let text = port.value.to_string();
            let says_port = |rule: &Rule| {
                rule.clauses
                    .iter()
                    .any(|clause| clause.words.len() == 1 && clause.text("port") == Some(text.as_str()))
            };
            rules.iter().any(|rule| rule.is_unconditional() || says_port(rule))
        };
        let gaps: Vec<At<u16>> = taken.iter().filter(|port| !is_complete(port)).cloned().collect();
        if gaps.is_empty() || self.kind != RouteKind::Http {
            return None;
        }
        let status = node::map(vec![node::entry("status", node::plain("404", place))], place);
        let rule = Rule { place, clauses: Vec::new(), fields: vec![node::entry("directResponse", status)] };
        if gaps.len() == self.all.len() { Some(rule) } else { Some(rule.of_ports(&gaps)) }
    }
}
