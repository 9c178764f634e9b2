//! What Istio is told: its kinds, in its own spelling, and what each of its releases can say.
//!
//! Enters: what each cluster must know. Leaves: one list of objects per cluster, and findings about what the
//! cluster's release cannot say. Refuses to know: how the inputs were written, and how objects become text.

mod lower; // the whole of it
pub mod bundle; // the objects of one cluster, and what they count on there
mod serve; // the versions that run in a cluster
mod entrances; // the gateways that others enter by
pub mod rewrite; // names that gateways are taught
mod call; // names for what runs in others
pub mod joined; // far pods under the plain name
pub mod discovered; // what control planes show under the plain name
mod endpoint; // the gateways behind such a name
pub mod failover; // the next nearest, when one is unhealthy
mod route; // where requests go
mod ingress; // where requests from outside go
mod stand_in; // names for what runs only in others
pub mod condition;
pub mod action;
pub mod traffic_policy;
pub mod release; // what each release can say
pub mod dialect; // what one cluster's Istio was asked to say and cannot
mod problems;
pub mod sni; // the whole contract between two clusters
mod mark; // what all objects of a mesh have in common
pub mod object; // one object: what every kind has in common
pub mod service_entry;
pub mod destination_rule;
pub mod gateway;
pub mod envoy_filter;
pub mod virtual_service;
pub mod service; // the one kind that is Kubernetes' own
pub mod string_match;
pub mod duration;
pub mod percent;

pub use bundle::Bundle;
pub use dialect::Lacks;
pub use lower::lower;
pub use rewrite::Form;
