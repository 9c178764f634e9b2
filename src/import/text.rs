//! A draft as text that people read: flow style where it fits a line, with remarks above and behind.
//!
//! Enters: values and remarks. Leaves: YAML of the input language. Refuses to know: what the fields mean.

use serde_json::{Map, Value};

/// Lines are no longer than this where they can be broken.
const WIDTH: usize = 100;

/// What stands for a value that nobody can tell; no text of a dump holds it.
pub(super) const OPEN: &str = "\u{0}open";

/// What is said beside a field.
#[derive(Clone, Debug, Default)]
pub(super) struct Remark {
    /// Lines of comment above it.
    pub(super) above: Vec<String>,
    /// Behind it.
    pub(super) behind: Option<String>,
}

/// Writes `key: value` with its remark, `depth` blanks in.
pub(super) fn entry(key: &str, value: &Value, remark: Option<&Remark>, depth: usize, out: &mut String) {
    let indent = " ".repeat(depth);
    for line in remark.iter().flat_map(|remark| &remark.above) {
        comment(line, &indent, out);
    }
    let behind = remark.and_then(|remark| remark.behind.as_deref());
    lay_out(&format!("{}:", scalar(key)), value, behind, depth, out);
}

/// Writes a value behind `key:` or `-`: on one line, or its parts on lines of their own.
fn lay_out(lead: &str, value: &Value, behind: Option<&str>, depth: usize, out: &mut String) {
    let indent = " ".repeat(depth);
    let mut line = format!("{indent}{lead} ");
    flow(value, &mut line);
    let fits = line.chars().count() <= WIDTH;
    let is_element = lead == "-";
    let mut parts = String::new();
    match value {
        Value::Object(map) if !fits => {
            for (key, value) in map {
                entry(key, value, None, depth + 2, &mut parts);
            }
        }
        Value::Array(list) if !fits || is_list_of_maps(list) => {
            let depth = if is_element { depth + 2 } else { depth };
            for value in list {
                lay_out("-", value, None, depth, &mut parts);
            }
        }
        Value::Object(_)
        | Value::Array(_)
        | Value::String(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Null => {}
    }
    if parts.is_empty() {
        out.push_str(&line);
        tail(behind, out);
    } else if is_element {
        out.extend([&indent, "- ", parts.trim_start()]);
    } else {
        out.extend([&indent, lead]);
        tail(behind, out);
        out.push_str(&parts);
    }
}

fn is_list_of_maps(list: &[Value]) -> bool {
    list.len() > 1 && list.iter().any(Value::is_object)
}

/// Writes a line of comment.
pub(super) fn comment(text: &str, indent: &str, out: &mut String) {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    out.extend([indent, "# ", &plain, "\n"]);
}

fn tail(behind: Option<&str>, out: &mut String) {
    match behind {
        Some(text) => comment(text, "  ", out),
        None => out.push('\n'),
    }
}

fn flow(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => map_in_flow(map, out),
        Value::Array(list) => {
            out.push('[');
            for (index, value) in list.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                flow(value, out);
            }
            out.push(']');
        }
        Value::String(text) => out.push_str(&scalar(text)),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::Bool(word) => out.push_str(if *word { "true" } else { "false" }),
        Value::Null => out.push_str("null"),
    }
}

fn map_in_flow(map: &Map<String, Value>, out: &mut String) {
    out.push('{');
    for (index, (key, value)) in map.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        out.push_str(&scalar(key));
        out.push_str(": ");
        flow(value, out);
    }
    out.push('}');
}

/// Plain where every reader takes it for text, else in quotes.
fn scalar(text: &str) -> String {
    if text == OPEN {
        return "TODO".to_owned();
    }
    let begins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'/';
    let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-@+".contains(&byte);
    let is_plain = text.as_bytes().first().is_some_and(begins) && text.bytes().all(goes_on);
    let lower = text.to_ascii_lowercase();
    let is_word =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "todo"].contains(&lower.as_str());
    let is_number = text.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o");
    // Digits, dots and a dash alone may be a date elsewhere.
    let is_date = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'_');
    if is_plain && !is_word && !is_number && !is_date {
        text.to_owned()
    } else {
        Value::String(text.to_owned()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_fits_a_line_stands_on_one() {
        let mut text = String::new();
        let remark = Remark { above: vec!["why".to_owned()], behind: Some("guessed: from pods".to_owned()) };
        entry(
            "a",
            &json!({"gateway": OPEN, "istio": "1.29", "x": "TODO", "ip": "203.0.113.10"}),
            Some(&remark),
            2,
            &mut text,
        );
        assert_eq!(
            text,
            "  # why\n  a: {gateway: TODO, ip: 203.0.113.10, istio: \"1.29\", x: \"TODO\"}  # guessed: from pods\n"
        );
    }

    #[test]
    fn what_is_longer_is_broken_and_says_the_same() {
        let long = "x".repeat(60);
        let value = json!({"a": [{"b": long, "c": long}, {"d": 1}], "no": ["1.10", "a: b", "é", ""], "e": {"f": [long, long]}, "g": [[long, [long, 1]], []]});
        let mut text = String::new();
        entry("key", &value, None, 0, &mut text);
        let read: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(read["key"], value, "{text}");
    }
}
