//! What may be said of a change that is not what was meant.

use std::collections::BTreeSet;

use super::{Difference, Entry};
use crate::change::words;
use crate::diagnostic::{Code, Finding, suggest};
use crate::source::Place;

/// Requests that no entry names.
pub(super) fn unnamed(
    difference: &Difference,
    callers: &BTreeSet<String>,
    clusters: &BTreeSet<String>,
    place: Place,
) -> Finding {
    let message = format!(
        "{} change from {} to {}, and no change names them",
        who(difference, callers, clusters),
        shares(&difference.before),
        shares(&difference.after)
    );
    Finding::new(Code::MG0630, message).at(place, "everything else is to stay as it is").help(format!(
        "if it is meant, add a change of {} with `becomes: {}`; `meshgen diff … --write-expect` writes all of them",
        difference.service,
        flow(&difference.after)
    ))
}

/// Requests that become something else.
pub(super) fn otherwise(
    difference: &Difference,
    callers: &BTreeSet<String>,
    clusters: &BTreeSet<String>,
    entry: &Entry,
) -> Finding {
    let message = format!("{} become {}", who(difference, callers, clusters), shares(&difference.after));
    let meant: Vec<String> = entry
        .becomes
        .iter()
        .map(|(key, percent)| format!("{key} {}", crate::change::row::number(*percent)))
        .collect();
    Finding::new(Code::MG0631, message)
        .at(entry.place, format!("is to become {}", meant.join(" · ")))
        .help("mend the inputs, or write what is meant")
}

/// An entry that names no request.
pub(super) fn unused(entry: &Entry, services: &BTreeSet<&str>, clusters: &BTreeSet<String>) -> Finding {
    let Entry { place, service, from, conditions, becomes: _ } = entry;
    let strange = from.iter().flatten().find(|cluster| !clusters.contains(*cluster));
    let (label, help) = if !services.contains(service.as_str()) {
        let known = services.iter().copied();
        ("nobody asks for this service", suggest(service, known, "services that are asked for"))
    } else if let Some(cluster) = strange {
        ("there is no such cluster", suggest(cluster, clusters.iter().map(String::as_str), "the clusters"))
    } else if conditions.is_empty() {
        ("named by another change already", "remove one of the two".to_owned())
    } else {
        (
            "no request that a rule tells apart meets this condition",
            "a request counts if a rule of either side has a condition for it, and somebody answers it"
                .to_owned(),
        )
    };
    Finding::new(Code::MG0632, format!("a change of {service} names no request")).at(*place, label).help(help)
}

/// `requests to reviews, end-user: jason, from all 2`
fn who(difference: &Difference, callers: &BTreeSet<String>, clusters: &BTreeSet<String>) -> String {
    let Difference { entry: _, service, words, before: _, after: _ } = difference;
    let mut parts = vec![format!("requests to {service}")];
    if !words.is_empty() {
        parts.push(words.join(" and "));
    }
    let [callers, all] = [callers, clusters].map(|names| names.iter().cloned().collect::<Vec<_>>());
    parts.push(format!("from {}", words::callers(&callers, &all)));
    parts.join(", ")
}

fn shares(shares: &[(String, String)]) -> String {
    let shares: Vec<String> = shares.iter().map(|(key, percent)| format!("{key} {percent}")).collect();
    shares.join(" · ")
}

fn flow(shares: &[(String, String)]) -> String {
    let shares: Vec<String> = shares.iter().map(|(key, percent)| format!("{key}: {percent}")).collect();
    format!("{{{}}}", shares.join(", "))
}
