//! Names that a gateway is taught.
//!
//! Enters: the `EnvoyFilter`s of a bundle, a gateway's workload and port. Leaves: what it takes an SNI for. Refuses to know:
//! which SNIs it knows by itself.

use regex::{NoExpand, Regex};

use super::object::envoy_filter::{ConfigPatch, EnvoyFilterSpec, Lesson};
use super::object::{Object, ObjectPlace};
use super::registry::Registry;
use super::world::{Gateway, selects};

/// The first release of which no patch hands SNIs on as names of clusters; in the two before, the patch decides, and
/// either form of teaching is believed.
pub(super) const CHAIN_PER_SNI: u8 = 10;

/// The namespace whose filters are for all others.
const ROOT: &str = "istio-system";

/// SNIs that are taught as further ones, in pairs: the chain's own and the further one, with who says so.
pub(super) fn further_snis<'a>(
    far: &Registry<'a>,
    gateway: &'a Gateway,
    port: u16,
) -> impl Iterator<Item = (&'a str, &'a str, &'a ObjectPlace)> {
    patches(far, gateway, port)
        .filter_map(|(patch, place)| match patch.lesson()? {
            Lesson::FurtherSnis(known, said) => Some((known, said, place)),
            Lesson::Replaced(..) => None,
        })
        .flat_map(|(known, said, place)| said.into_iter().map(move |said| (known, said, place)))
}

/// What an SNI becomes where it is taken for the name of a cluster.
pub(super) fn replaced(far: &Registry<'_>, gateway: &Gateway, port: u16, sni: &str) -> Option<String> {
    if far.cluster.release >= CHAIN_PER_SNI {
        return None;
    }
    patches(far, gateway, port).find_map(|(patch, _)| match patch.lesson()? {
        Lesson::Replaced(pattern, replacement) => {
            let changed = Regex::new(pattern).ok()?.replace(sni, NoExpand(replacement)).into_owned();
            Some(changed).filter(|changed| changed != sni)
        }
        Lesson::FurtherSnis(..) => None,
    })
}

/// The changes to a port of a gateway.
fn patches<'r, 'a: 'r>(
    far: &'r Registry<'a>,
    gateway: &'r Gateway,
    port: u16,
) -> impl Iterator<Item = (&'a ConfigPatch, &'a ObjectPlace)> + use<'r, 'a> {
    let applies = move |object: &&'a Object<EnvoyFilterSpec>| {
        [gateway.namespace.as_str(), ROOT].contains(&object.place.namespace.as_str())
            && selects(&object.spec.workload_selector.labels, &gateway.labels)
    };
    let patches = far.objects.envoy_filters.iter().filter(applies);
    patches
        .flat_map(|object| object.spec.config_patches.iter().map(move |patch| (patch, &object.place)))
        .filter(move |(patch, _)| patch.port().is_none_or(|number| number == u64::from(port)))
}
