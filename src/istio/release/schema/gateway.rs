//! Every word of a `Gateway`.

use super::{text, texts};
use crate::istio::gateway::{GatewaySpec, Server, ServerPort, ServerTls, ServerTlsMode};

pub(super) fn gateway() -> GatewaySpec {
    GatewaySpec {
        selector: [(text(), text())].into(),
        servers: vec![Server {
            name: Some(text()),
            port: ServerPort { name: text(), number: 1, protocol: "TLS" },
            tls: Some(ServerTls {
                https_redirect: Some(true),
                mode: Some(ServerTlsMode::AutoPassthrough),
                credential_name: Some(text()),
                server_certificate: Some(text()),
                private_key: Some(text()),
                ca_certificates: Some(text()),
                subject_alt_names: texts(),
                min_protocol_version: Some("TLSV1_2"),
                max_protocol_version: Some("TLSV1_3"),
                cipher_suites: texts(),
            }),
            hosts: texts(),
        }],
    }
}
