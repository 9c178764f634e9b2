//! How a call gets into another cluster.

use crate::model::Reach;
use crate::source::At;
use crate::spec::{self, Written};

/// What was written, if it could be read.
pub fn written(written: &Written<spec::reach::Reach>) -> Option<At<Reach>> {
    let At { value, place } = written.written()?;
    let reach = match value {
        spec::reach::Reach::Sni => Reach::Sni,
        spec::reach::Reach::Rewrite => Reach::Rewrite,
        spec::reach::Reach::Merged => Reach::Merged,
        spec::reach::Reach::Discovery => Reach::Discovery,
    };
    Some(At::new(reach, *place))
}
