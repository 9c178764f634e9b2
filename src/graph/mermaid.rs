//! The picture for Mermaid, which GitHub draws in Markdown.
//!
//! Enters: a picture. Leaves: a flowchart within GitHub's bounds. Refuses to know: browsers.

use std::collections::{BTreeMap, BTreeSet};

use super::MARK;
use super::arrow::{Drawing, Node};
use super::asked::{Kind, Picture};

/// More arrows, or a longer text, GitHub does not draw: Mermaid's `maxEdges` and `maxTextSize`.
const ARROWS: usize = 500;
const LENGTH: usize = 50_000;

/// A flowchart, and what is to be said if it is not the whole.
#[must_use]
pub fn draw(picture: &Picture) -> (String, Option<String>) {
    let drawing = Drawing::of(picture);
    if drawing.arrows.len() <= ARROWS {
        let text = whole(picture, &drawing);
        if text.len() <= LENGTH {
            return (text, None);
        }
    }
    let note = format!(
        "{} services are more than GitHub draws (at most {ARROWS} arrows): only what crosses between clusters is drawn, as \
         numbers; `--service NAME` draws some services, `-o mesh.html` all",
        picture.services.len()
    );
    (crossings(picture), Some(note))
}

fn whole(picture: &Picture, drawing: &Drawing) -> String {
    let ids: BTreeMap<&Node, String> =
        drawing.nodes.iter().enumerate().map(|(number, node)| (node, format!("n{number}"))).collect();
    let mut lines = vec![head()];
    for (number, cluster) in picture.clusters.iter().enumerate() {
        let own: Vec<&Node> = drawing.nodes.iter().filter(|node| node.cluster() == Some(number)).collect();
        if own.is_empty() {
            continue;
        }
        lines.push(format!("  subgraph s{number}[\"{}\"]\n", escaped(&cluster.name)));
        for node in own {
            lines.push(format!("    {}\n", shape(picture, node, &ids)));
        }
        lines.push("  end\n".to_owned());
    }
    for node in drawing.nodes.iter().filter(|node| node.cluster().is_none()) {
        lines.push(format!("  {}\n", shape(picture, node, &ids)));
    }
    for (ends, said) in &drawing.arrows {
        let (Some(from), Some(to)) = (ids.get(&ends.0), ids.get(&ends.1)) else { continue };
        let is_dead = matches!(ends.1, Node::Nobody { .. });
        let arrow = if is_dead {
            "-.->"
        } else if Drawing::crosses(ends) {
            "==>"
        } else {
            "-->"
        };
        let words = said.iter().map(|line| if line.is_empty() { "100 %" } else { line }).collect::<Vec<_>>();
        let label = match words.as_slice() {
            ["100 %"] => String::new(),
            words => format!("|\"{}\"|", escaped(&words.join(", "))),
        };
        lines.push(format!("  {from} {arrow}{label} {to}\n"));
    }
    lines.concat()
}

fn head() -> String {
    format!("%% {MARK}\nflowchart LR\n")
}

fn shape(picture: &Picture, node: &Node, ids: &BTreeMap<&Node, String>) -> String {
    let id = ids.get(node).cloned().unwrap_or_default();
    let label = escaped(&node.label(picture));
    match node {
        Node::Callers { .. } | Node::Outside { .. } => format!("{id}([\"{label}\"])"),
        Node::Version { .. } | Node::Other { .. } => format!("{id}[\"{label}\"]"),
        Node::Nobody { .. } => format!("{id}{{{{\"{label}\"}}}}"),
    }
}

/// A number of services for each pair of clusters.
fn crossings(picture: &Picture) -> String {
    let mut crossings: BTreeMap<(usize, usize), BTreeSet<&str>> = BTreeMap::new();
    for service in &picture.services {
        for asked in &service.asks {
            let Some(caller) = picture.callers.get(asked.caller) else { continue };
            let shares = picture.answers.get(asked.answer).map(|answer| answer.shares.as_slice());
            for share in shares.unwrap_or_default() {
                if let (Kind::Pods, Some(cluster)) = (share.kind, share.cluster)
                    && cluster != caller.cluster
                {
                    crossings.entry((caller.cluster, cluster)).or_default().insert(&service.name);
                }
            }
        }
    }
    let mut largest: Vec<((usize, usize), usize)> =
        crossings.into_iter().map(|(ends, services)| (ends, services.len())).collect();
    largest.sort_by_key(|(ends, services)| (usize::MAX - services, *ends));
    largest.truncate(ARROWS);
    let mut lines = vec![head()];
    for (number, cluster) in picture.clusters.iter().enumerate() {
        let services = picture.services.iter().filter(|service| service.runs.contains_key(&number)).count();
        lines.push(format!("  s{number}[\"{}, {services} services\"]\n", escaped(&cluster.name)));
    }
    for ((from, to), services) in largest {
        lines.push(format!("  s{from} ==>|\"{services} services\"| s{to}\n"));
    }
    lines.concat()
}

/// A text between quotes: whatever could mean something is a character code.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || " .,:/%@=~*+-_()?".contains(character) {
            out.push(character);
        } else {
            out.extend(["#", &u32::from(character).to_string(), ";"]);
        }
    }
    out
}
