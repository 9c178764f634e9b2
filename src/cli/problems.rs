//! The words for what is found in the file system.
//!
//! Enters: the facts. Leaves: findings. Refuses to know: how the facts were found.

use std::path::Path;

use super::failure::shown;
use super::write::Difference;
use crate::diagnostic::{Code, Finding};
use crate::source::At;

/// An entry of an `include` that leads nowhere.
pub(super) fn include_matches_nothing(entry: &At<String>, neighbour: Option<&str>) -> Finding {
    let finding = Finding::new(Code::MG0150, format!("`{}` matches no file", entry.value))
        .at(entry.place, "no such file, seen from this one");
    match neighbour {
        Some(path) => finding.help(format!("did you mean `{path}`?")),
        None => {
            finding.help("an entry is relative to the file that has it; `*` stands for any part of a name")
        }
    }
}

/// A file of an earlier run that no cluster of this one has.
pub(super) fn left_over(file: &Path) -> Finding {
    Finding::new(Code::MG0610, format!("`{}` is left from an earlier run", shown(file)))
        .help("delete its objects from the cluster if they are still there, then run again with `--prune`")
}

/// What `--check` is there to find.
pub(super) fn out_of_date(directory: &Path, differences: &[Difference]) -> Finding {
    let list: Vec<String> = differences.iter().map(Difference::to_string).collect();
    Finding::new(Code::MG0611, format!("`{}` is not what the inputs give", shown(directory)))
        .help(format!("run `meshgen build` without `--check`\n{}", list.join("\n")))
}
