//! What drawings show: arrows from callers to what answers.
//!
//! Enters: a picture. Leaves: ends, and arrows between them with words. Refuses to know: in which language it is drawn.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::{Asked, Kind, Picture, Service, Share};

/// One end of an arrow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// Pods of a cluster that call.
    Callers {
        cluster: usize,
    },
    /// Whoever comes from outside.
    Outside {
        cluster: usize,
        gateway: String,
    },
    /// A version of a service.
    Version {
        cluster: usize,
        service: String,
        version: String,
    },
    /// What is no pod.
    Other {
        what: String,
    },
    Nobody {
        service: String,
        why: String,
    },
}

/// From one end to another, with a line for each kind of request.
#[derive(Debug)]
pub(super) struct Drawing {
    /// Everything that runs, and every end of an arrow.
    pub(super) nodes: BTreeSet<Node>,
    /// Words by ends.
    pub(super) arrows: BTreeMap<(Node, Node), Vec<String>>,
}

impl Node {
    /// Where it is, if it is in a cluster.
    pub(super) fn cluster(&self) -> Option<usize> {
        match self {
            Self::Callers { cluster } | Self::Version { cluster, .. } => Some(*cluster),
            Self::Outside { .. } | Self::Other { .. } | Self::Nobody { .. } => None,
        }
    }

    /// What is written in it.
    pub(super) fn label(&self, picture: &Picture) -> String {
        match self {
            Self::Callers { .. } => "callers".to_owned(),
            Self::Outside { cluster, gateway } => {
                let cluster = picture.clusters.get(*cluster).map(|cluster| cluster.name.as_str());
                format!("outside, at {gateway} of {}", cluster.unwrap_or_default())
            }
            Self::Version { cluster: _, service, version } => format!("{service} {version}"),
            Self::Other { what } => what.clone(),
            Self::Nobody { service, why } => format!("{service}: nobody ({why})"),
        }
    }
}

impl Drawing {
    /// All that a picture has.
    pub(super) fn of(picture: &Picture) -> Self {
        let mut drawing = Self { nodes: BTreeSet::new(), arrows: BTreeMap::new() };
        for service in &picture.services {
            for (cluster, versions) in &service.runs {
                let node = |version: &String| Node::Version {
                    cluster: *cluster,
                    service: service.name.clone(),
                    version: version.clone(),
                };
                drawing.nodes.extend(versions.iter().map(node));
            }
            for asked in &service.asks {
                drawing.add(picture, service, asked);
            }
        }
        drawing
    }

    /// Whether an arrow leads from one cluster to another.
    pub(super) fn crosses((from, to): &(Node, Node)) -> bool {
        matches!((from.cluster(), to.cluster()), (Some(from), Some(to)) if from != to)
    }

    fn add(&mut self, picture: &Picture, service: &Service, asked: &Asked) {
        let (Some(caller), Some(answer)) =
            (picture.callers.get(asked.caller), picture.answers.get(asked.answer))
        else {
            return;
        };
        // Other names of the same service lead where rules say as well.
        if caller.gateway.is_none() && asked.name.is_some() && !service.ports.is_empty() {
            return;
        }
        let from = match &caller.gateway {
            Some(gateway) => Node::Outside { cluster: caller.cluster, gateway: gateway.clone() },
            None => Node::Callers { cluster: caller.cluster },
        };
        let mut words: Vec<String> = Vec::new();
        if service.ports.len() > 1 && caller.gateway.is_none() {
            words.push(format!("port {}", asked.port));
        }
        let rule = picture.texts.said(asked.words, &service.short);
        let is_like = |other: &&Asked| {
            other.caller == asked.caller && other.name == asked.name && other.port == asked.port
        };
        let is_last = rule.is_empty() && service.asks.iter().filter(is_like).count() > 1;
        words.push(if is_last { "others".to_owned() } else { rule });
        words.retain(|word| !word.is_empty());
        for share in &answer.shares {
            let place = picture.texts.said(share.place, &service.short);
            let to = match (share.kind, share.cluster) {
                (Kind::Nameless, _) => continue,
                (Kind::Pods, Some(cluster)) => {
                    Node::Version { cluster, service: service.name.clone(), version: place }
                }
                (Kind::Dead, _) => Node::Nobody {
                    service: service.name.clone(),
                    why: place.strip_prefix("error:").unwrap_or(&place).to_owned(),
                },
                (Kind::Other | Kind::Unknown | Kind::Pods, _) => Node::Other { what: place },
            };
            self.nodes.extend([from.clone(), to.clone()]);
            let line = [percent(share), words.clone()].concat().join(" ");
            let lines = self.arrows.entry((from.clone(), to)).or_default();
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
}

/// `50 %`; nothing for all of it.
fn percent(share: &Share) -> Vec<String> {
    match share.percent {
        10000 => Vec::new(),
        part if part.is_multiple_of(100) => vec![format!("{} %", part / 100)],
        part => vec![format!("{}.{:02} %", part / 100, part % 100)],
    }
}
