//! How a call gets into another cluster.

use crate::input::{self, Written};
use crate::model::Reach;
use crate::source::At;

/// What was written, if it could be read.
pub fn written(written: &Written<input::reach::Reach>) -> Option<At<Reach>> {
    let At { value, place } = written.written()?;
    let reach = match value {
        input::reach::Reach::Sni => Reach::Sni,
        input::reach::Reach::Rewrite => Reach::Rewrite,
        input::reach::Reach::Merged => Reach::Merged,
        input::reach::Reach::Discovery => Reach::Discovery,
    };
    Some(At::new(reach, *place))
}
