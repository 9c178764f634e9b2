//! Lines that are no longer than a terminal is wide.
//!
//! Enters: a text, and what stands before it. Leaves: lines. Refuses to know: what they say.

/// Narrower is unreadable.
const LEAST: usize = 20;

/// The text behind its start; further lines are indented as far. Words are left whole.
pub(in crate::cli) fn wrapped(start: &str, text: &str, width: usize) -> String {
    let indent = start.chars().count();
    let room = width.saturating_sub(indent).max(LEAST);
    let (mut lines, mut line) = (String::from(start), String::new());
    // Two blanks in a row part columns, and stay.
    for word in text.split(' ') {
        let is_full = line.chars().count() + 1 + word.chars().count() > room;
        if is_full && !line.trim().is_empty() {
            lines.push_str(line.trim_end());
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            line.clear();
            line.push_str(word);
        } else {
            if !line.is_empty() || (word.is_empty() && !text.is_empty()) {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.push_str(line.trim_end());
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        let text = "to the gateway of cluster2, with the mesh's TLS";
        assert_eq!(
            wrapped("  b  ", text, 30),
            "  b  to the gateway of\n     cluster2, with the mesh's\n     TLS\n"
        );
        assert_eq!(wrapped("", "v1  cluster1", 80), "v1  cluster1\n");
        assert_eq!(
            wrapped("", "outbound_.9080_.v2_.reviews.default", 20),
            "outbound_.9080_.v2_.reviews.default\n"
        );
    }
}
