//! The picture for Graphviz.
//!
//! Enters: a picture. Leaves: a directed graph in DOT. Refuses to know: how it is laid out.

use std::collections::BTreeMap;

use super::MARK;
use super::arrow::{Drawing, Node};
use super::asked::Picture;

/// The whole, however large.
#[must_use]
pub fn draw(picture: &Picture) -> String {
    let drawing = Drawing::of(picture);
    let ids: BTreeMap<&Node, String> =
        drawing.nodes.iter().enumerate().map(|(number, node)| (node, format!("n{number}"))).collect();
    let mut lines = vec![
        format!("// {MARK}\ndigraph mesh {{\n  rankdir=LR;\n"),
        "  node [shape=box, fontname=\"sans-serif\"];\n".to_owned(),
        "  edge [fontname=\"sans-serif\", fontsize=10];\n".to_owned(),
    ];
    for (number, cluster) in picture.clusters.iter().enumerate() {
        let own: Vec<&Node> = drawing.nodes.iter().filter(|node| node.cluster() == Some(number)).collect();
        if own.is_empty() {
            continue;
        }
        lines.push(format!("  subgraph cluster_{number} {{\n    label={};\n", quoted(&cluster.name)));
        for node in own {
            lines.push(format!("    {}", shape(picture, node, &ids)));
        }
        lines.push("  }\n".to_owned());
    }
    for node in drawing.nodes.iter().filter(|node| node.cluster().is_none()) {
        lines.push(format!("  {}", shape(picture, node, &ids)));
    }
    for (ends, said) in &drawing.arrows {
        let (Some(from), Some(to)) = (ids.get(&ends.0), ids.get(&ends.1)) else { continue };
        let mut attributes = Vec::new();
        let words: Vec<&str> = said.iter().map(|line| if line.is_empty() { "100 %" } else { line }).collect();
        if words != ["100 %"] {
            attributes.push(format!("label={}", quoted(&words.join("\n"))));
        }
        if Drawing::crosses(ends) {
            attributes.push("penwidth=2".to_owned());
        }
        if matches!(ends.1, Node::Nobody { .. }) {
            attributes.push("color=red, style=dashed".to_owned());
        }
        lines.push(match attributes.as_slice() {
            [] => format!("  {from} -> {to};\n"),
            attributes => format!("  {from} -> {to} [{}];\n", attributes.join(", ")),
        });
    }
    lines.push("}\n".to_owned());
    lines.concat()
}

fn shape(picture: &Picture, node: &Node, ids: &BTreeMap<&Node, String>) -> String {
    let form = match node {
        Node::Callers { .. } | Node::Outside { .. } => ", shape=oval",
        Node::Version { .. } | Node::Other { .. } => "",
        Node::Nobody { .. } => ", shape=hexagon, color=red",
    };
    let id = ids.get(node).cloned().unwrap_or_default();
    format!("{id} [label={}{form}];\n", quoted(&node.label(picture)))
}

/// A string of DOT.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
