//! `fault`: requests that are delayed or failed on purpose.
//!
//! Enters: its tree. Leaves: [`Fault`]. Refuses to know: which statuses and durations there are.

use super::super::Written;
use super::super::reader::{Form, Reader};
use super::super::tree::{Value, View};
use super::status;
use crate::source::At;

/// `fault`
#[derive(Clone, Debug)]
pub struct Fault {
    pub delay: Written<Delay>,
    pub abort: Written<Abort>,
}

/// `fault.delay`
#[derive(Clone, Debug)]
pub struct Delay {
    /// A duration, unchecked.
    pub fixed_delay: At<String>,
    /// 0 to 100.
    pub percentage: Written<f64>,
}

/// `fault.abort`. It should have exactly one status: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct Abort {
    pub http_status: Written<u16>,
    /// A name of gRPC's, unchecked.
    pub grpc_status: Written<String>,
    /// 0 to 100.
    pub percentage: Written<f64>,
}

const FAULT: Form<2> =
    Form { what: "a fault", example: "fault: {abort: {httpStatus: 500}}", fields: ["delay", "abort"] };

const DELAY: Form<2> =
    Form { what: "a delay", example: "delay: {fixedDelay: 5s}", fields: ["fixedDelay", "percentage"] };

const ABORT: Form<3> = Form {
    what: "an abort",
    example: "abort: {httpStatus: 500}",
    fields: ["httpStatus", "grpcStatus", "percentage"],
};

const PERCENTAGE: Form<1> =
    Form { what: "a percentage", example: "percentage: {value: 12.5}", fields: ["value"] };

impl Fault {
    /// Reads `fault`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [delay, abort] = reader.fields(value, &FAULT)?;
        let fault = Self { delay: delay.read(reader, Delay::read), abort: abort.read(reader, Abort::read) };
        Some(At::new(fault, value.place()))
    }
}

impl Delay {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [fixed_delay, percent] = reader.fields(value, &DELAY)?;
        let fixed_delay = fixed_delay.required("fixedDelay", &DELAY, value, reader, Reader::text);
        let percentage = percent.read(reader, percentage);
        Some(At::new(Self { fixed_delay: fixed_delay?, percentage }, value.place()))
    }
}

impl Abort {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [http_status, grpc_status, percent] = reader.fields(value, &ABORT)?;
        let abort = Self {
            http_status: http_status.read(reader, status),
            grpc_status: grpc_status.read(reader, Reader::text),
            percentage: percent.read(reader, percentage),
        };
        Some(At::new(abort, value.place()))
    }
}

/// `12.5`, or Istio's own `{value: 12.5}`.
fn percentage(reader: &mut Reader, value: Value<'_>) -> Option<At<f64>> {
    if let View::Text(_) = value.view() {
        return reader.percent(value);
    }
    let [number] = reader.fields(value, &PERCENTAGE)?;
    number.required("value", &PERCENTAGE, value, reader, Reader::percent)
}
