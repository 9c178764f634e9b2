//! What Istio is told: its kinds, in its own spelling, and what each of its releases can say.
//!
//! Enters: what each class of clusters must know of a service. Leaves: objects, and findings about what releases
//! cannot say. Refuses to know: how the inputs were written, and how objects become text.

pub mod lower; // the whole of it
mod serve; // the versions that run in a cluster
mod near; // how connections to them are made
mod entrance; // the gateways that others enter by
pub mod way; // what each way has written
mod contract; // what is said to a far gateway
pub mod failover; // the next nearest, when one is unhealthy
mod routes; // where requests go
mod ingress; // where requests from outside go
mod stand_in; // Services for what runs only in others
mod plain_name; // entries for the same
pub mod release; // what each release can say
pub mod dialect; // what clusters' Istio was asked to say and cannot
pub mod waves; // what Argo CD is told
mod problems;
pub mod sni; // what names a service, port and subset to a gateway
mod mark; // what all objects of a mesh have in common
pub mod word; // the model's words in Istio's
pub mod kind; // plain types

pub use dialect::Lacks;
pub use lower::{ClassObjects, Step};
pub use way::rewrite::Form;
