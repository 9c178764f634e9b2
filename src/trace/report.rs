//! Where a request goes, told in steps.
//!
//! Enters: nothing; following a request builds these types. Leaves: shares, what happens on the way, and what was not
//! followed. Refuses to know: how it is shown.

use std::collections::BTreeMap;

use serde::Serialize;

use super::object::ObjectPlace;

pub use dead_end::DeadEnd;

pub mod dead_end;

/// What becomes of one request, in the long run of many.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trace {
    /// Parts of the requests; their percents add up to 100.
    pub shares: Vec<Share>,
    /// What else happens to all of them, in Envoy's words: `timeout=5s`.
    pub features: Vec<String>,
    /// What was assumed, and what of the objects on the way was not followed.
    pub notes: Vec<String>,
    /// What else there is to know of shares that were followed to their ends.
    pub remarks: Vec<String>,
}

/// A part of the requests that goes one way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share {
    /// Of all requests.
    pub percent: f64,
    /// Where they end.
    pub end: End,
    /// The way.
    pub steps: Vec<Step>,
}

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The cluster in which it is taken.
    pub cluster: String,
    /// What happens, lower case, no full stop.
    pub what: String,
    /// The object that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectPlace>,
    /// Which of the object's routes, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<usize>,
    /// What is dialled, where the request leaves the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dials: Option<Dial>,
}

/// A connection to another cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dial {
    /// An IP address or a name, and the port.
    pub address: String,
    /// What the far gateway routes by.
    pub sni: String,
}

/// Where requests end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum End {
    /// At pods.
    Pods {
        /// Where they run.
        cluster: String,
        /// The workload's name.
        workload: String,
        /// Their label `app`.
        app: String,
        /// Their label `version`.
        version: Option<String>,
        /// On which they are reached.
        port: u16,
    },
    /// The caller is told another address.
    Redirect {
        /// The status.
        code: u16,
    },
    /// The proxy answers itself.
    Direct {
        /// The status.
        status: u16,
    },
    /// At whatever the name resolves to: the mesh knows nothing of it.
    Passthrough,
    /// At an address that no cluster has.
    External {
        /// With the port.
        address: String,
        /// Whether it is spoken to as one of the mesh.
        mesh: bool,
    },
    /// Where dumps say nothing: neither a success nor a dead end.
    Unknown {
        /// What is not known, as a sentence without full stop.
        what: String,
    },
    /// Nowhere.
    Dead {
        /// What kind of dead end.
        reason: DeadEnd,
        /// What is missing, as a sentence without full stop.
        why: String,
    },
}

impl End {
    /// The place as cases name it: `cluster2/v2`, `cluster2/ratings:v1` at pods of another `app`, `error:no-cluster`.
    #[must_use]
    pub fn place(&self, app: &str) -> String {
        match self {
            Self::Pods { cluster, workload: _, app: other, version: Some(version), port: _ }
                if other != app =>
            {
                format!("{cluster}/{other}:{version}")
            }
            Self::Pods { cluster, workload: _, app: _, version: Some(version), port: _ } => {
                format!("{cluster}/{version}")
            }
            Self::Pods { cluster, workload, app: _, version: None, port: _ } => {
                format!("{cluster}/{workload}")
            }
            Self::Redirect { code } => format!("redirect:{}", redirect(*code)),
            Self::Direct { status } => format!("direct:{status}"),
            Self::Passthrough => "passthrough".to_owned(),
            Self::External { address, mesh: _ } => format!("external:{address}"),
            Self::Unknown { .. } => "unknown".to_owned(),
            Self::Dead { reason, why: _ } => format!("error:{reason}"),
        }
    }

    /// The page that explains it, if nobody answers.
    #[must_use]
    pub fn page(&self) -> Option<&'static str> {
        match self {
            Self::Dead { reason, why: _ } => Some(reason.key()),
            Self::Passthrough => Some(dead_end::PASSTHROUGH.0),
            Self::Pods { .. }
            | Self::Redirect { .. }
            | Self::Direct { .. }
            | Self::External { .. }
            | Self::Unknown { .. } => None,
        }
    }

    /// Whether nobody answers.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        match self {
            Self::Dead { .. } | Self::Passthrough => true,
            // The mesh's TLS is spoken to nobody outside.
            Self::External { address: _, mesh } => *mesh,
            Self::Pods { .. } | Self::Redirect { .. } | Self::Direct { .. } | Self::Unknown { .. } => false,
        }
    }
}

impl Share {
    /// What is dialled on the way into another cluster.
    #[must_use]
    pub fn dial(&self) -> Option<&Dial> {
        self.steps.iter().find_map(|step| step.dials.as_ref())
    }
}

impl Trace {
    /// Percents by place.
    #[must_use]
    pub fn places(&self, app: &str) -> BTreeMap<String, f64> {
        let mut places = BTreeMap::new();
        for share in &self.shares {
            *places.entry(share.end.place(app)).or_default() += share.percent;
        }
        places
    }

    /// Whether some share reaches nobody.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.shares.iter().any(|share| share.end.is_dead())
    }
}

/// Envoy's word for a status of a redirect.
fn redirect(code: u16) -> &'static str {
    match code {
        302 => "FOUND",
        303 => "SEE_OTHER",
        307 => "TEMPORARY_REDIRECT",
        308 => "PERMANENT_REDIRECT",
        _ => "MOVED_PERMANENTLY",
    }
}
