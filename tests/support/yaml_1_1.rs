//! What a plain scalar is by the rules of YAML 1.1.
//!
//! Enters: the characters of a plain scalar. Leaves: a JSON value, or a complaint if some dialect takes them for
//! something JSON has not. The widest reading wins: the specification's expressions, kubectl's and those of `PyYAML`.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

const NULL: &str = r"(?i:~|null|)";
const TRUE: &str = r"(?i:y|yes|true|on)";
const FALSE: &str = r"(?i:n|no|false|off)";
const DECIMAL: &str = r"[-+]?(0|[1-9][0-9_,]*)";
const OTHER_BASES: &str = r"[-+]?0(b[01_]+|x[0-9a-fA-F_]+|o?[0-9_]+)";
const FLOAT: &str = r"[-+]?([0-9][0-9_,]*)?\.[0-9_]*([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+";
const NOT_FINITE: &str = r"[-+]?(?i:\.inf|\.nan|inf|nan)";
const SEXAGESIMAL: &str = r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?";
const TIMESTAMP: &str = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]*)?([ \t]*([zZ]|[-+][0-9]{1,2}(:?[0-9]{2})?))?)?";
const MERGE_OR_VALUE: &str = "<<|=";

/// The value of a plain scalar.
pub fn resolve(plain: &str) -> Result<Value, String> {
    static EXPRESSIONS: LazyLock<[Regex; 10]> = LazyLock::new(|| {
        [NULL, TRUE, FALSE, DECIMAL, OTHER_BASES, FLOAT, NOT_FINITE, SEXAGESIMAL, TIMESTAMP, MERGE_OR_VALUE]
            .map(|expression| Regex::new(&format!("^(?:{expression})$")).expect("a constant"))
    });
    let Some(kind) = EXPRESSIONS.iter().position(|expression| expression.is_match(plain)) else {
        return Ok(Value::from(plain));
    };
    match kind {
        0 => Ok(Value::Null),
        1 => Ok(Value::Bool(true)),
        2 => Ok(Value::Bool(false)),
        3 | 5 => number(plain),
        _ => Err(format!("{plain} is no value of JSON, or not the same in every dialect")),
    }
}

fn number(plain: &str) -> Result<Value, String> {
    let digits = plain.replace(['_', ','], "");
    let unsigned = digits.parse::<u64>().map(Value::from).ok();
    unsigned
        .or_else(|| digits.parse::<i64>().map(Value::from).ok())
        .or_else(|| digits.parse::<f64>().map(Value::from).ok())
        .ok_or_else(|| format!("{plain} is no number of Rust"))
}
