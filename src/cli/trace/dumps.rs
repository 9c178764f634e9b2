//! Dumps of clusters instead of inputs: `cluster1=dump.yaml`.
//!
//! Enters: words of the command line, files. Leaves: what the dumps say. Refuses to know: what is in them.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use crate::cli::arguments::Trace;
use crate::cli::failure::{Failure, shown};
use crate::diagnostic::escape;
use crate::dump::{Dumps, State, Unreadable};
use crate::trace::report;
use crate::trace::report::End;
use crate::trace::world::World;

/// A dump, and the cluster that it is of.
pub(super) struct Named {
    cluster: String,
    path: PathBuf,
}

/// The dumps that are named; nothing if inputs are.
pub(super) fn named(arguments: &Trace, paths: &[PathBuf]) -> Result<Option<Vec<Named>>, Failure> {
    let named: Vec<_> = paths.iter().map(|path| dump(path)).collect();
    let Some(at) = named.iter().position(Option::is_some) else { return Ok(None) };
    if let Some((path, _)) = paths.iter().zip(&named).find(|(_, named)| named.is_none()) {
        let dump = paths.get(at).map(|path| shown(path)).unwrap_or_default();
        return Err(Failure::new(format!("`{dump}` is a dump, and `{}` an input", shown(path)))
            .help("dumps say all there is: leave out the inputs; or name the cluster of each dump, as in `cluster1=dump.yaml`"));
    }
    if arguments.bundles.is_some() {
        return Err(Failure::new("dumps have their own objects, and `--bundles` names others")
            .help("leave out `--bundles`"));
    }
    let stdin = |named: &&Named| named.path == Path::new("-");
    let named: Vec<_> = named.into_iter().flatten().collect();
    if named.iter().filter(stdin).count() > 1 {
        return Err(Failure::new("stdin holds one dump").help("write the others to files"));
    }
    Ok(Some(named))
}

/// `cluster1=dump.yaml`, unless there is such a file.
fn dump(word: &Path) -> Option<Named> {
    let (cluster, path) = word.to_str()?.split_once('=')?;
    let is_label = !cluster.is_empty()
        && cluster.len() <= 63
        && cluster.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !cluster.starts_with('-')
        && !cluster.ends_with('-');
    (is_label && !path.is_empty() && !word.exists())
        .then(|| Named { cluster: cluster.to_owned(), path: PathBuf::from(path) })
}

/// Reads them, an object at a time.
pub(super) fn read(named: &[Named], limit: usize) -> Result<State, Failure> {
    let mut dumps = Dumps::default();
    for Named { cluster, path } in named {
        if path == Path::new("-") {
            dumps.read(cluster, "<stdin>", io::stdin().lock(), limit).map_err(failure)?;
            continue;
        }
        if path.is_dir() {
            let (path, cluster) = (shown(path), escape::line(cluster));
            return Err(Failure::new(format!("{path} is a directory, and no dump")).help(format!(
                "name the files in it, each with its cluster: `{cluster}={path}/services.yaml …`"
            )));
        }
        let file = File::open(path).map_err(|error| Failure::system("read", path, &error))?;
        dumps.read(cluster, &path.to_string_lossy(), BufReader::new(file), limit).map_err(failure)?;
    }
    Ok(dumps.state())
}

fn failure(Unreadable { message, help }: Unreadable) -> Failure {
    Failure { message, help }
}

/// What lies behind the ends of a trace, where the dumps do not say it.
pub(super) fn beyond(world: &World, trace: &report::Trace) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for share in &trace.shares {
        let note = match &share.end {
            End::External { address, mesh: true } => {
                format!("{address} is no gateway in these dumps: what is behind it is not known")
            }
            End::Pods { cluster, workload, app: _, version: _, port: _ }
                if is_gateway(world, cluster, workload) =>
            {
                format!("{workload} in {cluster} is a gateway: what it makes of the request is not followed")
            }
            End::External { address: _, mesh: false }
            | End::Pods { .. }
            | End::Redirect { .. }
            | End::Direct { .. }
            | End::Passthrough
            | End::Dead { .. } => continue,
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// Whether pods stand behind the Service of a gateway.
fn is_gateway(world: &World, cluster: &str, workload: &str) -> bool {
    let Some(cluster) = world.cluster(cluster) else { return false };
    cluster.services.iter().any(|service| {
        service.workloads.iter().any(|pods| pods.name == workload)
            && cluster
                .gateways
                .iter()
                .any(|gateway| gateway.name == service.name && gateway.namespace == service.namespace)
    })
}
