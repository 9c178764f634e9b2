//! `fault`: trouble made on purpose.

use serde::Serialize;

use super::duration;
use crate::model::action::{self as model, AbortStatus};

/// `fault`
#[derive(Serialize)]
pub struct Fault {
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<Delay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    abort: Option<Abort>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delay {
    fixed_delay: String,
    percentage: Percentage,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Abort {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc_status: Option<&'static str>,
    percentage: Percentage,
}

#[derive(Serialize)]
struct Percentage {
    value: f64,
}

impl Fault {
    pub fn of(written: &model::Fault) -> Self {
        let model::Fault { delay, abort } = written;
        Self { delay: delay.as_ref().map(Delay::of), abort: abort.as_ref().map(Abort::of) }
    }
}

impl Delay {
    fn of(written: &model::Delay) -> Self {
        let model::Delay { fixed_delay, percentage } = written;
        Self { fixed_delay: duration(*fixed_delay), percentage: Percentage::of(*percentage) }
    }
}

impl Abort {
    fn of(written: &model::Abort) -> Self {
        let model::Abort { status, percentage } = written;
        let (http_status, grpc_status) = match status {
            AbortStatus::Http(status) => (Some(*status), None),
            AbortStatus::Grpc(name) => (None, Some(name.value)),
        };
        Self { http_status, grpc_status, percentage: Percentage::of(*percentage) }
    }
}

impl Percentage {
    fn of(percentage: Option<f64>) -> Self {
        Self { value: percentage.unwrap_or(100.0) }
    }
}
