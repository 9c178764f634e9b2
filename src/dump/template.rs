//! Texts that wait to be filled in: of Helm, of a shell, of whoever copies an example.

use serde_yaml::Value;

/// Whether some text of a spec waits to be filled in.
pub(super) fn is_unfilled(value: &Value) -> bool {
    match value {
        Value::String(text) => is_text(text),
        Value::Sequence(values) => values.iter().any(is_unfilled),
        // What Helm writes as `{{ .Values.address }}` is a map in place of a key to YAML.
        Value::Mapping(values) => values.iter().any(|(key, value)| {
            !key.is_string() && !key.is_number() && !key.is_bool() || is_unfilled(key) || is_unfilled(value)
        }),
        Value::Tagged(tagged) => is_unfilled(&tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_text(text: &str) -> bool {
    text.contains("{{")
        || text.contains("${")
        || text.starts_with("$(")
        || (text.starts_with('<') && text.ends_with('>') && text.len() > 2)
}

/// Whether a name is none that the API server would take, because it waits to be filled in.
pub(super) fn is_name(name: &str) -> bool {
    name.contains(['{', '}', '$', '<', '('])
}

/// Whether a text that is no object is one of a template.
pub(super) fn is_source(text: &str) -> bool {
    text.contains("{{") || text.contains("${")
}
