//! Changes: who notices them, and whether the order that is found loses nothing.

mod mixes; // a second opinion on a step
mod random; // pairs that nobody wrote
mod transitions; // pairs with a verdict
