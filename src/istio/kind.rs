//! Kubernetes' and Istio's kinds as plain types: their fields, in their spelling.

pub mod object; // what every kind has in common
pub mod service; // the one kind that is Kubernetes' own
pub mod service_entry;
pub mod destination_rule;
pub mod gateway;
pub mod envoy_filter;
pub mod virtual_service;
