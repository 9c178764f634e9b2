//! What shares of regions leave out.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Finding, list};
use crate::model::Service;
use crate::source::Place;

/// Callers and those that would answer, by cluster.
pub fn distributed_past(
    service: &Service,
    place: Place,
    callers: &BTreeSet<&str>,
    answers: &BTreeSet<&str>,
) -> Finding {
    Finding::new(
        Code::MG0385,
        format!(
            "`distribute` of `{service}` leaves callers in {} without {}, where rules send them",
            list(callers.iter()),
            list(answers.iter())
        ),
    )
    .at(place, "no share for the places of these clusters")
    .help("give their regions a share, or say `locality` of the clusters; a rule with `to` shares among clusters by itself")
}
