//! Stub.
use crate::diagnostic::Finding;
use crate::model::condition::HttpMatch;
use crate::spec;
pub fn words(_: &spec::condition::Condition, _: &mut Vec<Finding>) -> Option<HttpMatch> {
    None
}
