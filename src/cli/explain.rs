//! `meshgen explain`: the page of a code, or of a dead end of `meshgen trace`.
//!
//! Enters: a code, or the name of a dead end, as somebody typed it. Leaves: its page, or the list of all. Refuses to know: inputs.

use std::fmt::Write as _;

use super::arguments::Explain;
use super::failure::Failure;
use super::{Ending, stream};
use crate::diagnostic::{Code, escape, nearest};
use crate::trace::report::dead_end;

/// Prints a page, or a line for each code.
pub(super) fn run(arguments: &Explain) -> Result<Ending, Failure> {
    let Explain { code, list: _ } = arguments;
    match code {
        Some(name) => stream::data(find(name)?.as_bytes()),
        None => stream::data(list().as_bytes()),
    }
}

fn list() -> String {
    let mut text = String::new();
    for code in Code::ALL {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "{code}  {:<7}  {}", code.severity().to_string(), code.title());
    }
    for name in dead_end::names() {
        let title = dead_end::page(name).and_then(|page| page.lines().next()?.split_once(": "));
        let _ = writeln!(text, "{name}  {}", title.map_or("", |(_, title)| title));
    }
    text
}

fn find(written: &str) -> Result<&'static str, Failure> {
    let found = Code::ALL.iter().find(|code| code.name().eq_ignore_ascii_case(written));
    found.map(|code| code.page()).or_else(|| dead_end::page(written)).ok_or_else(|| {
        let failure = Failure::new(format!("there is no code `{}`", escape::line(written)));
        let names = Code::ALL.iter().map(|code| code.name()).chain(dead_end::names());
        match nearest(written, names) {
            Some(name) => failure.help(format!("did you mean `{name}`? `meshgen explain --list` shows all")),
            None => failure.help("`meshgen explain --list` shows all"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_any_case() {
        assert_eq!(find("mg0101"), Ok(Code::MG0101.page()));
        assert!(find("error:No-Filter-Chain").unwrap().starts_with("# no-filter-chain: "));
    }

    #[test]
    fn a_misspelt_code_has_a_neighbour() {
        let failure = find("MG06O1").unwrap_err();
        assert_eq!(failure.message, "there is no code `MG06O1`");
        assert!(failure.help.unwrap().starts_with("did you mean `MG0601`?"));
        let failure = find("no-filterchain").unwrap_err();
        assert!(failure.help.unwrap().starts_with("did you mean `no-filter-chain`?"));
    }
}
