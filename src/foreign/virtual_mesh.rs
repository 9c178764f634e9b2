//! `VirtualMesh` of Service Mesh Hub and Gloo Mesh: what it says of the names between clusters.
//!
//! Enters: objects. Leaves: the end of remote names. Refuses to know: services.

use super::field::{Form, text_of};
use super::object::Object;
use super::problems;
use crate::input::reader::Reader;
use crate::source::At;

const SPEC: Form = Form {
    what: "a VirtualMesh",
    used: &["federation", "globalAccessPolicy"],
    // Which meshes they are, and that they share a root, is what a topology is about.
    redundant: &["displayName", "meshes", "mtlsConfig"],
    reported: &[],
};

const FEDERATION: Form = Form {
    what: "a federation",
    used: &["hostnameSuffix", "selectors"],
    redundant: &["mode", "permissive"],
    reported: &[
        ("flatNetwork", "give the clusters one `network`"),
        ("tcpKeepalive", "write `trafficPolicy: {connectionPool: …}` of the services"),
        ("eastWestIngressGatewaySelectors", "write `gateway: {selector: …}` of the clusters"),
    ],
};

/// The end of remote names, if one of them says it.
pub fn suffix(objects: &[Object<'_>], reader: &mut Reader) -> Option<At<String>> {
    let mut suffix: Option<At<String>> = None;
    for object in objects {
        let Some(fields) = SPEC.open(object.spec, reader) else { continue };
        let access = fields.get("globalAccessPolicy").and_then(text_of);
        if access.is_some_and(|access| access.value == "ENABLED") {
            reader.report(problems::management::access(object, fields.key("globalAccessPolicy")));
        }
        let federation = fields.get("federation").and_then(|value| FEDERATION.open(value, reader));
        let Some(federation) = federation else { continue };
        // Without words a selector is everything to everybody.
        let narrows = |selector: &_| !super::field::entries(*selector).is_empty();
        if federation.list("selectors").iter().any(narrows) {
            reader.report(problems::management::selectors(object, federation.key("selectors")));
        }
        let own = federation.text("hostnameSuffix", reader).filter(|at| !at.value.is_empty());
        match (&suffix, own) {
            (Some(first), Some(own)) if first.value != own.value => {
                reader.report(problems::management::suffixes_differ(&own, first));
            }
            (Some(_), _) => {}
            (None, own) => suffix = own,
        }
    }
    suffix
}
