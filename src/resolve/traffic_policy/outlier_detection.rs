//! `outlierDetection` as meant.

use super::{problems, says_something};
use crate::diagnostic::Finding;
use crate::input::traffic_policy as written;
use crate::model::traffic_policy::OutlierDetection;
use crate::resolve::value::{Checked, Poisoned, duration, each, optional, placed, plain};
use crate::source::At;

pub(super) fn outlier_detection(
    at: &At<written::OutlierDetection>,
    findings: &mut Vec<Finding>,
) -> Checked<OutlierDetection> {
    let written::OutlierDetection {
        split_external_local_origin_errors: split,
        consecutive_local_origin_failures: local,
        consecutive_gateway_errors,
        consecutive_5xx_errors,
        interval,
        base_ejection_time,
        max_ejection_percent,
        min_health_percent,
        http_error_codes: codes,
    } = &at.value;
    let absent = [
        split.is_absent(),
        local.is_absent(),
        consecutive_gateway_errors.is_absent(),
        consecutive_5xx_errors.is_absent(),
        interval.is_absent(),
        base_ejection_time.is_absent(),
        max_ejection_percent.is_absent(),
        min_health_percent.is_absent(),
        codes.is_absent(),
    ];
    let words = ["consecutive5xxErrors", "interval", "baseEjectionTime"];
    says_something(at.place, "outlierDetection", &absent, &words, findings)?;
    let interval = optional(interval, |at| duration::duration(at, "interval", findings));
    let base_ejection_time =
        optional(base_ejection_time, |at| duration::duration(at, "baseEjectionTime", findings));
    let codes = optional(codes, |at| {
        let codes: Vec<u16> = each(codes, |code| Ok(code.value))?;
        Ok(At::new(codes, at.place))
    });
    if let (Some(At { value: 1.., place }), false) = (local.written(), split.value() == Some(&true))
        && !split.is_illegible()
    {
        findings.push(problems::local_failures_not_split(*place));
        return Err(Poisoned);
    }
    Ok(OutlierDetection {
        split_external_local_origin_errors: placed(split)?,
        consecutive_local_origin_failures: placed(local)?,
        consecutive_gateway_errors: plain(consecutive_gateway_errors)?,
        consecutive_5xx_errors: placed(consecutive_5xx_errors)?,
        interval: interval?,
        base_ejection_time: base_ejection_time?,
        max_ejection_percent: plain(max_ejection_percent)?,
        min_health_percent: plain(min_health_percent)?,
        http_error_codes: codes?.filter(|at| !at.value.is_empty()),
    })
}
