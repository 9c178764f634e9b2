//! Stub.
use crate::diagnostic::Finding;
use crate::model::{Actions, action::*};
use crate::spec;
pub fn actions(_: &spec::action::Actions, _: &mut Vec<Finding>) -> Option<Actions> {
    Some(Actions::default())
}
pub fn redirect(_: &crate::source::At<spec::action::Redirect>, _: &mut Vec<Finding>) -> Option<Redirect> {
    None
}
pub fn direct_response(
    _: &crate::source::At<spec::action::DirectResponse>,
    _: &mut Vec<Finding>,
) -> Option<DirectResponse> {
    None
}
pub fn headers(
    _: &crate::source::At<spec::action::HeaderOperations>,
    _: &mut Vec<Finding>,
) -> Option<HeaderOperations> {
    None
}
