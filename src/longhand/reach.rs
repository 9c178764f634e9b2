//! How a call gets into another cluster.

use crate::model::Reach;
use crate::source::At;

/// The word for it.
pub fn word(reach: Reach) -> &'static str {
    match reach {
        Reach::Sni => "sni",
        Reach::Rewrite => "rewrite",
        Reach::Merged => "merged",
        Reach::Discovery => "discovery",
    }
}

/// The word, where one was written: it goes before another's, so that it must not stand where none was.
pub fn written(reach: Option<&At<Reach>>) -> Option<&'static str> {
    reach.map(|reach| word(reach.value))
}
