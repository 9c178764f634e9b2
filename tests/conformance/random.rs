//! Random meshes: real Istio does with their bundles what `meshgen trace` finds.
//!
//! Enters: a release of Istio. Leaves: lines of the table. The meshes are of the kind of `tests/translation`, which holds the same
//! traces against what the words of the language promise.

use crate::asked::{self, Asked, Scene};
use crate::istio::Istio;
use crate::table::Table;
use crate::translation::mesh::Mesh;
use crate::translation::tape::Tape;

/// How many.
const MESHES: u32 = 24;
/// Numbers that are enough for the largest.
const LENGTH: u32 = 400;

/// Judges all of them.
pub fn judge(istio: &Istio, table: &mut Table) {
    let below = tempfile::tempdir().unwrap();
    let write = |index: u32| -> Option<Scene> {
        let asked = Asked::of(&mesh(index), istio)?;
        Some(asked.write(format!("mesh {index}"), below.path().join(index.to_string())))
    };
    let scenes: Vec<Scene> = (0..MESHES).filter_map(write).collect();
    asked::judge(istio, "random meshes", &scenes, table);
}

/// The same one in every run. Istio's test servers know one domain.
fn mesh(index: u32) -> Mesh {
    let mut state = u64::from(index) << 32 | 0x9E37_79B9;
    let numbers: Vec<u32> = (0..LENGTH)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u32::try_from(state >> 32).unwrap()
        })
        .collect();
    let mut mesh = Tape::new(&numbers).mesh();
    for cluster in &mut mesh.clusters {
        cluster.domain = None;
    }
    mesh
}
