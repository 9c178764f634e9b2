//! Where requests are to end, as queries name it.
//!
//! Enters: a text such as `v2@cluster2`. Leaves: an [`End`] that is held against those of a trace, and back. Refuses to know:
//! shares.

use std::fmt;

use super::problems;
use crate::diagnostic::Finding;
use crate::source::At;
use crate::trace::report::{self, DeadEnd, dead_end};
use crate::trace::request::Request;
use crate::trace::world::World;

/// A place where requests end, or several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// `v2`, `v2@cluster2`, `any@cluster2`, `ratings:v1@cluster2`.
    Pods {
        /// The label `app` of the pods; none for whatever is asked for.
        service: Option<String>,
        /// Their version, or else the workload's name; none for any.
        version: Option<String>,
        /// Where they run; none for anywhere.
        cluster: Option<String>,
    },
    /// `dead`, `dead:no-route`
    Dead(Option<&'static str>),
    /// `redirect:302`
    Redirect(u16),
    /// `direct:503`
    Direct(u16),
    /// `external:198.51.100.7:443`
    External(String),
    /// Where nobody knows: `unknown`.
    Unknown,
}

impl End {
    /// Reads it; what is named must be there.
    pub fn read(text: &At<String>, world: &World) -> Result<Self, Finding> {
        let (word, rest) = match text.value.split_once(':') {
            Some((word, rest)) => (word, Some(rest)),
            None => (text.value.as_str(), None),
        };
        let status = |rest: Option<&str>| {
            let status = rest.and_then(|rest| rest.parse().ok());
            status.ok_or_else(|| problems::no_end(text, Some(&format!("{word}:302"))))
        };
        match (word, rest) {
            ("dead", None) => Ok(Self::Dead(None)),
            ("dead" | "error", Some(reason)) => {
                let known = dead_end::names();
                let found = known.iter().find(|name| **name == reason);
                found
                    .map(|name| Self::Dead(Some(name)))
                    .ok_or_else(|| problems::unknown_reason(text, reason, &known))
            }
            ("passthrough", None) => Ok(Self::Dead(Some(dead_end::PASSTHROUGH.0))),
            ("unknown", None) => Ok(Self::Unknown),
            ("redirect", rest) if !word.contains('@') => Ok(Self::Redirect(status(rest)?)),
            ("direct", rest) => Ok(Self::Direct(status(rest)?)),
            ("external", Some(address)) => Ok(Self::External(address.to_owned())),
            _ => Self::pods(text, world),
        }
    }

    fn pods(text: &At<String>, world: &World) -> Result<Self, Finding> {
        let (rest, cluster) = match text.value.rsplit_once('@') {
            Some((rest, cluster)) => (rest, Some(cluster)),
            None => (text.value.as_str(), None),
        };
        let (service, version) = match rest.split_once(':') {
            Some((service, version)) => (Some(service), version),
            None => (None, rest),
        };
        if let Some((cluster, version)) = rest.split_once('/') {
            return Err(problems::no_end(text, Some(&format!("{version}@{cluster}"))));
        }
        let is_word = |word: &str| {
            !word.is_empty() && !word.contains(|letter: char| letter.is_whitespace() || ":@".contains(letter))
        };
        if !is_word(version) || !service.is_none_or(is_word) || cluster.is_some_and(str::is_empty) {
            return Err(problems::no_end(text, None));
        }
        if let Some(cluster) = cluster.filter(|cluster| world.cluster(cluster).is_none()) {
            let known: Vec<&str> = world.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
            return Err(problems::unknown_cluster(text, cluster, &known));
        }
        Ok(Self::Pods {
            service: service.map(str::to_owned),
            version: (version != "any").then(|| version.to_owned()),
            cluster: cluster.map(str::to_owned),
        })
    }

    /// The end of a share of a trace, as precisely as it can be said.
    #[must_use]
    pub fn of(end: &report::End, request: &Request) -> Self {
        match end {
            report::End::Pods { cluster, workload, app, version, port: _ } => Self::Pods {
                // From outside a host says nothing of the service.
                service: (app != request.app() && request.caller.gateway.is_none()).then(|| app.clone()),
                version: Some(version.as_ref().unwrap_or(workload).clone()),
                cluster: Some(cluster.clone()),
            },
            report::End::Redirect { code } => Self::Redirect(*code),
            report::End::Direct { status } => Self::Direct(*status),
            report::End::Passthrough => Self::Dead(Some(dead_end::PASSTHROUGH.0)),
            report::End::External { address, mesh: _ } => Self::External(address.clone()),
            report::End::Unknown { .. } => Self::Unknown,
            report::End::Dead { reason, why: _ } => Self::Dead(Some(DeadEnd::key(*reason))),
        }
    }

    /// Whether requests that end there end here.
    #[must_use]
    pub fn holds(&self, end: &report::End) -> bool {
        match (self, end) {
            (
                Self::Pods { service, version, cluster },
                report::End::Pods { cluster: at, workload, app, version: is, port: _ },
            ) => {
                service.as_ref().is_none_or(|service| service == app)
                    && version.as_ref().is_none_or(|version| version == is.as_ref().unwrap_or(workload))
                    && cluster.as_ref().is_none_or(|cluster| cluster == at)
            }
            (Self::Dead(None), end) => end.is_dead(),
            (Self::Dead(Some(name)), end) => end.page() == Some(name),
            (Self::Redirect(code), report::End::Redirect { code: is }) => code == is,
            (Self::Direct(status), report::End::Direct { status: is }) => status == is,
            (Self::External(address), report::End::External { address: is, mesh: _ }) => address == is,
            (Self::Unknown, report::End::Unknown { .. }) => true,
            (
                Self::Pods { .. } | Self::Redirect(_) | Self::Direct(_) | Self::External(_) | Self::Unknown,
                _,
            ) => false,
        }
    }

    /// How much it says: of several that fit, the one that says most counts.
    #[must_use]
    pub fn precision(&self) -> u8 {
        match self {
            Self::Pods { service, version, cluster } => {
                u8::from(service.is_some()) * 4
                    + u8::from(version.is_some()) * 2
                    + u8::from(cluster.is_some())
            }
            Self::Dead(reason) => u8::from(reason.is_some()),
            Self::Redirect(_) | Self::Direct(_) | Self::External(_) | Self::Unknown => 1,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pods { service, version, cluster } => {
                if let Some(service) = service {
                    write!(f, "{service}:")?;
                }
                f.write_str(version.as_deref().unwrap_or("any"))?;
                cluster.as_ref().map_or(Ok(()), |cluster| write!(f, "@{cluster}"))
            }
            Self::Dead(None) => f.write_str("dead"),
            Self::Dead(Some(reason)) => write!(f, "dead:{reason}"),
            Self::Redirect(code) => write!(f, "redirect:{code}"),
            Self::Direct(status) => write!(f, "direct:{status}"),
            Self::External(address) => write!(f, "external:{address}"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}
