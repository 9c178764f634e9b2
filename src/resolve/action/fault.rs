//! `fault` as meant.

use super::{exclusive, problems, says_something};
use crate::diagnostic::Finding;
use crate::input::action as written;
use crate::model::action::{Abort, AbortStatus, Delay, Fault};
use crate::resolve::value::{Checked, Poisoned, duration, http, optional};
use crate::source::At;

pub(super) fn fault(at: &At<written::Fault>, findings: &mut Vec<Finding>) -> Checked<Fault> {
    let written::Fault { delay: waits, abort: fails } = &at.value;
    says_something(at.place, "fault", &[waits.is_absent(), fails.is_absent()], findings)?;
    let delay = optional(waits, |at| delay(&at.value, findings));
    let abort = optional(fails, |at| abort(at, findings));
    Ok(Fault { delay: delay?, abort: abort? })
}

fn delay(written: &written::Delay, findings: &mut Vec<Finding>) -> Checked<Delay> {
    let written::Delay { fixed_delay, percentage } = written;
    let fixed_delay = duration::duration(fixed_delay, "fixedDelay", findings);
    let percentage = optional(percentage, |at| http::percentage(at, findings));
    Ok(Delay { fixed_delay: fixed_delay?, percentage: percentage? })
}

fn abort(at: &At<written::Abort>, findings: &mut Vec<Finding>) -> Checked<Abort> {
    let written::Abort { http_status, grpc_status, percentage } = &at.value;
    let one = exclusive(("httpStatus", http_status.place()), ("grpcStatus", grpc_status.place()), findings);
    let http_status = optional(http_status, |at| http::status(at, findings));
    let grpc_status = optional(grpc_status, |at| http::grpc_status(at, findings));
    let percentage = optional(percentage, |at| http::percentage(at, findings));
    one?;
    let status = match (http_status?, grpc_status?) {
        (Some(status), _) => AbortStatus::Http(status),
        (None, Some(status)) => AbortStatus::Grpc(status),
        (None, None) => {
            findings.push(problems::abort_without_status(at.place));
            return Err(Poisoned);
        }
    };
    Ok(Abort { status, percentage: percentage? })
}
