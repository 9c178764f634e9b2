//! `reach`: how a call gets into another cluster; of the mesh, a cluster or a service.
//!
//! Enters: the tree of one word. Leaves: [`Reach`]. Refuses to know: whose word wins.

use super::reader::Reader;
use super::tree::Value;
use crate::source::At;

/// `reach`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// `sni`
    Sni,
    /// `rewrite`
    Rewrite,
    /// `merged`
    Merged,
    /// `discovery`
    Discovery,
}

impl Reach {
    /// Reads `reach`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let words = [
            ("sni", Self::Sni),
            ("rewrite", Self::Rewrite),
            ("merged", Self::Merged),
            ("discovery", Self::Discovery),
        ];
        reader.word(value, &words)
    }
}
