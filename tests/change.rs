//! Changes: who notices them, and whether the order that is found loses nothing.

mod mixes; // a second opinion on a step
mod next; // without memory
mod random; // pairs that nobody wrote
mod transitions; // pairs with a verdict
