//! `redirect` and `directResponse`: answers that no version gives.

use serde::Serialize;

use super::value;
use crate::model::action::{self as model, Body, RedirectPort};

/// `redirect`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redirect<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    derive_port: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_code: Option<u16>,
}

/// `directResponse`
#[derive(Serialize)]
pub struct DirectResponse<'m> {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Content<'m>>,
}

/// `directResponse.body`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Content<'m> {
    String(&'m str),
    Bytes(&'m str),
}

impl<'m> Redirect<'m> {
    pub fn of(written: &'m model::Redirect) -> Self {
        let model::Redirect { uri, authority, port, scheme, redirect_code } = written;
        let (port, derive_port) = match value(port.as_ref()) {
            Some(RedirectPort::Number(number)) => (Some(number), None),
            Some(RedirectPort::ProtocolDefault) => (None, Some("FROM_PROTOCOL_DEFAULT")),
            Some(RedirectPort::RequestPort) => (None, Some("FROM_REQUEST_PORT")),
            None => (None, None),
        };
        Self {
            uri: uri.as_deref(),
            authority: authority.as_deref(),
            port,
            derive_port,
            scheme: value(scheme.as_ref()).map(model::RedirectScheme::istio),
            redirect_code: value(redirect_code.as_ref()),
        }
    }
}

impl<'m> DirectResponse<'m> {
    pub fn of(written: &'m model::DirectResponse) -> Self {
        let model::DirectResponse { status, body } = written;
        Self {
            status: status.value,
            body: body.as_ref().map(|body| match body {
                Body::Text(text) => Content::String(text),
                Body::Bytes(base64) => Content::Bytes(base64),
            }),
        }
    }
}
