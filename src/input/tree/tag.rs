//! Tags, and what else stands before a value.
//!
//! Enters: the tag of an event, the text around it. Leaves: whether the tag may stand there, and where the value's
//! own characters begin. Refuses to know: anything behind that point.

use saphyr_parser::Tag;

use super::{Scalar, Shape};

/// What stands before a value's own characters: `&anchor !tag`.
pub struct Properties {
    /// The characters of the tag.
    pub tag: Option<(usize, usize)>,
    /// Where the value itself begins.
    pub end: usize,
}

impl Properties {
    /// Reads over anchor, tag, white space and comments from `start` on.
    pub fn skip(text: &str, start: usize) -> Self {
        let mut properties = Self { tag: None, end: start };
        loop {
            let rest = text.get(properties.end..).unwrap_or_default();
            let length = match rest.chars().next() {
                Some('&') => token(rest),
                Some('!') => {
                    let length = token(rest);
                    properties.tag = Some((properties.end, properties.end + length));
                    length
                }
                Some('#') => rest.find(['\n', '\r']).unwrap_or(rest.len()),
                Some(space) if space.is_whitespace() => space.len_utf8(),
                Some(_) | None => return properties,
            };
            properties.end += length;
        }
    }
}

/// The length of an anchor or tag; only a verbatim tag, `!<…>`, holds flow indicators.
fn token(rest: &str) -> usize {
    let end = if rest.starts_with("!<") {
        rest.find('>').map(|end| end + 1)
    } else {
        rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}'))
    };
    end.unwrap_or(rest.len())
}

/// Why a tag may not stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// It is none of YAML's own.
    Unknown,
    /// It is one of YAML's own, but the value is something else.
    Disagrees,
}

/// Applies a tag. Those of YAML's core schema may stand where they agree with the value; `!!str` and `!` make text of it.
pub fn apply(tag: &Tag, shape: Shape) -> Result<Shape, Objection> {
    let name = if tag.is_yaml_core_schema() {
        tag.suffix.as_str()
    } else if let Some(name) = tag.suffix.strip_prefix("tag:yaml.org,2002:").filter(|_| tag.handle.is_empty())
    {
        name
    } else if tag.handle.is_empty() && tag.suffix == "!" {
        return Ok(as_text(shape));
    } else {
        return Err(Objection::Unknown);
    };
    let agrees = match (name, &shape) {
        ("str", Shape::Scalar(_)) => return Ok(as_text(shape)),
        ("map", Shape::Map(_)) | ("seq", Shape::List(_)) | (_, Shape::Illegible) => true,
        ("null", Shape::Scalar(scalar)) => scalar.is_nothing(),
        ("bool", Shape::Scalar(scalar)) => matches!(&*scalar.text, "true" | "false"),
        ("int", Shape::Scalar(scalar)) => scalar.text.bytes().all(|byte| byte.is_ascii_digit()),
        ("float", Shape::Scalar(scalar)) => scalar.text.parse::<f64>().is_ok(),
        ("str" | "map" | "seq" | "null" | "bool" | "int" | "float", _) => false,
        (_, Shape::Scalar(_) | Shape::List(_) | Shape::Map(_)) => return Err(Objection::Unknown),
    };
    if agrees { Ok(shape) } else { Err(Objection::Disagrees) }
}

/// The same, but a scalar is text for sure.
fn as_text(shape: Shape) -> Shape {
    match shape {
        Shape::Scalar(scalar) => Shape::Scalar(Scalar { text: scalar.text, plain: false }),
        other @ (Shape::List(_) | Shape::Map(_) | Shape::Illegible) => other,
    }
}
