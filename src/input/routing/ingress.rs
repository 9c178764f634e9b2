//! `routes.KEY.ingress`: which requests from outside are let in under the rules of a service.
//!
//! Enters: its tree. Leaves: [`Ingress`]. Refuses to know: whether the gateways exist.

use super::super::condition::TextMatch;
use super::super::problems;
use super::super::reader::{Form, Reader, form};
use super::super::tree::{Value, View};
use super::super::{Listed, Written};
use crate::source::At;

/// One entry of `ingress`.
#[derive(Clone, Debug)]
pub struct Ingress {
    /// The gateway's name.
    pub gateway: At<String>,
    /// `resolve` asks for them where they are absent.
    pub hosts: Written<Listed<At<String>>>,
    /// `match`: any of them, each by `uri`. Absent means every request to the hosts.
    pub uris: Written<Listed<At<TextMatch>>>,
}

form! {
    struct IngressFields: "an ingress", "ingress: {bookinfo: {hosts: [shop.example.com], match: {uri: {prefix: /cart}}}}" {
        hosts: "hosts",
        uris: "match",
    }
}

form! {
    struct MatchFields: "the match of an ingress", "match: {uri: {prefix: /cart}}" {
        uri: "uri",
    }
}

impl Ingress {
    /// Reads `ingress`.
    pub fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        reader.entries(value, "a map of gateways", IngressFields::EXAMPLE, |reader, gateway, value| {
            let IngressFields { hosts, uris } = reader.fields(value)?;
            Some(Self {
                gateway: gateway.map(str::to_owned),
                hosts: hosts.read(reader, Reader::texts),
                uris: uris.read(reader, |reader, value| {
                    if matches!(value.view(), View::List([])) {
                        reader.report(problems::no_conditions(value.place()));
                        return None;
                    }
                    reader.list(value, uri)
                }),
            })
        })
    }
}

fn uri(reader: &mut Reader, value: Value<'_>) -> Option<At<TextMatch>> {
    let MatchFields { uri } = reader.fields(value)?;
    uri.required::<_, MatchFields>("uri", value, reader, TextMatch::read)
}
