//! A request as a caller makes it.
//!
//! Enters: nothing; whoever asks builds these types. Leaves: what a trace follows. Refuses to know: where it goes.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Who calls, and what is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Who calls.
    pub caller: Caller,
    /// The name that is called, as the caller writes it: `reviews`, or in full.
    pub host: String,
    /// The port that is called.
    pub port: u16,
    /// `GET`
    pub method: String,
    /// With the query: `/reviews/0?debug=1`.
    pub path: String,
    /// By name, in any case.
    pub headers: BTreeMap<String, String>,
    /// Endpoints that do not answer.
    pub down: Vec<Down>,
    /// What is spoken.
    pub speaks: Speaks,
    /// The address that is dialled, where rules go by it.
    pub address: Option<IpAddr>,
}

/// What a caller speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Speaks {
    /// Requests.
    #[default]
    Http,
    /// TLS of its own.
    Tls {
        /// The name that it asks for.
        sni: String,
    },
    /// Anything else.
    Bytes,
}

/// A workload that calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The cluster that it runs in.
    pub cluster: String,
    /// Its namespace.
    pub namespace: String,
    /// The labels of its pods.
    pub labels: BTreeMap<String, String>,
    /// Its region and zone, if not those of its cluster.
    pub locality: Option<String>,
    /// The ingress gateway where the request arrives, if it comes from outside; namespace and labels are that one's then.
    pub gateway: Option<String>,
}

/// Endpoints that do not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Down {
    /// Where they are.
    pub cluster: String,
    /// A version, a pod, `gateway`, or `*` for all pods.
    pub what: String,
}

impl Down {
    /// Reads `cluster2/v2`; nothing for text of another form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (cluster, what) = text.split_once('/')?;
        (!cluster.is_empty() && !what.is_empty())
            .then(|| Self { cluster: cluster.to_owned(), what: what.to_owned() })
    }
}

impl Request {
    /// The value of a header, or of one of HTTP's own (`:method`, `:authority`, `:scheme`, `:path`).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        match name.to_ascii_lowercase().as_str() {
            ":method" => Some(self.method.clone()),
            ":authority" | "host" => Some(self.authority()),
            ":scheme" => Some("http".to_owned()),
            ":path" => Some(self.path.clone()),
            lower => self
                .headers
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(lower))
                .map(|(_, value)| value.clone()),
        }
    }

    /// The label `app` of the pods that are meant, as cases assume: the first part of the name.
    #[must_use]
    pub fn app(&self) -> &str {
        self.host.split('.').next().unwrap_or(&self.host)
    }

    /// What clients send as `Host`: the port too, unless it is the usual one, or that of a gateway, where others stand
    /// before it.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == 80 || self.caller.gateway.is_some() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}
