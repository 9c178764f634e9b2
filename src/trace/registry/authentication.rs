//! Which TLS the pods of a namespace take, as the PeerAuthentications that a control plane obeys say.

use std::collections::BTreeMap;

use super::{ROOT, Registry};
use crate::trace::object::Object;
use crate::trace::object::peer_authentication::{MutualTlsMode, PeerAuthenticationSpec};

impl Registry<'_> {
    /// What pods with these labels take on a port: what is said of these pods goes before what is said of the namespace,
    /// and that before what is said of the mesh.
    #[must_use]
    pub(in crate::trace) fn mutual_tls(
        &self,
        namespace: &str,
        labels: &BTreeMap<String, String>,
        port: u16,
    ) -> MutualTlsMode {
        let all = &self.objects.peer_authentications;
        let selects = |object: &Object<PeerAuthenticationSpec>| {
            let selector = object.spec.selector.as_ref().filter(|selector| !selector.match_labels.is_empty());
            selector.map(|selector| {
                selector.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            })
        };
        let of_pods =
            all.iter().find(|object| object.place.namespace == namespace && selects(object) == Some(true));
        let wide = |home: &str| {
            all.iter().find(|object| object.place.namespace == home && selects(object).is_none())
        };
        let of_port = of_pods.and_then(|object| object.spec.port_level_mtls.get(&port)).copied();
        let whole = |object: &Object<PeerAuthenticationSpec>| object.spec.mtls;
        let levels =
            [of_port, of_pods.and_then(whole), wide(namespace).and_then(whole), wide(ROOT).and_then(whole)];
        let said = levels.into_iter().flatten().map(|mutual| mutual.mode);
        said.filter(|mode| *mode != MutualTlsMode::Unset).next().unwrap_or(MutualTlsMode::Permissive)
    }
}
