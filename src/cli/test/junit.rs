//! The answers for what collects the results of tests: the XML of `JUnit`.
//!
//! Enters: what was asked. Leaves: a test case a query, one more for coverage if it was asked for. Refuses to know: streams.

use std::fmt::Write as _;

use super::{Answered, Asked, ends, line, title};

/// The document.
pub(super) fn render(asked: &Asked<'_>) -> String {
    let mut cases = String::new();
    let mut failures = 0;
    for answered in asked.answered {
        let query = &answered.query;
        let (file, number) = line(query.place, asked.sources).unwrap_or_default();
        let (name, file) = (text(&title(query)), text(file));
        // Writing into a `String` cannot fail.
        let _ = write!(
            cases,
            "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{number}\""
        );
        close(&mut cases, (!answered.holds()).then(|| difference(answered)).as_deref(), &mut failures);
    }
    let mut tests = asked.answered.len();
    if let (Some(least), Some(coverage)) = (asked.fail_under, asked.coverage) {
        tests += 1;
        cases += "    <testcase name=\"coverage\" classname=\"meshgen\"";
        let what = format!("queries meet {} %, and {least} % is the least", coverage.percent());
        close(&mut cases, asked.is_thin().then_some(what).as_deref(), &mut failures);
    }
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\"");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"meshgen\" {counts}>\n{cases}  \
         </testsuite>\n</testsuites>\n"
    )
}

fn close(cases: &mut String, failure: Option<&str>, failures: &mut usize) {
    let Some(failure) = failure else {
        *cases += "/>\n";
        return;
    };
    *failures += 1;
    let message = text(failure);
    let _ = write!(cases, ">\n      <failure message=\"{message}\">{message}</failure>\n    </testcase>\n");
}

fn difference(answered: &Answered) -> String {
    let mut parts = Vec::new();
    if !answered.ends_as_expected {
        let expected = ends(answered.query.expected.as_deref().unwrap_or_default());
        parts.push(format!("expected {expected}, is {}", ends(&answered.is)));
    }
    let missing = answered.missing_features();
    if !missing.is_empty() {
        parts.push(format!("without {}", missing.join(", ")));
    }
    if !answered.by.is_empty() {
        parts.push(format!("by {}", answered.by.join(", ")));
    }
    parts.join("; ")
}

/// For an attribute or an element; XML has no way to write most control characters.
fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for character in plain.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            character if character.is_control() => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        assert_eq!(text("a<b & \"c\">\u{1b}\nü"), "a&lt;b &amp; &quot;c&quot;&gt;\u{fffd}\u{fffd}ü");
    }
}
