//! `fault`: requests that are delayed or failed on purpose.
//!
//! Enters: its tree. Leaves: [`Fault`]. Refuses to know: which statuses and durations there are.

use super::super::Written;
use super::super::reader::{Reader, form};
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

form! {
    struct FaultFields: "a fault", "fault: {abort: {httpStatus: 500}}" {
        delay: "delay",
        abort: "abort",
    }
}

form! {
    struct DelayFields: "a delay", "delay: {fixedDelay: 5s}" {
        fixed_delay: "fixedDelay",
        percent: "percentage",
    }
}

form! {
    struct AbortFields: "an abort", "abort: {httpStatus: 500}" {
        http_status: "httpStatus",
        grpc_status: "grpcStatus",
        percent: "percentage",
    }
}

form! {
    struct PercentageFields: "a percentage", "percentage: {value: 12.5}" {
        number: "value",
    }
}

impl Fault {
    /// Reads `fault`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let FaultFields { delay, abort } = reader.fields(value)?;
        let fault = Self { delay: delay.read(reader, Delay::read), abort: abort.read(reader, Abort::read) };
        Some(At::new(fault, value.place()))
    }
}

impl Delay {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let DelayFields { fixed_delay, percent } = reader.fields(value)?;
        let fixed_delay = fixed_delay.required::<_, DelayFields>("fixedDelay", value, reader, Reader::text);
        let percentage = percent.read(reader, percentage);
        Some(At::new(Self { fixed_delay: fixed_delay?, percentage }, value.place()))
    }
}

impl Abort {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let AbortFields { http_status, grpc_status, percent } = reader.fields(value)?;
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
    let PercentageFields { number } = reader.fields(value)?;
    number.required::<_, PercentageFields>("value", value, reader, Reader::percent)
}
