//! What callers are promised, as text: a line for each destination, by cluster of callers.
//!
//! Enters: the promises of a service at a time. Leaves: lines that people and tests read. Refuses to know: objects.

use crate::diagnostic::join;
use crate::model::{Callers, Pick};
use crate::plan::{Nowhere, Promise, ServicePlan, View, Way};

/// A line, and the cluster of the callers that it is about.
pub struct Line {
    caller: String,
    text: String,
}

/// What callers of all clusters are promised of a service, whoever's rules lead there.
pub fn of(view: &View<'_>, plan: &ServicePlan<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for class in &plan.classes {
        let said: Vec<String> = class.of_service.iter().map(|promise| shown(view, promise)).collect();
        for cluster in class.clusters() {
            let line = |text: &String| Line { caller: cluster.name.clone(), text: text.clone() };
            lines.extend(said.iter().map(line));
        }
    }
    lines
}

/// All lines, by cluster of callers; services in order of namespace and name.
#[must_use]
pub fn text(mut lines: Vec<Line>) -> String {
    lines.sort_by(|one, other| one.caller.cmp(&other.caller));
    let lines =
        lines.into_iter().map(|Line { caller, text }| [caller, ": ".to_owned(), text, "\n".to_owned()]);
    lines.flatten().collect()
}

/// `reviews v2 port 9080: cluster2 by sni, as reviews.default.global subset v2--cluster2`
fn shown(view: &View<'_>, promise: &Promise<'_>) -> String {
    let service = promise.service;
    let version = match promise.pick {
        Pick::Any => "any",
        Pick::Version(id) => service.version(id).map_or("", |version| version.name.as_str()),
    };
    let ports = join(promise.ports.iter().map(u16::to_string), "and");
    let asked = format!("{service} {version} port {ports}");
    if let Some(why) = promise.broken {
        let why = match why {
            Nowhere::Closed => "the clusters that run it have no gateway",
            Nowhere::Drained => "the clusters that run it are drained",
            Nowhere::Absent => "no cluster that is meant runs it",
        };
        return format!("{asked}: nobody, because {why}");
    }
    let clusters = join(promise.clusters(view).map(|cluster| cluster.name.clone()), "or");
    let subset = promise.subset.as_ref().map(|subset| format!(" subset {subset}")).unwrap_or_default();
    let seen = match &promise.seen_by {
        Callers::All => String::new(),
        Callers::Namespaces(names) => format!(", seen in {}", join(names.iter().cloned(), "and")),
    };
    format!("{asked}: {clusters} {}, as {}{subset}{seen}", by(promise.way), promise.host)
}

fn by(way: Way) -> &'static str {
    match way {
        Way::Local => "itself",
        Way::Sni => "by sni",
        Way::Rewrite => "by rewrite",
        Way::Merged => "by merged",
        Way::Discovery => "by discovery",
    }
}
