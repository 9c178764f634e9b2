//! Promises and rules as routes. A further form of routes is a further file here.

mod connection; // by SNI, or by address
mod names; // that callers ask for in TLS
pub mod owner; // who else turns the weights
mod share; // who gets which share
pub mod virtual_service;
