//! The model's words in Istio's.

pub mod condition;
pub mod action;
pub mod traffic_policy;
pub mod string_match;
pub mod duration;
pub mod percent;
