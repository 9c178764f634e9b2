//! What is meant?
//!
//! Enters: the inputs as written. Leaves: the mesh, every name resolved, every default filled in. Refuses to know:
//! what each cluster must be told.

mod problems;
mod value; // texts and numbers that must be of some form
mod condition;
mod action;
