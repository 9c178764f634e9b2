//! The words in which rows are told, whatever the form.
//!
//! Enters: rows and cells. Leaves: short texts. Refuses to know: tables, and who reads them.

use super::row::{Cell, Row, number};

impl Row {
    /// What the requests say: `end-user: jason`, `others`, `all`.
    #[must_use]
    pub fn request(&self, quote: impl Fn(&str) -> String) -> String {
        let said = if self.words.is_empty() {
            if self.is_rest { "others" } else { "all" }.to_owned()
        } else {
            self.words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" and ")
        };
        match &self.by {
            Some(by) => format!("{said} by {}", quote(by)),
            None => said,
        }
    }

    /// `all 10`, `all but cluster1`, or their names.
    #[must_use]
    pub fn from(&self, all: &[String]) -> String {
        callers(&self.callers, all)
    }
}

/// `all 10`, `all but cluster1`, or their names.
#[must_use]
pub fn callers(callers: &[String], all: &[String]) -> String {
    let missing: Vec<&str> = all.iter().filter(|name| !callers.contains(name)).map(String::as_str).collect();
    match (missing.as_slice(), all.len()) {
        ([], 1) => callers.join(", "),
        ([], count) => format!("all {count}"),
        ([one], count) if count > 3 => format!("all but {one}"),
        ([one, other], count) if count > 5 => format!("all but {one} and {other}"),
        _ => callers.join(", "),
    }
}

impl Cell {
    /// `v1 (cluster1)`; nobody for what reaches nobody.
    #[must_use]
    pub fn who(&self) -> String {
        match self.place.split_once('/') {
            Some((cluster, version)) => format!("{version} ({cluster})"),
            None => match self.place.split_once(':') {
                Some(("error", reason)) => format!("dead ({reason})"),
                Some((what, rest)) => format!("{what} {rest}"),
                None if self.place == "nobody" => "nobody (no such caller)".to_owned(),
                None if self.place == "passthrough" => "nobody (no such name)".to_owned(),
                None => self.place.clone(),
            },
        }
    }

    /// `100 → 95`, or `50` where nothing changes.
    #[must_use]
    pub fn change(&self) -> String {
        let [before, after] = [self.before, self.after].map(number);
        if before == after { before } else { format!("{before} → {after}") }
    }

    /// Whether its share changes.
    #[must_use]
    pub fn changes(&self) -> bool {
        number(self.before) != number(self.after)
    }
}

/// `1 object`, `2 objects`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) if noun == "ServiceEntry" || noun == "query" => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}
