//! What is said about the meaning of the inputs: all wording of this stage.

pub(super) mod action;
pub(super) mod value;
