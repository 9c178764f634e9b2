//! `redirect` and `directResponse`: answers that no version gives.
//!
//! Enters: their trees. Leaves: [`Redirect`], [`DirectResponse`]. Refuses to know: which statuses there are.

use super::super::Written;
use super::super::reader::{Form, Reader};
use super::super::tree::Value;
use super::status;
use crate::source::At;

/// `redirect`
#[expect(clippy::struct_field_names, reason = "the fields are named as Istio names them")]
#[derive(Clone, Debug)]
pub struct Redirect {
    pub uri: Written<String>,
    pub authority: Written<String>,
    pub port: Written<u16>,
    pub derive_port: Written<String>,
    pub scheme: Written<String>,
    pub redirect_code: Written<u16>,
}

/// `directResponse`
#[derive(Clone, Debug)]
pub struct DirectResponse {
    pub status: At<u16>,
    pub body: Written<Body>,
}

/// `directResponse.body`. It should have exactly one field: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct Body {
    pub string: Written<String>,
    /// Base64, unchecked.
    pub bytes: Written<String>,
}

const REDIRECT: Form<6> = Form {
    what: "a redirect",
    example: "redirect: {uri: /new}",
    fields: ["uri", "authority", "port", "derivePort", "scheme", "redirectCode"],
};

const DIRECT_RESPONSE: Form<2> =
    Form { what: "a directResponse", example: "directResponse: {status: 503}", fields: ["status", "body"] };

const BODY: Form<2> = Form { what: "a body", example: "body: {string: closed}", fields: ["string", "bytes"] };

impl Redirect {
    /// Reads `redirect`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [uri, authority, port, derive_port, scheme, redirect_code] = reader.fields(value, &REDIRECT)?;
        let redirect = Self {
            uri: uri.read(reader, Reader::text),
            authority: authority.read(reader, Reader::text),
            port: port.read(reader, |reader, value| reader.number(value, "port", 1..=65535)),
            derive_port: derive_port.read(reader, Reader::text),
            scheme: scheme.read(reader, Reader::text),
            redirect_code: redirect_code.read(reader, status),
        };
        Some(At::new(redirect, value.place()))
    }
}

impl DirectResponse {
    /// Reads `directResponse`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [code, body] = reader.fields(value, &DIRECT_RESPONSE)?;
        let code = code.required("status", &DIRECT_RESPONSE, value, reader, status);
        let body = body.read(reader, |reader, value| {
            let [string, bytes] = reader.fields(value, &BODY)?;
            let body =
                Body { string: string.read(reader, Reader::text), bytes: bytes.read(reader, Reader::text) };
            Some(At::new(body, value.place()))
        });
        Some(At::new(Self { status: code?, body }, value.place()))
    }
}
