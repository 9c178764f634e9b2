//! `headers`: changes on the way there and back, of a rule or a destination.
//!
//! Enters: its tree. Leaves: [`HeaderOperations`]. Refuses to know: which names a header can have.

use super::super::reader::{Reader, form};
use super::super::tree::Value;
use super::super::{Keyed, Listed, Written};
use crate::source::At;

/// `headers`
#[derive(Clone, Debug)]
pub struct HeaderOperations {
    pub request: Written<HeaderChanges>,
    pub response: Written<HeaderChanges>,
}

/// `headers.request`, `headers.response`
#[derive(Clone, Debug)]
pub struct HeaderChanges {
    pub set: Written<Listed<Keyed<At<String>>>>,
    pub add: Written<Listed<Keyed<At<String>>>>,
    pub remove: Written<Listed<At<String>>>,
}

form! {
    struct HeaderOperationsFields: "headers", "headers: {request: {set: {x-version: v2}}}" {
        request: "request",
        response: "response",
    }
}

form! {
    struct HeaderChangesFields: "header changes", "request: {set: {x-version: v2}}" {
        set: "set",
        add: "add",
        remove: "remove",
    }
}

impl HeaderOperations {
    /// Reads `headers`, of a rule or a destination.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let HeaderOperationsFields { request, response } = reader.fields(value)?;
        let operations = Self {
            request: request.read(reader, HeaderChanges::read),
            response: response.read(reader, HeaderChanges::read),
        };
        Some(At::new(operations, value.place()))
    }
}

impl HeaderChanges {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let HeaderChangesFields { set, add, remove } = reader.fields(value)?;
        let changes = Self {
            set: set.read(reader, Reader::labels),
            add: add.read(reader, Reader::labels),
            remove: remove.read(reader, Reader::texts),
        };
        Some(At::new(changes, value.place()))
    }
}
