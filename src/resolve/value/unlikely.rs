//! Texts that no request has, so that a condition never holds: block text that ends in a line break, a path with its
//! query.
//!
//! What Envoy sees was tried on Envoy 1.36: blanks around a header's value are gone, query parameters are not decoded,
//! and a request line with a blank or a raw `é` is a bad request.

use crate::diagnostic::Finding;
use crate::input::condition::TextMatch;
use crate::resolve::problems::value as problems;

/// What every request has in such a place, and what to do.
struct Fact {
    what: &'static str,
    why: &'static str,
    help: &'static str,
}

/// Warns of a text that is compared with what no request says in answer to a word of `match`.
pub(super) fn warn(written: &TextMatch, word: &str, findings: &mut Vec<Finding>) {
    let (at, is_whole) = match written {
        TextMatch::Exact(at) => (at, true),
        TextMatch::Prefix(at) => (at, false),
        TextMatch::Regex(_) => return,
    };
    if let Some(Fact { what, why, help }) = fact(&at.value, is_whole, word) {
        findings.push(problems::never_so(at, what, why, help));
    }
}

fn fact(text: &str, is_whole: bool, word: &str) -> Option<Fact> {
    let what = match word {
        "uri" => "the path",
        "scheme" => "the scheme",
        "authority" => "the host",
        "headers" | "withoutHeaders" => "a header that says",
        "queryParams" => "a query parameter that says",
        // Methods have warnings of their own; origins of CORS are a browser's.
        _ => return None,
    };
    if text.contains(|c: char| c.is_control() && c != '\t') {
        let help =
            "a text block (`|`) ends in a line break: write the text on the line of the word itself, or `|-`";
        return Some(Fact { what, why: "holds a control character", help });
    }
    let is_raw = |c: char| c == ' ' || !c.is_ascii();
    match word {
        "uri" if text.contains('?') => Some(Fact {
            what,
            why: "a path ends before its query",
            help: "compare the query with `queryParams: {name: value}`",
        }),
        "uri" if text.contains(|c| c == '#' || is_raw(c)) => Some(Fact {
            what,
            why: "such characters are encoded in a path",
            help: "write it as it stands in the request: `%20` for a blank, `%C3%A9` for `é`",
        }),
        "queryParams" if text.contains(|c| c == '#' || c == '&' || is_raw(c)) => Some(Fact {
            what,
            why: "such characters are encoded in a query",
            help: "write it as it stands in the request: `%20` or `+` for a blank, `%26` for `&`",
        }),
        "scheme"
            if !["http", "https"]
                .into_iter()
                .any(|known| if is_whole { known == text } else { known.starts_with(text) }) =>
        {
            Some(Fact { what, why: "neither `http` nor `https`", help: "write `http` or `https`" })
        }
        "authority" if text.contains(|c| matches!(c, '/' | '?' | '#' | '@') || is_raw(c)) => Some(Fact {
            what,
            why: "not a host",
            help: "write the host, and the port where it is not 80: `api:8080`",
        }),
        "headers" | "withoutHeaders" if text.starts_with(' ') || is_whole && text.ends_with(' ') => {
            Some(Fact {
                what,
                why: "blanks around a value are no part of it",
                help: "leave the blanks at its ends out",
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_request_has() {
        let never = [
            ("/a?b", "uri"),
            ("/a b", "uri"),
            ("/é", "uri"),
            ("/a\n", "uri"),
            ("HTTPS", "scheme"),
            ("a\n", "headers"),
            (" a", "headers"),
            ("a b", "queryParams"),
            ("http://api", "authority"),
        ];
        for (text, word) in never {
            assert!(fact(text, true, word).is_some(), "{word}: {text}");
        }
        assert!(fact("ftp", false, "scheme").is_some());
    }

    #[test]
    fn what_some_request_has() {
        let often = [
            ("/a%20b", "uri"),
            ("*", "uri"),
            ("https", "scheme"),
            ("a b", "headers"),
            ("é", "headers"),
            ("a+b", "queryParams"),
            ("api:8080", "authority"),
            ("[2001:db8::1]:80", "authority"),
            ("GET", "method"),
        ];
        for (text, word) in often {
            assert!(fact(text, true, word).is_none(), "{word}: {text}");
        }
        assert!(fact("ht", false, "scheme").is_none() && fact("a ", false, "headers").is_none());
    }
}
