//! From one state of all clusters to another: who notices, and in which order nobody does.
//!
//! Enters: two sides, each with the objects of all clusters and the world that they are for. Leaves: what becomes of every
//! request, before and after, in rows for people and programs. Refuses to know: inputs, and how objects come about; it
//! compares and puts together what bundles say, and asks [`crate::trace`] where requests go.

pub mod document; // one object
pub mod state; // all that is applied
pub mod world; // what exists on the way
pub mod inferred; // and where nobody says
pub mod part; // what can be judged alone
pub mod ask; // which requests there are
pub mod answer; // where one goes
pub mod class; // what its caller notices
pub mod scene; // a change
pub mod field; // what of an object changes
pub mod row; // what callers notice, joined
mod union; // two forms at once
pub mod mix; // what may be met between two waits
mod guard; // what must not be lost
pub mod slot; // when what changes
mod ground; // what is tried
pub mod plan; // the order
pub mod next; // its first step
mod second; // two names for a while
mod words; // and how it is said
pub mod intent; // and whether it is what was meant
pub mod report; // all of it
pub mod human; // for a terminal
pub mod markdown; // for a pull request
pub mod json; // for programs
pub mod told; // the plan in words
pub mod step; // its files
pub mod commands; // and its commands
