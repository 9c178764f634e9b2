//! A picture of a mesh: who calls what where, with shares.
//!
//! Enters: what is applied, and the world that it is for. Leaves: a drawing for Mermaid or Graphviz, or one page for browsers.
//! Refuses to know: files, and how a request is followed; it asks [`crate::trace`].

mod arrow; // what drawings show
mod asked; // every request, and what becomes of it
pub mod dot;
pub mod html;
pub mod mermaid;
mod pool; // what is said often, kept once
mod words; // how it is said

pub use asked::{Asks, Picture};

/// In the first lines of every drawing: a file that has it may be replaced.
pub const MARK: &str = "written by meshgen graph";
