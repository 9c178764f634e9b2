//! `redirect` and `directResponse`: answers that no version gives.
//!
//! Enters: their trees. Leaves: [`Redirect`], [`DirectResponse`]. Refuses to know: which statuses there are.

use super::super::Written;
use super::super::reader::{Reader, form};
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

form! {
    struct RedirectFields: "a redirect", "redirect: {uri: /new}" {
        uri: "uri",
        authority: "authority",
        port: "port",
        derive_port: "derivePort",
        scheme: "scheme",
        redirect_code: "redirectCode",
    }
}

form! {
    struct DirectResponseFields: "a directResponse", "directResponse: {status: 503}" {
        code: "status",
        body: "body",
    }
}

form! {
    struct BodyFields: "a body", "body: {string: closed}" {
        string: "string",
        bytes: "bytes",
    }
}

impl Redirect {
    /// Reads `redirect`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let RedirectFields { uri, authority, port, derive_port, scheme, redirect_code } =
            reader.fields(value)?;
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
        let DirectResponseFields { code, body } = reader.fields(value)?;
        let code = code.required::<_, DirectResponseFields>("status", value, reader, status);
        let body = body.read(reader, |reader, value| {
            let BodyFields { string, bytes } = reader.fields(value)?;
            let body =
                Body { string: string.read(reader, Reader::text), bytes: bytes.read(reader, Reader::text) };
            Some(At::new(body, value.place()))
        });
        Some(At::new(Self { status: code?, body }, value.place()))
    }
}
