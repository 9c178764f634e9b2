//! Every word of a `ServiceEntry`.

use super::{text, texts};
use crate::istio::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec, ServicePort};

pub(super) fn service_entry() -> ServiceEntrySpec {
    ServiceEntrySpec {
        hosts: texts(),
        addresses: texts(),
        export_to: texts(),
        location: Location::MeshInternal,
        resolution: Resolution::Static,
        ports: vec![ServicePort { name: text(), number: 1, protocol: "HTTP" }],
        endpoints: vec![Endpoint {
            address: text(),
            ports: [(text(), 1)].into(),
            labels: [(text(), text())].into(),
            network: Some(text()),
            service_account: Some(text()),
            locality: Some(text()),
            weight: Some(1),
        }],
    }
}
