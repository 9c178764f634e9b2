//! `fault` in Istio's words.

use crate::istio::dialect::Dialect;
use crate::istio::kind::virtual_service::{FaultAbort, FaultDelay, HttpFaultInjection};
use crate::istio::release::Feature;
use crate::istio::word::duration::Duration;
use crate::istio::word::percent::Percent;
use crate::model::action::{Abort, AbortStatus, Delay, Fault};

/// Percentages are always written: Istio takes an absent one for 0.
pub(super) fn fault(written: &Fault, dialect: &mut Dialect<'_>) -> HttpFaultInjection {
    let Fault { delay: waits, abort: fails } = written;
    HttpFaultInjection {
        delay: waits.as_ref().map(delay),
        abort: fails.as_ref().map(|fails| abort(fails, dialect)),
    }
}

fn delay(written: &Delay) -> FaultDelay {
    let Delay { fixed_delay, percentage } = written;
    FaultDelay { fixed_delay: Duration(*fixed_delay), percentage: percent(*percentage) }
}

fn abort(written: &Abort, dialect: &mut Dialect<'_>) -> FaultAbort {
    let Abort { status, percentage } = written;
    let (http_status, grpc_status) = match status {
        AbortStatus::Http(status) => (Some(*status), None),
        AbortStatus::Grpc(at) => (None, dialect.say(Feature::AbortWithGrpcStatus, at.place, at.value)),
    };
    FaultAbort { http_status, grpc_status, percentage: percent(*percentage) }
}

fn percent(percentage: Option<f64>) -> Percent {
    Percent(percentage.unwrap_or(100.0))
}
