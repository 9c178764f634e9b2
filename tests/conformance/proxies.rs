//! Envoy takes what Istio makes of every case: listeners, routes and clusters of the callers and of all gateways.
//!
//! Enters: a release of Istio, and Envoy. Leaves: lines of the table. Istio's own filters are taken out: only Istio's build of
//! Envoy has them. What is left is what bundles decide about: filter chains, SNI and their aliases, matches, expressions.
//! So that it is known that Envoy looks: of bundles with a fault it refuses those whose gateway would know one name twice.

use std::path::Path;

use serde_json::Value;

use crate::envoy::Envoy;
use crate::faults;
use crate::istio::Istio;
use crate::scene::Scenes;
use crate::table::Table;
use crate::translation::mutations::{CAUGHT, Fault};

/// The column.
pub const COLUMN: &str = "envoy";

/// What a trace calls that.
const TWICE: &str = "error:listener-rejected";

/// Judges the proxies of every case.
pub fn judge(istio: &Istio, envoy: &Envoy, table: &mut Table) {
    let below = tempfile::tempdir().unwrap();
    let Scenes { scenes, left_out: _ } = Scenes::of(istio, below.path());
    let directories: Vec<&Path> = scenes.values().map(|scene| scene.directory.as_path()).collect();
    let proxies = match istio.bootstraps(&directories) {
        Ok(proxies) => proxies,
        Err(why) => return table.broken(COLUMN, &why),
    };
    let (names, bootstraps): (Vec<_>, Vec<_>) =
        proxies.into_iter().map(|proxy| ((proxy.scene, proxy.proxy), proxy.bootstrap)).unzip();
    for ((scene, proxy), refusal) in names.iter().zip(envoy.refusals(&bootstraps)) {
        let case = scene.file_name().and_then(|name| name.to_str()).unwrap();
        table.check(case, COLUMN, proxy, refusal.as_slice());
    }
}

/// Judges the proxies of such faults.
pub fn judge_refused(istio: &Istio, envoy: &Envoy, table: &mut Table) {
    let below = tempfile::tempdir().unwrap();
    let refused: Vec<&Fault> = CAUGHT.iter().filter(|fault| fault.found == TWICE).collect();
    for scene in &faults::scenes(istio, &refused, below.path()) {
        let proxies = match istio.bootstraps(&[&scene.directory]) {
            Ok(proxies) => proxies,
            Err(why) => return table.broken(COLUMN, &why),
        };
        let bootstraps: Vec<Value> = proxies.into_iter().map(|proxy| proxy.bootstrap).collect();
        let is_refused = envoy.refusals(&bootstraps).iter().any(Option::is_some);
        let faults = if is_refused { Vec::new() } else { vec!["Envoy takes it".to_owned()] };
        table.check(faults::ROW, COLUMN, &scene.name, &faults);
    }
}
