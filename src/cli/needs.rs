//! `meshgen needs`: what each cluster must provide.
//!
//! Enters: paths. Leaves: a list for people, or JSON for programs, on stdout. Refuses to know: why something is needed.

use std::fmt::Write as _;

use serde_json::json;

use super::arguments::Needs;
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, load, shell, stream};
use crate::needs::{ClusterNeeds, Command, Need};

/// Prints the needs of all clusters, or of one.
pub(super) fn run(arguments: &Needs, reporter: &Reporter) -> Result<Ending, Failure> {
    let Needs { inputs, cluster: wanted } = arguments;
    let loaded = load::load(&inputs.paths, inputs.limits(), load::DEFAULT_OUTPUT.as_ref())?;
    let outcome = loaded.needed();
    let failure = match outcome.value {
        Some(clusters) if !reporter.denies(&outcome.findings) => {
            print(clusters, wanted.as_deref(), reporter).err()
        }
        Some(_) | None => None,
    };
    Ok(reporter.report(outcome.findings, &loaded.sources, failure.as_ref()))
}

fn print(
    mut clusters: Vec<ClusterNeeds>,
    wanted: Option<&str>,
    reporter: &Reporter,
) -> Result<Ending, Failure> {
    if let Some(wanted) = wanted {
        let names: Vec<String> = clusters.iter().map(|cluster| cluster.cluster.clone()).collect();
        clusters.retain(|cluster| cluster.cluster == wanted);
        if clusters.is_empty() {
            return Err(Failure::no_cluster(wanted, &names));
        }
    }
    let text = if reporter.is_json() { for_programs(&clusters) } else { for_people(&clusters) };
    stream::data(text.as_bytes())
}

fn for_people(clusters: &[ClusterNeeds]) -> String {
    let mut text = String::new();
    for (index, ClusterNeeds { cluster, release, needs }) in clusters.iter().enumerate() {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "{}{cluster} (Istio {release})", if index > 0 { "\n" } else { "" });
        if needs.is_empty() {
            text.push_str("  nothing: it neither calls others nor is called by them\n");
        }
        for Need { topic, what, otherwise, commands } in needs {
            let _ = writeln!(text, "  {topic}: {what}");
            let _ = writeln!(text, "    otherwise: {otherwise}");
            for Command { changes, words } in commands {
                let _ = writeln!(text, "    {}  {}", if *changes { "do  " } else { "look" }, line(words));
            }
        }
    }
    text
}

fn for_programs(clusters: &[ClusterNeeds]) -> String {
    let need = |Need { topic, what, otherwise, commands }: &Need| {
        let commands = commands.iter().map(
            |Command { changes, words }| json!({"changes": changes, "words": words, "line": line(words)}),
        );
        json!({
            "topic": topic,
            "what": what,
            "otherwise": otherwise,
            "commands": commands.collect::<Vec<_>>(),
        })
    };
    let cluster = |ClusterNeeds { cluster, release, needs }: &ClusterNeeds| json!({"cluster": cluster, "istio": release, "needs": needs.iter().map(need).collect::<Vec<_>>()});
    let clusters: Vec<_> = clusters.iter().map(cluster).collect();
    format!("{:#}\n", json!({ "clusters": clusters }))
}

fn line(words: &[String]) -> String {
    words.iter().map(|word| shell::word(word)).collect::<Vec<_>>().join(" ")
}
