//! The files of a run, by the clusters that they are for.

use meshgen::trace::object::BundleText;

use super::case::Files;

/// The cluster that the name of a file gives.
pub fn cluster_of(file: &str) -> &str {
    file.trim_end_matches(".yaml").trim_end_matches(".stand-ins")
}

/// Each file as a trace takes it.
pub fn texts(files: &Files) -> Vec<BundleText<'_>> {
    files.iter().map(|(file, text)| BundleText { cluster: cluster_of(file), file, text }).collect()
}
