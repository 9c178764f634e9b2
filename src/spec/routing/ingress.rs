//! `routes.KEY.ingress`: which requests from outside are let in under the rules of a service.
//!
//! Enters: its tree. Leaves: [`Ingress`]. Refuses to know: whether the gateways exist.

use super::super::condition::TextMatch;
use super::super::problems;
use super::super::reader::{Form, Reader};
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

const INGRESS: Form<2> = Form {
    what: "an ingress",
    example: "ingress: {bookinfo: {hosts: [shop.example.com], match: {uri: {prefix: /cart}}}}",
    fields: ["hosts", "match"],
};

const MATCH: Form<1> =
    Form { what: "the match of an ingress", example: "match: {uri: {prefix: /cart}}", fields: ["uri"] };

impl Ingress {
    /// Reads `ingress`.
    pub fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        reader.entries(value, "a map of gateways", INGRESS.example, |reader, gateway, value| {
            let [hosts, uris] = reader.fields(value, &INGRESS)?;
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
    let [uri] = reader.fields(value, &MATCH)?;
    uri.required("uri", &MATCH, value, reader, TextMatch::read)
}
