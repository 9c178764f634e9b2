//! What Istio is told: its kinds, in its own spelling, and what each of its releases can say.
//!
//! Enters: what each cluster must know. Leaves: one list of objects per cluster, and findings about what the
//! cluster's release cannot say. Refuses to know: how the inputs were written, and how objects become text.

pub mod release; // what each release can say
pub mod object; // one object: what every kind has in common
pub mod service_entry;
pub mod destination_rule;
pub mod gateway;
pub mod virtual_service;
pub mod stand_in; // the one kind that is Kubernetes' own
pub mod string_match;
pub mod duration;
pub mod percent;
