//! Tables, as Markdown that also reads well in a terminal.
//!
//! Enters: a head and rows of cells. Leaves: lines of equal length. Refuses to know: what the cells say.

/// With a line for the head; nothing if there are no rows.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let widths: Vec<usize> = head
        .iter()
        .enumerate()
        .map(|(column, head)| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(head.chars().count())
        })
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| -> String {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!(" {cell:<width$} ")).collect();
        format!("|{}|\n", padded.join("|"))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
    let mut text = line(&mut head.iter().copied()) + "|" + &rule.join("|") + "|\n";
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

/// Characters of its longest line.
pub(super) fn width(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [vec!["reviews:9080".to_owned(), "v1".to_owned()], vec!["a:1".to_owned(), "–".to_owned()]];
        let expected = "\
| service      | gets |
|--------------|------|
| reviews:9080 | v1   |
| a:1          | –    |
";
        assert_eq!(table(&["service", "gets"], &rows), expected);
        assert_eq!(width(expected), 23);
    }
}
