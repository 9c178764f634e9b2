//! Mutations of sound bundles, each of which must be noticed.

mod doors;

use super::Links;
use crate::istio::Bundle;
use crate::istio::object::Spec;
use crate::istio::service_entry::ServiceEntrySpec;

/// What the proof says of the bundles of an input, once they have been changed. Unchanged they must be sound.
fn proof(input: &str, change: impl FnOnce(&mut [Bundle])) -> Vec<String> {
    let mut bundles = crate::objects(input);
    assert!(!bundles.is_empty(), "the input is not sound");
    assert_eq!(links(&bundles), [""; 0]);
    let before = format!("{bundles:?}");
    change(&mut bundles);
    assert_ne!(before, format!("{bundles:?}"), "nothing was changed");
    links(&bundles)
}

fn links(bundles: &[Bundle]) -> Vec<String> {
    let mut links = Links::default();
    bundles.iter().for_each(|bundle| links.add(bundle));
    links.hold().findings.into_iter().map(|finding| finding.message).collect()
}

fn noticed(found: &[String], complaint: &str) {
    assert!(found.iter().any(|message| message.contains(complaint)), "{complaint}: {found:?}");
}

/// One spec of a bundle, by the name of its object.
fn spec<'b>(bundles: &'b mut [Bundle], cluster: &str, kind: &str, name: &str) -> &'b mut Spec {
    let bundle = bundles.iter_mut().find(|bundle| bundle.cluster == cluster).unwrap();
    let mut objects = bundle.objects.iter_mut();
    &mut objects.find(|object| object.kind().name() == kind && object.metadata.name == name).unwrap().spec
}

fn entry<'b>(bundles: &'b mut [Bundle], cluster: &str, name: &str) -> &'b mut ServiceEntrySpec {
    let Spec::ServiceEntry(entry) = spec(bundles, cluster, "ServiceEntry", name) else { panic!() };
    entry
}
