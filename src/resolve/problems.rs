//! What resolving finds, in words.

pub mod name;
pub mod address;
pub mod control_plane;
pub mod topology;
pub mod routing;
pub mod step;
pub mod connection;
pub mod value;
pub mod action;
pub mod traffic_policy;
pub mod service_account;
pub mod gateway;
pub mod ingress;
pub mod allow;
