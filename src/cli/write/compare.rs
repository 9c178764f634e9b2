//! `--check`: what writing would change.
//!
//! Enters: names and texts, one at a time. Leaves: the files that differ. Refuses to know: how files are written.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, shown};

/// A directory beside what it should hold.
#[derive(Debug)]
pub(in crate::cli) struct Comparison<'a> {
    directory: PathBuf,
    names: BTreeSet<String>,
    differences: Vec<Difference>,
    inputs: &'a BTreeSet<PathBuf>,
}

/// A file that writing would change.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) enum Difference {
    /// It has another text; the lines in which it has.
    Differs(PathBuf, Vec<String>),
    /// It is not there.
    Missing(PathBuf),
    /// It is left from an earlier run, for this cluster.
    LeftOver(PathBuf, String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs(path, lines) => {
                write!(f, "{} differs", shown(path))?;
                lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
            }
            Self::Missing(path) => write!(f, "{} is missing", shown(path)),
            Self::LeftOver(path, _) => write!(f, "{} is left from an earlier run", shown(path)),
        }
    }
}

impl<'a> Comparison<'a> {
    /// Of a directory, which need not exist.
    pub(in crate::cli) fn new(directory: &Path, inputs: &'a BTreeSet<PathBuf>) -> Self {
        let directory = directory.to_path_buf();
        Self { directory, names: BTreeSet::new(), differences: Vec::new(), inputs }
    }

    /// Compares one file. What would keep a run from writing it keeps this one from comparing.
    pub(in crate::cli) fn add(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.directory.join(name);
        match super::old(&path, text, self.inputs)? {
            Some(old) if old.holds(text) => {}
            Some(old) => {
                let lines = changed_lines(&String::from_utf8_lossy(&old.text), text);
                self.differences.push(Difference::Differs(path, lines));
            }
            None => self.differences.push(Difference::Missing(path)),
        }
        self.names.insert(name.to_owned());
        Ok(())
    }

    /// All differences, those of files that should not be there last.
    pub(in crate::cli) fn finish(&mut self, mesh: &str) -> Result<Vec<Difference>, Failure> {
        let Self { directory, names, differences, inputs: _ } = self;
        let left = super::left::over(directory, mesh, |name| names.contains(name))?;
        differences
            .extend(left.stale.into_iter().map(|stale| Difference::LeftOver(stale.path, stale.mark.cluster)));
        Ok(std::mem::take(differences))
    }
}

/// Lines shown of one file.
const MOST: usize = 20;

/// The lines of documents that differ, `-` as they are and `+` as they should be, below the name of each object.
fn changed_lines(old: &str, new: &str) -> Vec<String> {
    let documents = |text: &str| -> Vec<String> { text.split("\n---\n").map(str::to_owned).collect() };
    let (old, new) = (documents(old), documents(new));
    let name = |document: &str| {
        let field =
            |start: &str| document.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default();
        format!("{} {}", field("kind: "), field("  name: "))
    };
    let key = |document: &String| {
        (name(document), document.lines().find(|line| line.starts_with("  namespace:")).map(str::to_owned))
    };
    let mut lines = Vec::new();
    for document in &old {
        match new.iter().find(|other| key(other) == key(document)) {
            Some(same) if same.trim_end() == document.trim_end() => {}
            Some(other) => {
                lines.push(name(document));
                lines.extend(between(document, other));
            }
            None => lines.push(format!("- {}", name(document))),
        }
    }
    let added = new.iter().filter(|document| !old.iter().any(|other| key(other) == key(document)));
    lines.extend(added.map(|document| format!("+ {}", name(document))));
    if lines.is_empty() {
        lines.push("the same objects in another order or layout".to_owned());
    }
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("… {more} more lines"));
    }
    lines
}

/// What stands between the lines that two texts begin with alike and those that they end with alike.
fn between(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.trim_end().lines().collect(), new.trim_end().lines().collect());
    let head = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let (old, new) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let part = |lines: &[&str], sign: char| -> Vec<String> {
        let kept = lines.len().saturating_sub(tail);
        lines.iter().take(kept).map(|line| format!("{sign} {line}")).collect()
    };
    [part(old, '-'), part(new, '+')].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_differ_stand_below_their_object() {
        let old = "kind: A\nmetadata:\n  name: x\nspec:\n  weight: 40\n---\nkind: B\nmetadata:\n  name: y\n";
        let new = "kind: A\nmetadata:\n  name: x\nspec:\n  weight: 50\n---\nkind: C\nmetadata:\n  name: z\n";
        assert_eq!(changed_lines(old, new), ["A x", "-   weight: 40", "+   weight: 50", "- B y", "+ C z"]);
    }

    #[test]
    fn many_lines_are_counted() {
        let text =
            |weight: usize| format!("kind: A\nmetadata:\n  name: x\n{}", format!("w: {weight}\n").repeat(30));
        let lines = changed_lines(&text(1), &text(2));
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (MOST + 1, "… 41 more lines"));
    }
}
