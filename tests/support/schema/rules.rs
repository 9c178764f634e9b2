//! CEL: the rules that a schema cannot say in keywords.
//!
//! Enters: a rule of `x-kubernetes-validations` and the value it speaks of. Leaves: its message where it does not
//! hold. A rule that does not compile or ends in an error does not hold.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use cel::{Context, Env, Program};
use serde_json::Value;

/// Rules already compiled, by their text: few differ, and compiling is what takes the time.
pub struct Rules {
    environment: Arc<Env>,
    compiled: RefCell<BTreeMap<String, Arc<Program>>>,
}

impl Default for Rules {
    fn default() -> Self {
        let mut environment = Env::stdlib();
        cel::extensions::strings(&mut environment).unwrap();
        Self { environment: Arc::new(environment), compiled: RefCell::default() }
    }
}

impl Rules {
    /// Whether a rule holds; else its message.
    pub fn hold(&self, rule: &Value, value: &Value) -> Result<(), String> {
        let text = rule["rule"].as_str().unwrap();
        let program = self.compile(text)?;
        let mut context = Context::with_env(Arc::clone(&self.environment));
        context.add_variable("self", signed(value)).map_err(|error| error.to_string())?;
        context.add_function("duration", nanoseconds).map_err(|error| error.to_string())?;
        match program.execute(&context) {
            Ok(cel::Value::Bool(true)) => Ok(()),
            Ok(_) => Err(format!("{}: {value}", rule["message"].as_str().unwrap_or(text))),
            Err(error) => Err(format!("{value} breaks `{text}`: {error}")),
        }
    }

    /// A rule ready to run, or why it does not compile.
    pub fn compile(&self, text: &str) -> Result<Arc<Program>, String> {
        if let Some(program) = self.compiled.borrow().get(text) {
            return Ok(Arc::clone(program));
        }
        let program = Arc::new(self.environment.compile(text).map_err(|error| format!("`{text}`: {error}"))?);
        self.compiled.borrow_mut().insert(text.to_owned(), Arc::clone(&program));
        Ok(program)
    }
}

/// Integers as CEL's `int`, which is what the API server hands to rules; fields as CEL's maps.
fn signed(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => cel::Value::Int(number),
            None => cel::Value::Float(number.as_f64().unwrap()),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(signed).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.as_str(), signed(value)));
            cel::Value::from(fields.collect::<cel_map::Map<_, _>>())
        }
    }
}

/// The only place that needs a map without order, and only to hand it over.
mod cel_map {
    #[expect(clippy::disallowed_types, reason = "cel takes its maps in this form; no order leaves it")]
    pub type Map<K, V> = std::collections::HashMap<K, V>;
}

/// Go's `time.ParseDuration`, by which the API server's `duration()` goes: `1h30m`, `1.5s`, `-2ms`; in nanoseconds,
/// which compare as durations do. The crate has durations only together with calendars and time zones.
#[expect(clippy::needless_pass_by_value, reason = "cel hands arguments over by value")]
fn nanoseconds(text: Arc<String>) -> Result<i64, cel::ExecutionError> {
    let fault = || cel::ExecutionError::function_error("duration", format!("{text} is no duration"));
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    let mut total = 0.0;
    loop {
        let digits = rest.find(|mark: char| !mark.is_ascii_digit() && mark != '.').ok_or_else(fault)?;
        let (number, after) = rest.split_at(digits);
        let unit = after.find(|mark: char| mark.is_ascii_digit() || mark == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let size = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return Err(fault()),
        };
        total += number.parse::<f64>().map_err(|_| fault())? * size;
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, as no duration of a mesh does")]
    Ok((sign * total) as i64)
}
