//! `steps`: a chain of `to`, one of which is built.
//!
//! Enters: the tree of it. Leaves: steps. Refuses to know: which of them is meant, and whether they fit together.

use super::super::reader::{Form, Reader, form};
use super::super::tree::{Value, View};
use super::super::{Listed, ServiceName, Written};
use super::Destination;
use crate::source::At;

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    pub to: Written<Listed<Destination>>,
    pub gate: Written<Gate>,
}

/// What is to be waited for before the next step. It is said to people, and meshgen waits for nothing.
#[derive(Clone, Debug)]
pub struct Gate {
    pub pause: Written<String>,
    pub check: Written<String>,
}

form! {
    struct StepFields: "a step", "{to: {v1: 95, v2: 5}, gate: {pause: 10m}}" {
        to: "to",
        gate: "gate",
    }
}

form! {
    struct GateFields: "a gate", "gate: {pause: 10m, check: no alarms}" {
        pause: "pause",
        check: "check",
    }
}

impl Step {
    /// All steps: each a `to`, or `{to, gate}`.
    pub fn read_all(routed: &ServiceName, reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        reader.list(value, |reader, value| Self::read(routed, reader, value))
    }

    fn read(routed: &ServiceName, reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let read = |reader: &mut Reader, value: Value<'_>| Destination::read_all(routed, reader, value);
        let is_long_form = StepFields::FIELDS.iter().filter_map(|field| value.get(field)).any(is_no_share);
        if !is_long_form {
            let to = read(reader, value).map_or(Written::Illegible, Written::As);
            return Some(Self { to, gate: Written::Absent });
        }
        let StepFields { to, gate } = reader.fields(value)?;
        let to = to.required::<_, StepFields<'_>>("to", value, reader, read);
        let to = to.map_or(Written::Illegible, Written::As);
        Some(Self { to, gate: gate.read(reader, Gate::read) })
    }
}

/// A version may be called `to`: then its value is a number.
fn is_no_share(value: Value<'_>) -> bool {
    match value.view() {
        View::Text(scalar) => scalar.text.parse::<f64>().is_err(),
        View::Nothing | View::List(_) | View::Map(_) | View::Illegible => true,
    }
}

impl Gate {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let GateFields { pause, check } = reader.fields(value)?;
        let gate = Self { pause: pause.read(reader, Reader::text), check: check.read(reader, Reader::text) };
        Some(At::new(gate, value.place()))
    }
}
