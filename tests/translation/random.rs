//! Random meshes keep their promises: from every cluster, to every service and port, for requests that meet each rule and
//! for those that just miss it, by the plain and by the shared remote name.

use proptest::prelude::{ProptestConfig, any};
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::support::case::DIAGNOSTICS;
use crate::support::compiled::compile;
use crate::translation::followed;
use crate::translation::mesh::Mesh;
use crate::translation::tape::Tape;

/// How many meshes.
const MESHES: u32 = 400;
/// Numbers that are enough for the largest mesh.
const LENGTH: usize = 400;

#[test]
fn random_meshes_keep_their_promises() {
    let config = ProptestConfig { cases: MESHES, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(
        &proptest::collection::vec(any::<u32>(), LENGTH),
        |numbers| {
            let mesh = Tape::new(&numbers).mesh();
            match broken(&mesh).as_slice() {
                [] => Ok(()),
                [first, ..] => Err(TestCaseError::fail(format!("{first}\n{}", written(&mesh)))),
            }
        },
    );
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(TestError::Abort(reason)) => panic!("gave up: {reason}"),
    }
}

/// The promises of a mesh that its bundles do not keep, or why there are no bundles.
fn broken(mesh: &Mesh) -> Vec<String> {
    let mut files = compile(&mesh.sources());
    match files.remove(DIAGNOSTICS) {
        Some(findings) if findings.contains("error MG") => vec![findings],
        Some(_) | None => followed::broken(mesh, &files),
    }
}

fn written(mesh: &Mesh) -> String {
    mesh.sources().texts.iter().map(|source| source.text().to_owned() + "\n").collect()
}
