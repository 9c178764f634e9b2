//! Whether bundles keep what their inputs promise, by `trace`.

use std::collections::BTreeSet;

use meshgen::source::Sources;
use meshgen::trace::Tracer;
use meshgen::trace::report::{End, Trace};

use super::promised::{self, Asked, Promise, Said};
use crate::support::case::Files;
use crate::translation::followed::routing;

/// Of a pool, whose weights are those of endpoints, a share may be a percent off.
const OF_A_POOL: f64 = 1.0;
const OF_A_ROUTE: f64 = 0.001;

/// How many requests were asked, and those that do not go where they are promised to.
pub fn broken(said: &Said, sources: &Sources, files: &Files) -> (usize, Vec<String>) {
    let world = meshgen::world(sources).value.unwrap();
    let routing = routing(files);
    let tracer = Tracer::new(&world, &routing);
    let asked = promised::asked::all(said);
    let mut broken = Vec::new();
    for (asked, promise) in &asked {
        let trace = tracer.trace(&asked.request()).unwrap();
        broken.extend(difference(asked, promise, &trace).map(|what| {
            let Asked { cluster, port, namespace, labels, host, path, method, headers, sni, address, is_outside, .. } = asked;
            format!(
                "{method} {host}:{}{path} from {}/{namespace} {labels:?}, headers {headers:?}, sni {sni}, address {address:?}, outside {is_outside}: {what}",
                port.number, cluster.name,
            )
        }));
    }
    (asked.len(), broken)
}

fn difference(asked: &Asked<'_>, promise: &Promise, trace: &Trace) -> Option<String> {
    let app = &asked.service.name;
    let at_wrong_port = |port: u16| {
        let is_known = !promise.targets.is_empty() && !promise.targets.contains(&None);
        is_known && !promise.targets.contains(&Some(port))
    };
    for share in &trace.shares {
        if let End::Pods { port, app: found, .. } = &share.end
            && found == app
            && at_wrong_port(*port)
        {
            return Some(format!("promised ports {:?}; found {port}", promise.targets));
        }
    }
    let mut found = trace.places(app);
    // From outside, a name that no rule is for has no routes at all.
    if let Some(share) = found.remove("error:no-vhost").filter(|_| asked.is_outside) {
        found.insert("error:no-route".to_owned(), share);
    }
    let margin = if promise.is_pool { OF_A_POOL } else { OF_A_ROUTE };
    let places: BTreeSet<&String> = found.keys().chain(promise.places.keys()).collect();
    let share = |of: &promised::Places, place: &str| of.get(place).copied().unwrap_or(0.0);
    let is_anywhere =
        promise.is_left_to_gateways && found.keys().all(|place| promise.places.contains_key(place));
    let is_kept = is_anywhere
        || places
            .into_iter()
            .all(|place| (share(&found, place) - share(&promise.places, place)).abs() < margin);
    let copies: BTreeSet<String> = trace
        .features
        .iter()
        .filter_map(|feature| feature.strip_prefix("mirror reaches ")?.split(' ').next())
        // From outside the service has another name.
        .map(|place| place.replace(&format!("/{app}:"), "/"))
        .collect();
    (!is_kept || copies != promise.copies)
        .then(|| format!("promised {:?}, {:?}; found {found:?}, {copies:?}", promise.places, promise.copies))
}
