//! `outlierDetection`: when an endpoint is left out for a while.
//!
//! Enters: its tree. Leaves: [`OutlierDetection`]. Refuses to know: whether the durations are any good.

use super::super::reader::{Reader, form};
use super::super::tree::Value;
use super::super::{Listed, Written};
use super::connection_pool::count;
use crate::source::At;

/// `outlierDetection`; durations unchecked.
#[derive(Clone, Debug)]
pub struct OutlierDetection {
    pub split_external_local_origin_errors: Written<bool>,
    pub consecutive_local_origin_failures: Written<u32>,
    pub consecutive_gateway_errors: Written<u32>,
    pub consecutive_5xx_errors: Written<u32>,
    pub interval: Written<String>,
    pub base_ejection_time: Written<String>,
    /// 0 to 100.
    pub max_ejection_percent: Written<u8>,
    /// 0 to 100.
    pub min_health_percent: Written<u8>,
    /// 100 to 599.
    pub http_error_codes: Written<Listed<At<u16>>>,
}

form! {
    struct OutlierDetectionFields: "an outlierDetection", "outlierDetection: {consecutive5xxErrors: 5, baseEjectionTime: 30s}" {
        split_external_local_origin_errors: "splitExternalLocalOriginErrors",
        consecutive_local_origin_failures: "consecutiveLocalOriginFailures",
        consecutive_gateway_errors: "consecutiveGatewayErrors",
        consecutive_5xx_errors: "consecutive5xxErrors",
        interval: "interval",
        base_ejection_time: "baseEjectionTime",
        max_ejection_percent: "maxEjectionPercent",
        min_health_percent: "minHealthPercent",
        http_error_codes: "outlierDetectionHttpErrorCodes",
    }
}

impl OutlierDetection {
    /// Reads `outlierDetection`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let OutlierDetectionFields {
            split_external_local_origin_errors,
            consecutive_local_origin_failures,
            consecutive_gateway_errors,
            consecutive_5xx_errors,
            interval,
            base_ejection_time,
            max_ejection_percent,
            min_health_percent,
            http_error_codes,
        } = reader.fields(value)?;
        let detection = Self {
            split_external_local_origin_errors: split_external_local_origin_errors
                .read(reader, Reader::boolean),
            consecutive_local_origin_failures: consecutive_local_origin_failures.read(reader, count),
            consecutive_gateway_errors: consecutive_gateway_errors.read(reader, count),
            consecutive_5xx_errors: consecutive_5xx_errors.read(reader, count),
            interval: interval.read(reader, Reader::text),
            base_ejection_time: base_ejection_time.read(reader, Reader::text),
            max_ejection_percent: max_ejection_percent.read(reader, whole_percent),
            min_health_percent: min_health_percent.read(reader, whole_percent),
            http_error_codes: http_error_codes.read(reader, |reader, value| {
                reader.list(value, |reader, value| reader.number(value, "status", 100..=599))
            }),
        };
        Some(At::new(detection, value.place()))
    }
}

fn whole_percent(reader: &mut Reader, value: Value<'_>) -> Option<At<u8>> {
    reader.number(value, "percentage", 0..=100)
}
