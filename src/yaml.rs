//! Values as block-style YAML, laid out as kubectl lays it out.
//!
//! Enters: any value with serde's `Serialize`. Leaves: text that every reader of YAML takes for exactly that value.
//! Refuses to know: Istio's kinds, files, and where one document ends and the next begins.
//!
//! The common writers decide by the rules of YAML 1.2 what needs quotes, but kubectl and istioctl read by those of
//! 1.1: `country: no` arrives as a boolean, `canary: 1_000` as a number, and of the keys `y` and `on` one is lost.
//! There is no hook to make them quote more, so this writer quotes whatever any dialect could misread; the
//! measurements are in docs/decisions/yaml.md.

mod bundle; // objects as files
mod node; // any value
mod block; // sequences and mappings
mod key; // what stands before the colon
mod scalar; // text and numbers

use serde::Serialize;

pub use bundle::{Spans, Title};
pub use scalar::comment;

/// Appends one document: the value in block style and a line end.
///
/// It cannot fail on values whose keys are scalars. One that serde itself refuses (a sequence as a key, an error of
/// a hand-written `Serialize`) leaves nothing behind; no type of this compiler is such.
pub fn write<T: Serialize + ?Sized>(value: &T, out: &mut String) {
    let before = out.len();
    if value.serialize(node::Node::document(out)).is_err() {
        debug_assert!(false, "a value that YAML block style cannot say");
        out.truncate(before);
    }
}

#[cfg(test)]
mod tests;
