//! The ways to reach nobody: a closed list, each with a page.
//!
//! Enters: nothing; following a request ends in one of these. Leaves: its name, and its page. Refuses to know: which request it
//! was.

use std::fmt;

use serde::Serialize;

macro_rules! dead_ends {
    ($($(#[$doc:meta])* $name:ident $key:literal)*) => {
        /// Kinds of dead ends, by what Envoy has not got.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum DeadEnd {
            $($(#[$doc])* $name,)*
        }

        impl DeadEnd {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in traces and cases: `no-cluster`.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// What it means, why it happens, what to do: docs/dead-ends.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../../../docs/dead-ends/", $key, ".md")),)*
                }
            }
        }
    };
}

dead_ends! {
    /// No route matches: 404.
    NoRoute "no-route"
    /// A route names a host, port or subset that there is not: 503.
    NoCluster "no-cluster"
    /// The mesh does not know who is called, and lets nobody out: 502, or the connection is closed.
    BlackHole "blackhole"
    /// Nobody is left to answer: 503.
    NoEndpoints "no-endpoints"
    /// Nothing listens on the gateway's port.
    NoListener "no-listener"
    /// The gateway does not know the SNI.
    NoFilterChain "no-filter-chain"
    /// The gateway knows one SNI twice, and Envoy refuses it as a whole.
    ListenerRejected "listener-rejected"
    /// The gateway's workload does not have the port that is dialled.
    GatewayPort "gateway-port"
    /// No TLS towards a gateway that routes by it.
    PlaintextToGateway "plaintext-to-gateway"
    /// Back to a gateway that was passed already.
    Loop "loop"
    /// A gateway sends on to another gateway.
    Transit "transit"
    /// The pod is not who the caller demands: its certificate carries another identity.
    SanMismatch "san-mismatch"
    /// The caller is not who the pod takes: its certificate is of another trust domain.
    ClientSanMismatch "client-san-mismatch"
    /// The pod does not take this kind of TLS, or takes nothing else.
    NoInboundChain "no-inbound-chain"
    /// The pod has no proxy, and is sent TLS.
    MtlsToPlainPod "mtls-to-plain-pod"
    /// The pod takes plaintext alone.
    InboundMtlsNotTerminated "inbound-mtls-not-terminated"
    /// A pod of another cluster is dialled by its own address, which leads nowhere.
    ForeignPodIp "foreign-pod-ip"
    /// The ingress gateway has routes, but none for this host: 404.
    NoVhost "no-vhost"
}

impl fmt::Display for DeadEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The end of requests of which the mesh knows nothing. It is no dead end of the mesh's, and has a page beside those.
pub const PASSTHROUGH: (&str, &str) = ("passthrough", include_str!("../../../docs/dead-ends/passthrough.md"));

/// The page of a dead end, by its name in traces, with or without `error:` before it.
#[must_use]
pub fn page(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix("error:").unwrap_or(name);
    let (passthrough, page) = PASSTHROUGH;
    let found = DeadEnd::ALL.iter().find(|dead| dead.key().eq_ignore_ascii_case(name));
    found.map(|dead| dead.page()).or_else(|| name.eq_ignore_ascii_case(passthrough).then_some(page))
}

/// Names of all pages, in order.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = DeadEnd::ALL.iter().map(|dead| dead.key()).chain([PASSTHROUGH.0]).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_one_shape() {
        for name in names() {
            let page = page(name).unwrap();
            assert!(page.starts_with(&format!("# {name}: ")), "{name}");
            let sections: Vec<_> = page.lines().filter(|line| line.starts_with("## ")).collect();
            assert_eq!(sections, ["## Why it happens", "## What to do"], "{name}");
        }
    }
}
