//! Bundles with a fault: what real Istio does with them is what `meshgen trace` finds, dead ends included.
//!
//! Enters: a release of Istio. Leaves: lines of the table. The faults are those of `tests/translation`, and so are the questions.

use std::path::Path;

use crate::asked::{self, Asked, Scene};
use crate::istio::Istio;
use crate::table::Table;
use crate::translation::mutations::{self, CAUGHT, Fault, NOT_MET};

/// The row.
pub const ROW: &str = "bundles with a fault";

/// Judges every fault.
pub fn judge(istio: &Istio, table: &mut Table) {
    let below = tempfile::tempdir().unwrap();
    let faults: Vec<&Fault> = CAUGHT.iter().chain(NOT_MET.iter().map(|(fault, _)| fault)).collect();
    asked::judge(istio, ROW, &scenes(istio, &faults, below.path()), table);
}

/// Writes a scene for each fault, below a directory.
pub fn scenes(istio: &Istio, faults: &[&Fault], below: &Path) -> Vec<Scene> {
    let sound = Asked::of(&mutations::mesh(), istio).unwrap();
    let faults = faults.iter().enumerate();
    let write = |(index, fault): (usize, &&Fault)| {
        let broken = sound.with(|files| mutations::with(files, fault));
        broken.write(fault.to_string(), below.join(index.to_string()))
    };
    faults.map(write).collect()
}
