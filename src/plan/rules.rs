//! What a caller wants: the rules of a service, as the callers of one class meet them. Of ways it knows two things
//! only: whether a cluster is open to callers, and whether control planes show it.

pub mod condition; // which rules are for a caller at all
pub mod target; // routes, and what they lead to
pub mod gap; // what a survey tells of
pub mod route; // what a request gets
mod possible; // what cannot be on a port
mod clash; // what the proxy could not tell apart
mod shadow; // what earlier rules have answered
mod share; // whole percents
pub mod survey; // what all this shows about the rules
