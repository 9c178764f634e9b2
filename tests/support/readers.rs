//! Two readers of YAML that share nothing with the writer, and a third by the rules of YAML 1.1, as kubectl's.
//!
//! Enters: the text of one file. Leaves: its documents as JSON values, or why they cannot be read.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::yaml_1_1;

/// A reader's answer: the documents, or its complaint.
pub type Documents = Result<Vec<Value>, String>;

/// From text to documents.
pub type Reader = fn(&str) -> Documents;

/// All readers, by name.
pub const ALL: [(&str, Reader); 3] =
    [("YAML 1.1", by_yaml_1_1), ("serde_yaml", by_serde_yaml), ("serde-saphyr", by_serde_saphyr)];

/// libyaml, ported: the scanner of kubectl, with the types of YAML 1.2.
pub fn by_serde_yaml(text: &str) -> Documents {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).map_err(|error| error.to_string()))
        // A text of comments alone is one document to it, and none to the others.
        .filter(|document| *document != Ok(Value::Null))
        .collect()
}

/// A scanner of its own, with the types of YAML 1.2.
pub fn by_serde_saphyr(text: &str) -> Documents {
    serde_saphyr::from_multiple(text).map_err(|error| error.to_string())
}

/// The types of YAML 1.1, over the events of the scanner that reads our inputs. Whatever any dialect of 1.1 takes for
/// something that JSON has not (a timestamp, `<<`, `=`), an anchor, a tag and a doubled key are complaints.
pub fn by_yaml_1_1(text: &str) -> Documents {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        let value = match event {
            Event::Scalar(text, ScalarStyle::Plain, 0, None) => yaml_1_1::resolve(&text)?,
            Event::Scalar(text, _, 0, None) => Value::from(text),
            Event::SequenceStart(0, None) => {
                open.push(Open::Sequence(Vec::new()));
                continue;
            }
            Event::MappingStart(0, None) => {
                open.push(Open::Mapping(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::Sequence(items)) => Value::from(items),
                Some(Open::Mapping(entries, None)) => Value::from(entries),
                _ => return Err("an end without a start".to_owned()),
            },
            Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) | Event::Alias(_) => {
                return Err("an anchor, an alias or a tag".to_owned());
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        match open.last_mut() {
            None => documents.push(value),
            Some(Open::Sequence(items)) => items.push(value),
            Some(Open::Mapping(_, key @ None)) => {
                let Value::String(text) = value else { return Err(format!("the key {value} is no string")) };
                *key = Some(text);
            }
            Some(Open::Mapping(entries, key)) => {
                let key = key.take().unwrap_or_default();
                if entries.insert(key.clone(), value).is_some() {
                    return Err(format!("the key {key:?} occurs twice"));
                }
            }
        }
    }
    Ok(documents)
}

enum Open {
    Sequence(Vec<Value>),
    Mapping(Map<String, Value>, Option<String>),
}
