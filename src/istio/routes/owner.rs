//! Routes whose weights another tool turns while they are in the cluster: an annotation of their object names them, so that
//! other weights are known for the tool's.

use std::collections::BTreeSet;

use crate::istio::kind::object::Object;
use crate::plan::Route;
use crate::source::mark::OWNED_ROUTES;

/// Says which routes of an object have an owner.
pub fn mark<'r>(object: &mut Object, routes: impl Iterator<Item = &'r Route<'r>>) {
    let owned = routes.filter_map(|route| route.rule).filter(|rule| rule.owner.is_some());
    let names: BTreeSet<&str> = owned.filter_map(|rule| Some(rule.name.as_ref()?.value.as_str())).collect();
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        object.metadata.annotations.insert(OWNED_ROUTES.to_owned(), names.join(","));
    }
}
