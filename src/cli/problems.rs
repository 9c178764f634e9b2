//! The words for what is found in the file system.
//!
//! Enters: the facts. Leaves: findings. Refuses to know: how the facts were found.

use std::path::Path;

use super::failure::shown;
use super::write::objects::{all_deletions, deletions};
use super::write::{Difference, Stale};
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

/// A path that leaves the directory that was named. Nothing of it is read.
pub(super) fn leads_outside(entry: Option<&At<String>>, path: &Path, root: &Path) -> Finding {
    let (path, root) = (shown(path), shown(root));
    let finding = Finding::new(Code::MG0162, format!("`{path}` leads out of `{root}`"));
    let finding = match entry {
        Some(entry) => finding.at(entry.place, "not read"),
        None => finding,
    };
    finding.help(format!(
        "name it on the command line, beside `{root}`; or let includes and links lead anywhere: `--allow-include-outside`"
    ))
}

/// A pipe or a device.
pub(super) fn special_file(entry: &At<String>, path: &Path) -> Finding {
    Finding::new(Code::MG0162, format!("`{}` is not a regular file", shown(path)))
        .at(entry.place, "not read")
        .help("include files and directories; a pipe can be named on the command line")
}

/// A file that is not called like an input.
pub(super) fn no_input(entry: &At<String>, path: &Path) -> Finding {
    Finding::new(Code::MG0162, format!("`{}` is not called like an input", shown(path)))
        .at(entry.place, "not read")
        .help("inputs are named *.yaml, *.yml or *.json")
}

/// A file of an earlier run that no cluster of this one has.
pub(super) fn left_over(stale: &Stale, context: &str) -> Finding {
    let Stale { path, mark, objects, is_last } = stale;
    let finding = Finding::new(Code::MG0610, format!("`{}` is left from an earlier run", shown(path)));
    let commands =
        if *is_last { all_deletions(context, &mark.mesh, objects) } else { deletions(context, objects) };
    if commands.is_empty() {
        return finding.help("its objects are in other files now: run again with `--prune`");
    }
    finding.help(format!(
        "delete its objects from the cluster if they are still there, then run again with `--prune`:\n{}",
        commands.join("\n")
    ))
}

/// A file of ours under another name than we gave it.
pub(super) fn copy(path: &Path) -> Finding {
    Finding::new(Code::MG0620, format!("`{}` is a copy of a bundle", shown(path)))
        .help("whoever applies the directory applies it, too: move it away if that is not meant")
}

/// What `--check` is there to find.
pub(super) fn out_of_date(directory: &Path, differences: &[Difference]) -> Finding {
    let list: Vec<String> = differences.iter().map(Difference::to_string).collect();
    let is_stale = |difference: &Difference| matches!(difference, Difference::LeftOver(..));
    let remedy = match (differences.iter().any(is_stale), differences.iter().all(is_stale)) {
        (_, true) => "run `meshgen build --prune`, once the objects of what is left are deleted",
        (true, false) => "run `meshgen build --prune` without `--check`",
        (false, false) => "run `meshgen build` without `--check`",
    };
    let elsewhere = if directory.is_dir() {
        ""
    } else {
        "; there is no such directory, seen from the working directory: `--output` names another"
    };
    Finding::new(Code::MG0611, format!("`{}` is not what the inputs give", shown(directory)))
        .help(format!("{remedy}{elsewhere}\n{}", list.join("\n")))
}
