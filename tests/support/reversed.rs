//! The same input in another order: the documents of a text reversed, and the entries of every mapping.
//!
//! Enters: a text of the input language. Leaves: another that must compile to the same bytes; nothing for a text with
//! anchors or tags, in which order may mean something, and for one that is no YAML.

use std::fmt::Write;

use saphyr_parser::{Event, Parser, ScalarStyle};

enum Node {
    /// Characters as they would stand in the text.
    Scalar(String),
    Sequence(Vec<Node>),
    Mapping(Vec<(String, Node)>),
}

/// The text in reverse order.
pub fn reversed(text: &str) -> Option<String> {
    let mut out = String::new();
    for document in documents(text)?.iter().rev() {
        out.push_str("---");
        write(document, 0, &mut out);
    }
    Some(out)
}

fn documents(text: &str) -> Option<Vec<Node>> {
    let mut documents = Vec::new();
    let mut open: Vec<(Node, Option<String>)> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.ok()?;
        let node = match event {
            Event::Scalar(text, ScalarStyle::Plain, 0, None) => Node::Scalar(text.into_owned()),
            Event::Scalar(text, _, 0, None) => Node::Scalar(serde_json::to_string(&text).ok()?),
            Event::SequenceStart(0, None) => {
                open.push((Node::Sequence(Vec::new()), None));
                continue;
            }
            Event::MappingStart(0, None) => {
                open.push((Node::Mapping(Vec::new()), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop()?.0,
            Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) | Event::Alias(_) => {
                return None;
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        match open.last_mut() {
            None => documents.push(node),
            Some((Node::Sequence(items), _)) => items.push(node),
            Some((Node::Mapping(entries), key)) => match (key.take(), node) {
                (Some(key), node) => entries.push((key, node)),
                (None, Node::Scalar(text)) => *key = Some(text),
                (None, Node::Sequence(_) | Node::Mapping(_)) => return None,
            },
            Some((Node::Scalar(_), _)) => return None,
        }
    }
    Some(documents)
}

/// Writes a node behind what names it, and ends its line.
fn write(node: &Node, column: usize, out: &mut String) {
    match node {
        Node::Scalar(text) => writeln!(out, " {text}").unwrap(),
        Node::Sequence(items) if items.is_empty() => out.push_str(" []\n"),
        Node::Mapping(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Node::Sequence(items) => {
            out.push('\n');
            for item in items {
                write!(out, "{:column$}-", "").unwrap();
                write(item, column + 2, out);
            }
        }
        Node::Mapping(entries) => {
            out.push('\n');
            for (key, value) in entries.iter().rev() {
                write!(out, "{:column$}{key}:", "").unwrap();
                write(value, column + 2, out);
            }
        }
    }
}
