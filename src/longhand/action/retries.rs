//! `retries`: how often, when and whom to ask again.

use serde::Serialize;

use super::{duration, value};
use crate::model::action as model;

/// `retries`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retries {
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_try_timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_remote_localities: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_ignore_previous_hosts: Option<bool>,
}

impl Retries {
    pub fn of(written: &model::Retries) -> Self {
        let model::Retries {
            attempts,
            per_try_timeout,
            retry_on,
            retry_remote_localities,
            backoff,
            retry_ignore_previous_hosts,
        } = written;
        let reasons: Vec<&str> = retry_on.iter().map(|reason| reason.value.as_str()).collect();
        Self {
            attempts: attempts.value,
            per_try_timeout: per_try_timeout.map(duration),
            retry_on: (!reasons.is_empty()).then(|| reasons.join(",")),
            retry_remote_localities: value(retry_remote_localities.as_ref()),
            backoff: value(backoff.as_ref()).map(duration),
            retry_ignore_previous_hosts: value(retry_ignore_previous_hosts.as_ref()),
        }
    }
}
