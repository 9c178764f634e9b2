//! What is to stay true: requests with where they must end, for `meshgen test`.
//!
//! Enters: Queries as written, and a world. Leaves: requests, what is otherwise of them, and what nobody asked about. Refuses
//! to know: how a request is followed.

mod problems; // what can be wrong with a query
pub mod end; // where requests are to end
pub mod answer; // what is so, beside what was expected
pub mod coverage; // what nobody asked about

use std::net::IpAddr;

use crate::diagnostic::{Finding, Outcome};
use crate::input::query::Query as AsWritten;
use crate::input::{Listed, Written};
use crate::source::{At, Place, Span};
use crate::trace::asked::{self, Asked, Wrong};
use crate::trace::request::{Caller, Request};
use crate::trace::world::World;
use end::End;

/// A request, and where it must end.
#[derive(Clone, Debug)]
pub struct Query {
    /// Where it is written.
    pub place: Place,
    /// The last of its fields in the text.
    pub last: Option<Span>,
    /// As its users call it.
    pub name: Option<String>,
    /// What is asked.
    pub request: Request,
    /// Who asks, as written: `cluster1/shop,app=web`.
    pub from: String,
    /// What is asked for, as written.
    pub url: String,
    /// Where requests must end; none if nobody has said.
    pub expected: Option<Vec<Expected>>,
    /// What else must happen to them.
    pub features: Vec<String>,
}

/// A place where requests must end, and how many of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The place.
    pub end: End,
    /// Of all requests.
    pub percent: f64,
}

impl Query {
    /// The finding that it takes any answer, if it does.
    #[must_use]
    pub fn expects_nothing(&self) -> Option<Finding> {
        let is_empty = self.expected.is_none() && self.features.is_empty();
        is_empty.then(|| problems::no_expectation(self.place))
    }
}

/// Less is no difference, in percent: shares are written with two decimals.
const NOTHING: f64 = 0.011;

/// Reads queries; those that cannot be asked are found wrong.
#[must_use]
pub fn of(listed: &Listed<AsWritten>, world: &World) -> Outcome<Vec<Query>> {
    let mut findings = Vec::new();
    let queries = listed.entries.iter().filter_map(|query| one(query, world, &mut findings)).collect();
    Outcome::new(queries, findings)
}

fn one(query: &AsWritten, world: &World, findings: &mut Vec<Finding>) -> Option<Query> {
    let AsWritten { place, last, name, from, url, method, headers, gateway, address, down, expect, features } =
        query;
    let before = findings.len();
    let mut taken = |result: Result<(), (Wrong, Place)>| {
        findings.extend(result.err().map(|(wrong, place)| problems::cannot_be_asked(wrong, place)));
    };
    let mut caller = Caller::default();
    let read = match gateway {
        Written::Absent => asked::caller(&from.value),
        Written::As(gateway) => asked::outside(&from.value, &gateway.value),
        Written::Illegible => return None,
    };
    taken(read.map(|read| caller = read).map_err(|wrong| (wrong, from.place)));
    let mut called = None;
    let read = asked::url(&url.value);
    taken(read.map(|read| called = Some(read)).map_err(|wrong| (wrong, url.place)));
    let mut all_down = Vec::new();
    for At { value, place } in down.value().iter().flat_map(|listed| &listed.entries) {
        taken(asked::down(value).map(|down| all_down.push(down)).map_err(|wrong| (wrong, *place)));
    }
    let mut dialled = None;
    if let Some(At { value, place }) = address.written() {
        match value.parse::<IpAddr>() {
            Ok(ip) => dialled = Some(ip),
            Err(_) => findings.push(problems::no_address(value, *place)),
        }
    }
    let expected = match expect {
        Written::Absent => None,
        Written::Illegible => return None,
        Written::As(At { value, place }) => Some(expectation(value, *place, world, findings)?),
    };
    let fields = [method.is_illegible(), headers.is_illegible(), down.is_illegible(), address.is_illegible()];
    let is_legible = !fields.contains(&true) && !features.is_illegible();
    if findings.len() > before || !is_legible {
        return None;
    }
    let headers = headers.value().into_iter().flat_map(|listed| &listed.entries);
    let asked = Asked {
        caller,
        url: called?,
        method: method.value().cloned(),
        headers: headers
            .map(|header| (header.key.value.to_ascii_lowercase(), header.value.value.clone()))
            .collect(),
        down: all_down,
        address: dialled,
    };
    let request = asked.request();
    if let Err(wrong) = asked::check(world, &request, false) {
        // `from` is looked up first, then what is down, then the gateway.
        let is_caller = world.cluster(&request.caller.cluster).is_none();
        let culprit = match (is_caller, down.place(), gateway.place()) {
            (true, _, _) | (false, None, None) => from.place,
            (false, Some(place), None) | (false, None, Some(place)) => place,
            (false, Some(_), Some(_)) => *place,
        };
        findings.push(problems::cannot_be_asked(wrong, culprit));
        return None;
    }
    let features = features.value().into_iter().flat_map(|listed| &listed.entries);
    Some(Query {
        place: *place,
        last: *last,
        name: name.value().cloned(),
        request,
        from: from.value.clone(),
        url: url.value.clone(),
        expected,
        features: features.map(|feature| feature.value.clone()).collect(),
    })
}

/// Reads where requests must end; shares add up to all of them.
fn expectation(
    listed: &Listed<crate::input::query::Expected>,
    place: Place,
    world: &World,
    findings: &mut Vec<Finding>,
) -> Option<Vec<Expected>> {
    let mut expected = Vec::new();
    for written in &listed.entries {
        match End::read(&written.end, world) {
            Ok(end) => expected.push(Expected { end, percent: written.percent }),
            Err(finding) => findings.push(finding),
        }
    }
    if !listed.complete || expected.len() < listed.entries.len() {
        return None;
    }
    let sum: f64 = expected.iter().map(|expected| expected.percent).sum();
    if (sum - 100.0).abs() > NOTHING * 10.0 {
        findings.push(problems::no_whole(sum, place));
        return None;
    }
    Some(expected)
}
