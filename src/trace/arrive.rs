//! At the pods: whether their own proxies take the connection.
//!
//! Enters: a connection to pods. Leaves: a share that has arrived, or is refused. Refuses to know: what the application
//! answers.

use super::object::peer_authentication::MutualTlsMode;
use super::proxy::Proxy;
use super::registry::Registry;
use super::report::{DeadEnd, End};
use super::upstream::{Pods, Wrapping};
use super::walk::{Flow, Walk};

impl<'a> Walk<'_, 'a> {
    /// A proxy opens a connection to pods.
    pub(super) fn arrive(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: Flow,
        pods: &Pods<'a>,
        wrapping: &Wrapping,
    ) {
        let Pods { cluster, workload, namespace, port } = *pods;
        if !proxy.reaches_pods(registry.cluster, cluster, workload) {
            let why = format!(
                "{} dials pods of {} by their own addresses, which are not known there: to the control plane both are in one network",
                registry.cluster.name, cluster.name
            );
            return self.dead(flow, DeadEnd::ForeignPodIp, why);
        }
        let Some(there) = self.registry(&cluster.name) else { return };
        let mode = there.mutual_tls(namespace, &workload.labels, port);
        let name = format!("{} in {}", workload.name, cluster.name);
        let refusal = match wrapping {
            Wrapping::Mesh { .. } | Wrapping::OtherTls if workload.no_sidecar => {
                Some((DeadEnd::MtlsToPlainPod, format!("TLS to {name}, which has no proxy")))
            }
            Wrapping::OtherTls => {
                Some((DeadEnd::NoInboundChain, format!("{name} takes the mesh's TLS or none")))
            }
            Wrapping::Mesh { .. } if mode == MutualTlsMode::Disable => {
                Some((DeadEnd::InboundMtlsNotTerminated, format!("{name} takes plaintext alone")))
            }
            Wrapping::Plaintext if mode == MutualTlsMode::Strict && !workload.no_sidecar => {
                Some((DeadEnd::NoInboundChain, format!("{name} takes the mesh's TLS alone")))
            }
            Wrapping::Mesh { sni: _, demands } => {
                let who = &workload.identities;
                let is_known =
                    demands.is_empty() || who.is_empty() || who.iter().any(|who| demands.contains(who));
                (!is_known).then(|| (DeadEnd::SanMismatch, format!("{name} is not who the caller demands")))
            }
            Wrapping::Plaintext => None,
        };
        if let Some((reason, why)) = refusal {
            return self.dead(flow, reason, why);
        }
        let label = |key: &str| workload.labels.get(key).cloned();
        let end = End::Pods {
            cluster: cluster.name.clone(),
            workload: workload.name.clone(),
            app: label("app").unwrap_or_default(),
            version: label("version"),
            port,
        };
        self.end(flow, end);
    }
}
