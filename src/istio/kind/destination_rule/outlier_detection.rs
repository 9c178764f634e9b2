//! `outlierDetection`: when an endpoint is left out for a while.

use serde::Serialize;

use crate::istio::word::duration::Duration;

/// At least one of its fields is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutlierDetection {
    /// The only word for `consecutive_gateway_errors` before 1.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consecutive_errors: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_external_local_origin_errors: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consecutive_local_origin_failures: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consecutive_gateway_errors: Option<u32>,
    #[serde(rename = "consecutive5xxErrors", skip_serializing_if = "Option::is_none")]
    pub consecutive_5xx_errors: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_ejection_time: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ejection_percent: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_health_percent: Option<u8>,
    /// Statuses that count as errors, instead of Envoy's own.
    #[serde(rename = "outlierDetectionHttpErrorCodes", skip_serializing_if = "Vec::is_empty")]
    pub http_error_codes: Vec<u16>,
}
