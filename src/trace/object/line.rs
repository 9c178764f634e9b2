//! On which line things stand in a bundle.
//!
//! Enters: the text of one file. Leaves: its documents, and lines of items of a list in one. Refuses to know: what the
//! documents say.

use saphyr_parser::{Event, Parser};

use super::Unreadable;

/// One document of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Document<'a> {
    /// Its text, comments included.
    pub(super) text: &'a str,
    /// The line of its first field in the file, from 1.
    pub(super) line: usize,
    /// The lines of the file before it.
    before: usize,
}

impl Document<'_> {
    /// Whether its object may be of a kind, as far as the text shows without being read.
    pub(super) fn may_be(&self, kind: &str) -> bool {
        let said = |said: &str| said.split(" #").next().unwrap_or(said).trim() == kind;
        let says = |line: &str| line.strip_prefix("kind:").is_some_and(said);
        self.text.trim_start().starts_with(['{', '"']) || self.text.lines().any(says)
    }

    /// Whether its object is one of Istio's, as far as the text shows.
    pub(super) fn is_of_istio(&self) -> bool {
        self.text.lines().any(|line| line.starts_with("apiVersion:") && line.contains(".istio.io/"))
    }

    /// What is wrong with it.
    pub(super) fn unreadable(&self, file: &str, reason: &serde_yaml::Error) -> Unreadable {
        Unreadable::Broken { file: file.to_owned(), line: self.line, reason: reason.to_string() }
    }
}

/// The documents of a file, divided where a line is `---`.
pub(super) fn documents(text: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut before, mut first) = (0, 0, None);
    let mut offset = 0;
    let mut line = 0;
    let mut close = |start: usize, end: usize, before: usize, first: Option<usize>| {
        if let (Some(line), Some(text)) = (first, text.get(start..end)) {
            documents.push(Document { text, line, before });
        }
    };
    for words in text.split_inclusive('\n') {
        line += 1;
        if words.trim_end() == "---" {
            close(start, offset, before, first);
            (start, before, first) = (offset + words.len(), line, None);
        } else if first.is_none() && !words.trim().is_empty() && !words.starts_with('#') {
            first = Some(line);
        }
        offset += words.len();
    }
    close(start, text.len(), before, first);
    documents
}

/// The lines in the file of each item of the list at a path of keys; none if there is no such list.
pub(super) fn of_items(document: &Document<'_>, path: &[&str]) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(document.text) {
        let Ok((event, span)) = event else { break };
        let opens = match &event {
            Event::MappingStart(..) => Some(Open::Map(None)),
            Event::SequenceStart(..) => Some(Open::List),
            Event::Scalar(..) | Event::Alias(_) | Event::MappingEnd | Event::SequenceEnd => None,
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        if matches!(event, Event::MappingEnd | Event::SequenceEnd) {
            open.pop();
        } else if let (Some(Open::Map(key @ None)), Event::Scalar(text, ..)) = (open.last_mut(), &event) {
            *key = Some(text.to_string());
            continue;
        } else if is_list_at(path, &open) {
            lines.push(document.before + span.start.line());
        }
        match opens {
            Some(opens) => open.push(opens),
            // A value is complete: next in the map around it is a key.
            None => {
                if let Some(Open::Map(key)) = open.last_mut() {
                    *key = None;
                }
            }
        }
    }
    lines
}

/// A collection that has begun and not ended.
enum Open {
    /// A map, at the value of this key, or at a key.
    Map(Option<String>),
    /// A list.
    List,
}

fn is_list_at(path: &[&str], open: &[Open]) -> bool {
    let Some((Open::List, maps)) = open.split_last() else { return false };
    maps.len() == path.len()
        && maps.iter().zip(path).all(|(map, wanted)| match map {
            Open::Map(key) => key.as_deref() == Some(*wanted),
            Open::List => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Generated
# why
kind: A
spec:
  hosts: [x]
  http:
  - match:
    - uri: {exact: /}
    route: []
  - route: [1, 2]
---
# only a comment
---
kind: B
";

    #[test]
    fn documents_know_their_first_line() {
        let lines: Vec<_> = documents(TEXT).iter().map(|document| document.line).collect();
        assert_eq!(lines, [3, 14]);
    }

    #[test]
    fn items_know_their_line() {
        let documents = documents(TEXT);
        assert_eq!(of_items(&documents[0], &["spec", "http"]), [7, 10]);
        assert_eq!(of_items(&documents[0], &["spec", "hosts"]), [5]);
        assert_eq!(of_items(&documents[0], &["spec", "tcp"]), [0; 0]);
    }
}
