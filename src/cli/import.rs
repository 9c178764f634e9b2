//! `meshgen import`: inputs out of what runs.
//!
//! Enters: dumps of clusters. Leaves: one YAML text on stdout or in a file, words on stderr. Refuses to know: what is in dumps.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use super::arguments::Import;
use super::failure::{Failure, shown};
use super::report::Reporter;
use super::{Ending, dumps, stream};
use crate::diagnostic::escape;
use crate::import::Imported;
use crate::source::Sources;

/// What a dump has to hold, as a line for a shell.
const KINDS: &str = "kubectl get nodes,namespaces,services,endpointslices,pods,deployments,statefulsets,daemonsets,\
virtualservices.networking.istio.io,destinationrules.networking.istio.io,serviceentries.networking.istio.io,\
workloadentries.networking.istio.io,gateways.networking.istio.io,sidecars.networking.istio.io,\
envoyfilters.networking.istio.io,peerauthentications.security.istio.io -A -o yaml \
&& echo --- && kubectl get configmap istio -n istio-system -o yaml\n";

/// Prints the inputs of what runs, or what to dump for that.
pub(super) fn run(arguments: &Import, reporter: &Reporter) -> Result<Ending, Failure> {
    let Import { words, bounds, output, kinds } = arguments;
    if *kinds {
        return stream::data(KINDS.as_bytes());
    }
    let Some(named) = dumps::named(words)? else {
        let path = words.first().map(|path| shown(path)).unwrap_or_default();
        return Err(Failure::new(format!("`{path}` names no cluster"))
            .help("name the cluster of each dump, as in `cluster1=dump.yaml`; `meshgen import --kinds` prints what to dump"));
    };
    let mut inventory = dumps::collect(&named, &bounds.limits())?.inventory();
    let mut findings = std::mem::take(&mut inventory.findings);
    if reporter.denies(&findings) {
        return Ok(reporter.report(findings, &Sources::default(), None));
    }
    let mut imported = crate::imported(&inventory);
    findings.append(&mut imported.findings);
    match output {
        Some(path) => create(path, &imported.text)?,
        None => drop(stream::data(imported.text.as_bytes())?),
    }
    let ending = reporter.report(findings, &Sources::default(), None);
    reporter.say(&words_of(&imported, output.as_deref()));
    Ok(ending)
}

/// Writes a file that was not there.
fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Failure::new(format!("{} exists already", shown(path)))
                .help("what is in it may be somebody's work: name another file, or remove it");
        }
        Failure::system("write", path, &error)
    };
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a text is of no use.
        let _ = std::fs::remove_file(path);
        Failure::system("write", path, &error)
    })
}

/// What there is to say, a line each.
fn words_of(imported: &Imported, output: Option<&Path>) -> String {
    let Imported { text: _, open, findings: _, retire, carries } = imported;
    let mut lines: Vec<(&str, String)> = Vec::new();
    for (path, known, line) in open {
        let file = output.map(|path: &Path| format!("{}:", shown(path))).unwrap_or_default();
        let place = if output.is_some() { format!("{file}{line}") } else { format!("line {line}") };
        let known = if known.is_empty() { String::new() } else { format!(": {known}") };
        lines.push(("TODO", format!("{path}{known} ({place})")));
    }
    lines.extend(retire.iter().map(|line| ("retire", line.clone())));
    lines.push(("import", carries.clone()));
    let written = |(topic, what): (&str, String)| format!("{topic:<9} {}\n", escape::line(&what));
    lines.into_iter().map(written).collect()
}
