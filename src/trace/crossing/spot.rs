//! Objects as findings name them.

use crate::diagnostic::Spot;
use crate::trace::object::ObjectPlace;

/// An object, and what is to be said about it.
pub(super) fn of(place: &ObjectPlace, text: impl Into<String>) -> Spot {
    Spot { cluster: place.cluster.clone(), object: name(place), text: text.into() }
}

/// `ServiceEntry shop/payments`
pub(super) fn name(place: &ObjectPlace) -> String {
    let ObjectPlace { kind, namespace, name, cluster: _, file: _, line: _ } = place;
    format!("{kind} {namespace}/{name}")
}
