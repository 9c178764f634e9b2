//! Bundles as text: spans that clusters share, each an object with a comment that says why it exists.
//!
//! Enters: the objects of one class of clusters after the other. Leaves: for each cluster its bundle, under a first line that
//! says whose it is. Refuses to know: what objects say.

use std::sync::Arc;

use crate::bundle::{Bundle, Origin, Reach, StandIns};
use crate::istio::kind::object::{Kind, Object};
use crate::istio::{ClassObjects, Step};
use crate::model::ClusterId;
use crate::source::mark::Mark;

/// One object as text, and where it stands in a bundle.
#[derive(Debug)]
struct Span {
    step: Step,
    namespace: String,
    name: String,
    kind: Kind,
    /// The comment above it, and the document.
    text: String,
}

/// The text of all clusters, as far as it is known.
#[derive(Debug, Default)]
pub struct Spans {
    clusters: Vec<ClusterSpans>,
}

/// The text of one cluster.
#[derive(Clone, Debug, Default)]
struct ClusterSpans {
    objects: Vec<Arc<Span>>,
    stand_ins: Vec<Arc<Span>>,
    origins: Vec<Arc<[Origin]>>,
}

/// What a bundle is for.
#[derive(Clone, Debug)]
pub struct Title {
    /// The mesh that the cluster belongs to.
    pub mesh: String,
    /// The cluster's name.
    pub cluster: String,
    /// The kubectl context in printed commands.
    pub context: String,
    /// The Istio it is written for.
    pub release: String,
    /// The other cluster whose bundle holds what is for this one, too.
    pub configured_by: Option<String>,
    /// What its callers reach in other clusters, by cluster and service.
    pub reaches: Vec<Reach>,
}

impl Spans {
    /// Room for so many clusters.
    #[must_use]
    pub fn of(clusters: usize) -> Self {
        Self { clusters: vec![ClusterSpans::default(); clusters] }
    }

    /// Adds what is written of one service for one class of clusters; the bytes of the longest document.
    pub fn add(&mut self, class: &ClassObjects) -> usize {
        let ClassObjects { members, objects, stand_in, origins } = class;
        let spans: Vec<Arc<Span>> =
            objects.iter().map(|(step, object)| Arc::new(Span::of(*step, object))).collect();
        let stand_in = stand_in.as_ref().map(|object| Arc::new(Span::of(Step::Serve, object)));
        let origins: Option<Arc<[Origin]>> = (!origins.is_empty()).then(|| Arc::from(origins.as_slice()));
        for id in members {
            let Some(cluster) = self.clusters.get_mut(id.0) else { continue };
            cluster.objects.extend(spans.iter().cloned());
            cluster.stand_ins.extend(stand_in.clone());
            cluster.origins.extend(origins.clone());
        }
        spans.iter().map(|span| span.text.len()).max().unwrap_or(0)
    }

    /// Adds what is written for one cluster alone; the bytes of the longest document.
    pub fn add_to(&mut self, cluster: ClusterId, objects: &[(Step, Object)]) -> usize {
        let Some(cluster) = self.clusters.get_mut(cluster.0) else { return 0 };
        let before = cluster.objects.len();
        cluster.objects.extend(objects.iter().map(|(step, object)| Arc::new(Span::of(*step, object))));
        cluster.objects.iter().skip(before).map(|span| span.text.len()).max().unwrap_or(0)
    }

    /// Objects that one cluster would get twice, whatever services they come from.
    #[must_use]
    pub fn doubled(&self, cluster: ClusterId) -> Vec<String> {
        let spans = self.clusters.get(cluster.0).map(|spans| spans.objects.as_slice()).unwrap_or_default();
        let mut keys: Vec<_> = spans.iter().map(|span| (&span.namespace, &span.name, span.kind)).collect();
        keys.sort_unstable();
        let twice = keys.windows(2).filter(|pair| pair.first() == pair.last());
        let named = twice.filter_map(|pair| pair.first());
        named.map(|(namespace, name, kind)| format!("{kind} `{namespace}/{name}`")).collect()
    }

    /// The bundle of one cluster, as it is written to files. Its spans are let go.
    #[must_use]
    pub fn bundle(&mut self, cluster: ClusterId, title: Title) -> Bundle {
        let spans = self.clusters.get_mut(cluster.0).map(std::mem::take).unwrap_or_default();
        let ClusterSpans { mut objects, stand_ins, origins } = spans;
        objects.sort_by(|one, other| one.place().cmp(&other.place()));
        let Title { mesh, cluster, context, release, configured_by, reaches } = title;
        let first = Mark::line(&cluster, &release, &mesh);
        Bundle {
            mesh,
            cluster,
            context,
            release,
            configured_by,
            objects: objects.len(),
            text: documents(&first, &objects),
            stand_ins: (!stand_ins.is_empty()).then(|| StandIns {
                services: stand_ins.iter().map(|span| span.service()).collect(),
                text: documents(&first, &stand_ins),
            }),
            reaches,
            origins: origins.iter().flat_map(|some| some.iter().cloned()).collect(),
        }
    }
}

impl Span {
    fn of(step: Step, object: &Object) -> Self {
        let mut text = String::new();
        super::comment(&object.why, &mut text);
        super::write(object, &mut text);
        text.shrink_to_fit();
        let (namespace, name) = (object.metadata.namespace.clone(), object.metadata.name.clone());
        Self { step, namespace, name, kind: object.kind(), text }
    }

    /// By step, namespace, name, kind.
    fn place(&self) -> (Step, &str, &str, Kind) {
        (self.step, &self.namespace, &self.name, self.kind)
    }

    /// As users name a service.
    fn service(&self) -> String {
        match self.namespace.as_str() {
            "default" => self.name.clone(),
            namespace => format!("{namespace}/{}", self.name),
        }
    }
}

/// All objects under a first line; nothing where there are none, because kubectl refuses a file without objects.
fn documents(first: &str, spans: &[Arc<Span>]) -> String {
    const SEPARATOR: &str = "---\n";
    if spans.is_empty() {
        return String::new();
    }
    let bytes: usize = spans.iter().map(|span| span.text.len() + SEPARATOR.len()).sum();
    let mut text = String::with_capacity(bytes + first.len() + SEPARATOR.len());
    super::comment(first, &mut text);
    for (index, span) in spans.iter().enumerate() {
        if index > 0 {
            text.push_str(SEPARATOR);
        }
        text.push_str(&span.text);
    }
    text
}
