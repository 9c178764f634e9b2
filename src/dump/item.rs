//! Where an object of a YAML dump begins and ends.
//!
//! Enters: lines. Leaves: the text of one object at a time: a document, or an item of a list. Refuses to know: what an object
//! says. A list is divided by its layout, so that no more than one item of it is ever in memory.

use std::io::BufRead;

use serde::de::DeserializeOwned;

use super::{HELP, Unreadable};

/// The text of one object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    /// YAML, or JSON.
    pub(super) text: &'a str,
    /// Whether it is JSON.
    pub(super) json: bool,
    /// The path of it in the dump: `items[17]`, or `line 12`.
    pub(super) path: &'a str,
}

impl Item<'_> {
    /// The fields that a type asks for; others are skipped. What is wrong is said without the text.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        if self.json {
            serde_json::from_str(self.text).map_err(|error| error.to_string())
        } else {
            serde_yaml::from_str(self.text).map_err(|error| error.to_string())
        }
    }
}

/// Where the reader is in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// At its top.
    Top,
    /// Behind `items:`.
    List,
    /// In an item that begins with a dash behind so many blanks.
    Item(usize),
}

/// Hands over the objects of a text, one at a time.
pub(super) fn items(
    file: &str,
    mut text: impl BufRead,
    limit: usize,
    take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut reader = Reader::new(file, limit);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = read_line(&mut text, &mut bytes, limit)
            .map_err(|error| Unreadable::new(format!("cannot read {file}: {error}")))?;
        if read == 0 {
            break;
        }
        reader.number += 1;
        if bytes.len() > limit {
            return Err(reader.too_long());
        }
        let line = std::str::from_utf8(&bytes)
            .map_err(|_| Unreadable::new(format!("{file}:{}: this is no UTF-8", reader.number)).help(HELP))?;
        let line = if reader.number == 1 { line.trim_start_matches('\u{FEFF}') } else { line };
        reader.line(line, take)?;
    }
    reader.end_of_document(take)
}

/// A line with its end, or the first bytes of one that is too long.
fn read_line(text: &mut impl BufRead, bytes: &mut Vec<u8>, limit: usize) -> std::io::Result<usize> {
    use std::io::Read as _;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    text.by_ref().take(most).read_until(b'\n', bytes)
}

struct Reader<'a> {
    file: &'a str,
    limit: usize,
    at: At,
    /// Lines read.
    number: usize,
    /// The first line of the document that says something.
    first: usize,
    /// Items of the list so far.
    count: usize,
    /// The document without its list.
    top: String,
    /// The item at hand.
    item: String,
    /// There is a list.
    listed: bool,
}

impl Reader<'_> {
    fn new(file: &str, limit: usize) -> Reader<'_> {
        Reader {
            file,
            limit,
            at: At::Top,
            number: 0,
            first: 0,
            count: 0,
            top: String::new(),
            item: String::new(),
            listed: false,
        }
    }

    fn line(
        &mut self,
        line: &str,
        take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        let words = line.trim_end();
        if words == "---" || words.starts_with("--- ") || words == "..." {
            return self.end_of_document(take);
        }
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let says = !words.trim_start().is_empty() && !words.trim_start().starts_with('#');
        if says && self.first == 0 {
            self.first = self.number;
            self.refuse_tables(words)?;
        }
        let dash = line.get(blanks..).is_some_and(|rest| rest.starts_with("- ") || rest.trim_end() == "-");
        match self.at {
            At::Top if words == "items:" => {
                self.listed = true;
                self.at = At::List;
            }
            At::Top => self.top.push_str(line),
            At::List if says && dash => {
                self.at = At::Item(blanks);
                self.begin(line, blanks);
            }
            At::List if says => {
                self.at = At::Top;
                self.top.push_str(line);
            }
            At::Item(column) if says && dash && blanks == column => {
                self.end_of_item(take)?;
                self.begin(line, blanks);
            }
            At::Item(column) if says && blanks <= column => {
                self.end_of_item(take)?;
                self.at = At::Top;
                self.top.push_str(line);
            }
            At::List => {}
            At::Item(_) => self.item.push_str(line),
        }
        if self.item.len().max(self.top.len()) > self.limit { Err(self.too_long()) } else { Ok(()) }
    }

    /// The dash becomes a blank: what is left is a document.
    fn begin(&mut self, line: &str, blanks: usize) {
        self.item.extend(std::iter::repeat_n(' ', blanks + 1));
        self.item.push_str(line.get(blanks + 1..).unwrap_or_default());
    }

    fn end_of_item(
        &mut self,
        take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        let path = format!("items[{}]", self.count);
        self.count += 1;
        take(&Item { text: &self.item, json: false, path: &path })?;
        self.item.clear();
        Ok(())
    }

    fn end_of_document(
        &mut self,
        take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        // kubectl writes `kind: List` behind the items; by hand it stands before them.
        let has = |field: &str| self.top.lines().any(|line| line.starts_with(field));
        if self.listed && has("apiVersion:") && !has("kind:") {
            return Err(Unreadable::new(format!("{} ends in the middle of a list", self.file))
                .help("get the whole dump again: nothing can be said of what is missing"));
        }
        if let At::Item(_) = self.at {
            self.end_of_item(take)?;
        }
        if !self.listed && self.first > 0 {
            let path = format!("line {}", self.first);
            take(&Item { text: &self.top, json: false, path: &path })?;
        }
        self.top.clear();
        (self.at, self.first, self.count, self.listed) = (At::Top, 0, 0, false);
        Ok(())
    }

    /// What `kubectl get` prints without `-o yaml`, and what it says of nothing.
    fn refuse_tables(&self, words: &str) -> Result<(), Unreadable> {
        let mut columns = words.split_whitespace();
        let is_table = matches!(columns.next(), Some("NAME" | "NAMESPACE")) && columns.next().is_some();
        if is_table {
            return Err(Unreadable::new(format!("{} is a table of kubectl", self.file))
                .help("get it again with `-o yaml`: a table leaves out nearly everything"));
        }
        if words.starts_with("No resources found") {
            return Err(Unreadable::new(format!("{} says that nothing was found", self.file)).help(HELP));
        }
        Ok(())
    }

    fn too_long(&self) -> Unreadable {
        too_long(self.file, self.limit)
    }
}

/// An object that is longer than the limit.
pub(super) fn too_long(file: &str, limit: usize) -> Unreadable {
    Unreadable::new(format!("an object of {file} is longer than {limit} bytes"))
        .help("`--max-input-size` allows more")
}

/// All that a reader hands over, by path and text; or what is wrong.
#[cfg(test)]
pub(super) fn gathered(
    read: impl FnOnce(&mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>) -> Result<(), Unreadable>,
) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut take = |item: &Item<'_>| {
        found.push((item.path.to_owned(), item.text.to_owned()));
        Ok(())
    };
    let read = read(&mut take);
    read.map(|()| found).map_err(|problem| problem.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Vec<(String, String)>, String> {
        gathered(|take| items("dump.yaml", text.as_bytes(), 200, take))
    }

    #[test]
    fn a_list_is_divided_by_its_layout() {
        let text =
            "apiVersion: v1\nitems:\n- a: 1\n  b:\n  - c\n# why\n- a: |\n    - x\n\n    # y\nkind: List\n";
        let found = found(text).unwrap();
        assert_eq!(
            found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>(),
            [("items[0]", "  a: 1\n  b:\n  - c\n# why\n"), ("items[1]", "  a: |\n    - x\n\n    # y\n"),]
        );
    }

    #[test]
    fn documents_stand_beside_lists() {
        let text =
            "---\nkind: A\n---\n# nothing\n---\nkind: List\nitems:\n  - kind: B\n  - kind: C\n---\nkind: D\n";
        let paths: Vec<_> = found(text).unwrap().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["line 2", "items[0]", "items[1]", "line 11"]);
    }

    #[test]
    fn what_is_no_dump_is_told_for_what_it_is() {
        for (text, message) in [
            ("NAMESPACE   NAME   READY\ndefault     x      1/1\n", "dump.yaml is a table of kubectl"),
            ("apiVersion: v1\nitems:\n- kind: A\n- kind: B\n  met", "dump.yaml ends in the middle of a list"),
            ("No resources found\n", "dump.yaml says that nothing was found"),
            (&format!("a: {}\n", "x".repeat(300)), "an object of dump.yaml is longer than 200 bytes"),
        ] {
            assert_eq!(found(text).unwrap_err(), message);
        }
    }
}
