//! The objects of clusters that a finding is about, one a line: cluster, object, what is to be said.
//!
//! Enters: objects, and the columns of the terminal. Leaves: lines. Refuses to know: what is wrong.

use crate::diagnostic::brief::brief;
use crate::diagnostic::{Spot, escape};

/// Columns of clusters and objects; where a line would be too long, what is to be said stands below its object.
pub(super) fn lines(spots: &[Spot], width: usize) -> String {
    let shown: Vec<[String; 3]> = spots
        .iter()
        .map(|Spot { cluster, object, text }| {
            [cluster, object, text].map(|text| escape::line(&brief(text)).into_owned())
        })
        .collect();
    let longest = |column: fn(&[String; 3]) -> &String| {
        shown.iter().map(|spot| column(spot).chars().count()).max().unwrap_or(0)
    };
    let (clusters, objects) = (longest(|[cluster, _, _]| cluster), longest(|[_, object, _]| object));
    let indent = clusters + 6;
    let mut lines = String::new();
    for [cluster, object, text] in &shown {
        let start = format!("   {cluster:<clusters$}  {object}");
        let gap = indent.saturating_sub(1) + objects + 2;
        if text.is_empty() {
            lines.push_str(&start);
        } else if gap + text.chars().count() <= width {
            lines.push_str(&format_columns(&start, gap, text));
        } else {
            lines.push_str(&start);
            for line in wrapped(text, width.saturating_sub(indent + 2).max(20)) {
                lines.push('\n');
                lines.push_str(&" ".repeat(indent + 1));
                lines.push_str(&line);
            }
        }
        lines.push('\n');
    }
    lines
}

fn format_columns(start: &str, gap: usize, text: &str) -> String {
    format!("{start:<gap$}{text}")
}

/// Words in lines of so many columns; a longer word stands alone.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
