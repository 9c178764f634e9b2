//! `services.KEY.ports`: a number, numbers by name, or the long form.
//!
//! Enters: its tree. Leaves: [`Port`]s. Refuses to know: which protocols there are.

use super::super::reader::{Reader, form};
use super::super::tree::{Value, View};
use super::super::{Listed, Written};
use crate::source::{At, Place};

/// One port of a service.
#[derive(Clone, Debug)]
pub struct Port {
    /// The key; nothing for a port written as a bare number.
    pub name: Option<At<String>>,
    /// Never absent.
    pub number: Written<u16>,
    /// As written, unchecked.
    pub protocol: Written<String>,
    /// The key, or the bare number.
    pub place: Place,
    /// The pods' port by name or number, as written.
    pub target: Written<String>,
}

form! {
    struct PortFields: "a port", "db: {number: 3306, protocol: MySQL}" {
        number: "number",
        protocol: "protocol",
        target: "targetPort",
    }
}

impl Port {
    /// Reads `ports`.
    pub fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        match value.view() {
            View::Text(_) => {
                let number = port_number(reader, value).map_or(Written::Illegible, Written::As);
                let port = Self {
                    name: None,
                    number,
                    protocol: Written::Absent,
                    place: value.place(),
                    target: Written::Absent,
                };
                Some(At::new(Listed { entries: vec![port], complete: true }, value.place()))
            }
            // A map in a list is how Kubernetes writes ports.
            View::List([only]) if matches!(value.element(only).view(), View::Text(_)) => {
                Self::read_all(reader, value.element(only))
            }
            View::Nothing | View::List(_) | View::Map(_) | View::Illegible => reader.entries(
                value,
                "a map of ports",
                "ports: {http: 9080, grpc-api: 9090}",
                |reader, name, value| Some(Self::read(name.map(str::to_owned), value, reader)),
            ),
        }
    }

    fn read(name: At<String>, value: Value<'_>, reader: &mut Reader) -> Self {
        let place = name.place;
        let (number, protocol, target) = if let View::Text(_) = value.view() {
            (port_number(reader, value), Written::Absent, Written::Absent)
        } else {
            let PortFields { number, protocol, target } = reader.fields_or_illegible(value);
            let number = number.required::<_, PortFields>("number", value, reader, port_number);
            (number, protocol.read(reader, Reader::text), target.read(reader, Reader::text))
        };
        let number = number.map_or(Written::Illegible, Written::As);
        Self { name: Some(name), number, protocol, place, target }
    }
}

fn port_number(reader: &mut Reader, value: Value<'_>) -> Option<At<u16>> {
    reader.number(value, "port", 1..=65535)
}
