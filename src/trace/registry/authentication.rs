//! Which TLS pods take, as the `PeerAuthentication`s that a control plane obeys say.

use std::collections::BTreeMap;

use super::{ROOT, Registry};
use crate::trace::object::Object;
use crate::trace::object::peer_authentication::{MutualTls, MutualTlsMode, PeerAuthenticationSpec};
use crate::trace::world::selects;

impl Registry<'_> {
    /// What pods with these labels take on a port: what is said of these pods goes before what is said of all.
    #[must_use]
    pub(in crate::trace) fn mutual_tls(
        &self,
        namespace: &str,
        labels: &BTreeMap<String, String>,
        port: u16,
    ) -> MutualTlsMode {
        let of_pods = self.objects.peer_authentications.iter().find(|object| {
            object.place.namespace == namespace
                && selected(object).is_some_and(|selector| selects(selector, labels))
        });
        let of_port = of_pods.and_then(|object| object.spec.port_level_mtls.get(&port)).copied();
        let levels = [of_port, of_pods.and_then(|object| object.spec.mtls)];
        said(&levels).unwrap_or_else(|| self.mutual_tls_of_all(namespace))
    }

    /// What is said of all pods of a namespace, else of the mesh. Callers go by this alone when nobody tells them how to
    /// speak TLS. Source: `BestEffortInferServiceMTLSMode` in Istio's `pilot/pkg/model`.
    #[must_use]
    pub(in crate::trace) fn mutual_tls_of_all(&self, namespace: &str) -> MutualTlsMode {
        let all = &self.objects.peer_authentications;
        let of_all = |home: &str| {
            all.iter()
                .find(|object| object.place.namespace == home && selected(object).is_none())
                .and_then(|object| object.spec.mtls)
        };
        said(&[of_all(namespace), of_all(ROOT)]).unwrap_or(MutualTlsMode::Permissive)
    }
}

/// The labels of the pods that an object is for; nothing if it is for all.
fn selected(object: &Object<PeerAuthenticationSpec>) -> Option<&BTreeMap<String, String>> {
    let selector = object.spec.selector.as_ref()?;
    Some(&selector.match_labels).filter(|labels| !labels.is_empty())
}

/// The first level that says something.
fn said(levels: &[Option<MutualTls>]) -> Option<MutualTlsMode> {
    levels.iter().flatten().map(|mutual| mutual.mode).find(|mode| *mode != MutualTlsMode::Unset)
}
