//! Topologies that nobody would write: real Istio does with their bundles what `meshgen trace` finds.
//!
//! Enters: a release of Istio. Leaves: lines of the table. The topologies are those of `tests/generated`, which holds the same
//! traces against what the words promise. `MESHGEN_TOPOLOGIES` tries as many seeds as it says, `MESHGEN_TOPOLOGIES_SEED` begins
//! at another; what is refused, or built for another release or domain, is counted and not judged.

use std::collections::BTreeMap;
use std::net::IpAddr;

use meshgen::source::{Found, Source, Sources};
use meshgen::trace::world::World;

use crate::asked::{self, Asked, Scene};
use crate::generated::{promised, wild};
use crate::istio::Istio;
use crate::scene::{self, DOMAIN};
use crate::table::Table;

/// How many seeds, where nobody says otherwise: some eight are judged.
const SEEDS: u64 = 60;
/// How many are on disk at a time.
const AT_ONCE: u64 = 256;
/// Seeds where Istio does otherwise, and nothing is mended yet; `docs/proof.md` says what.
const OPEN: [u64; 7] = [97, 739, 751, 764, 1224, 1231, 1324];

/// What came of the seeds.
#[derive(Default)]
struct Count {
    judged: usize,
    requests: usize,
    /// Requests of judged topologies that are not asked.
    by_address: usize,
    /// Topologies, by why they are not judged.
    left_out: BTreeMap<&'static str, usize>,
}

/// Judges all of them.
pub fn judge(istio: &Istio, table: &mut Table) {
    let first = number("MESHGEN_TOPOLOGIES_SEED").unwrap_or(0);
    let end = first + number("MESHGEN_TOPOLOGIES").unwrap_or(SEEDS);
    let mut count = Count::default();
    for from in (first..end).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let below = tempfile::tempdir().unwrap();
        let mut scenes: Vec<Scene> = Vec::new();
        for seed in from..end.min(from + AT_ONCE) {
            match asked(seed, istio, &mut count) {
                Ok(asked) => {
                    scenes.push(asked.write(format!("seed {seed}"), below.path().join(seed.to_string())));
                }
                Err(why) => *count.left_out.entry(why).or_default() += 1,
            }
        }
        asked::judge(istio, "generated topologies", &scenes, table);
    }
    let Count { judged, requests, by_address, left_out } = count;
    let left_out: Vec<_> = left_out.iter().map(|(why, number)| format!("{number} {why}")).collect();
    table.remark(format!(
        "{}: of {} generated topologies {judged} are judged, by {requests} requests ({by_address} to addresses of nobody \
         are not asked); left out: {}",
        istio.column(),
        end - first,
        left_out.join(", "),
    ));
}

/// A variable of the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The topology of a seed with all that its words promise something to; or why it is not for this judge.
fn asked(seed: u64, istio: &Istio, count: &mut Count) -> Result<Asked, &'static str> {
    if OPEN.contains(&seed) {
        return Err("with a known difference");
    }
    let files = wild::files(seed);
    let source = |(name, text): &(&str, String)| Source::new(*name, Found::Named, text.clone().into_bytes());
    let sources = Sources { texts: files.iter().map(source).collect(), ..Sources::default() };
    if meshgen::compile(&sources, &mut |_| ()).has_errors() {
        return Err("refused");
    }
    let sources = scene::pinned(sources, &istio.release).map_err(|_| "of other releases")?;
    let said = promised::Said::read(files.iter().map(|(_, text)| text.as_str()));
    let all: Vec<_> = promised::asked::all(&said).iter().map(|(asked, _)| asked.request()).collect();
    let requests: Vec<_> = all.iter().filter(|request| request.address.is_none()).cloned().collect();
    let (number, by_address) = (requests.len(), all.len() - requests.len());
    let asked = Asked::to(&sources, requests).unwrap();
    if let Some(why) = untold(asked.world()) {
        return Err(why);
    }
    count.judged += 1;
    count.requests += number;
    count.by_address += by_address;
    Ok(asked)
}

/// What of a world cannot be said to the judge.
fn untold(world: &World) -> Option<&'static str> {
    let clusters = || world.clusters.iter();
    let is_seen = |name: &String| clusters().any(|cluster| cluster.sees.contains(name));
    let is_name = |address: &String| address.parse::<IpAddr>().is_err();
    if clusters().any(|cluster| cluster.domain != DOMAIN) {
        return Some("with other domains");
    }
    if clusters().any(|cluster| cluster.registry.as_ref().is_some_and(|name| *name != cluster.name)) {
        return Some("with names of registries");
    }
    if clusters().flat_map(|cluster| &cluster.gateways).any(|gateway| !gateway.existing.is_empty()) {
        return Some("with servers that exist");
    }
    let by_name = clusters().filter(|cluster| is_seen(&cluster.name)).flat_map(|cluster| &cluster.gateways);
    if by_name.flat_map(|gateway| &gateway.addresses).any(is_name) {
        return Some("whose control planes must resolve names of gateways");
    }
    None
}
