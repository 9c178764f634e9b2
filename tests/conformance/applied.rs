//! Every bundle is applied to a real API server: taken at once, unchanged the second time, taken server-side.
//!
//! Enters: the servers. Leaves: lines of the table, one a bundle. The bundles are those that cases expect, of all releases.

use std::path::Path;
use std::sync::Mutex;

use crate::kubectl::Kubectl;
use crate::support::case::{Case, DIAGNOSTICS};
use crate::table::Table;

/// The column.
pub const COLUMN: &str = "kubectl";

/// The newest release whose CRDs there are; a later one has fields that the server does not know.
const NEWEST: u32 = 32;

/// Applies every bundle, each alone.
pub fn judge(kubectl: &Kubectl, table: &mut Table) {
    let cases = Case::all();
    let queue = Mutex::new(cases.iter());
    let table = Mutex::new(table);
    std::thread::scope(|scope| {
        for context in kubectl.contexts() {
            let (queue, table) = (&queue, &table);
            scope.spawn(move || {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some(case) = next else { break };
                    judge_case(kubectl, &context, case, table);
                }
            });
        }
    });
}

fn judge_case(kubectl: &Kubectl, context: &str, case: &Case, table: &Mutex<&mut Table>) {
    let below = tempfile::tempdir().unwrap();
    let files = case.expected();
    for (file, text) in files.iter().filter(|(file, _)| *file != DIAGNOSTICS) {
        if release(text) > Some(NEWEST) {
            table.lock().unwrap().left_out(&case.name, COLUMN, &format!("newer than 1.{NEWEST}"));
            continue;
        }
        let path = below.path().join(file);
        std::fs::write(&path, text).unwrap();
        let judge = if file.ends_with(".stand-ins.yaml") { created } else { applied };
        let faults = judge(kubectl, context, &path);
        table.lock().unwrap().check(&case.name, COLUMN, file, &faults);
    }
}

/// Stand-ins are created, and a second time nothing happens to them.
fn created(kubectl: &Kubectl, context: &str, file: &Path) -> Vec<String> {
    let mut faults = kubectl.create(context, file).otherwise("create", &["created"]);
    let again = kubectl.create(context, file);
    let others = again.complaints.iter().filter(|line| !line.contains("(AlreadyExists)"));
    faults.extend(again.lines.iter().chain(others).map(|line| format!("create again: {line}")));
    kubectl.delete(context, file);
    faults
}

fn applied(kubectl: &Kubectl, context: &str, file: &Path) -> Vec<String> {
    let mut faults = kubectl.apply(context, file, &[]).otherwise("apply", &["created"]);
    faults.extend(kubectl.apply(context, file, &[]).otherwise("apply again", &["unchanged"]));
    faults.extend(
        kubectl.apply_server_side(context, file).otherwise("apply --server-side", &["serverside-applied"]),
    );
    kubectl.delete(context, file);
    faults
}

/// The 31 of a first line that names Istio 1.31.
fn release(text: &str) -> Option<u32> {
    let (_, release) = text.lines().next()?.split_once("(Istio 1.")?;
    release.split(|mark: char| !mark.is_ascii_digit()).next()?.parse().ok()
}
