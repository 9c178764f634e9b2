//! Bundles as text: spans that clusters share, each an object with a comment that says why it exists.
//!
//! Enters: the objects of one class of clusters after the other. Leaves: for each cluster its bundle, under a first line that
//! says whose it is. Refuses to know: what objects say.

use std::sync::Arc;

use crate::bundle::{Bundle, FarService, Origin, StandIn, StandIns, Steps};
use crate::istio::kind::object::{Kind, Object};
use crate::istio::{ClassObjects, Step};
use crate::model::ClusterId;
use crate::source::mark::Mark;

/// What stands between two documents.
const SEPARATOR: &str = "---\n";

/// One object as text, and where it stands among those of its step.
#[derive(Debug)]
struct Span {
    /// The namespace, a NUL, which no name holds, and the name: ordered as the two are.
    name: Box<str>,
    kind: Kind,
    /// The comment above it, and the document.
    text: Box<str>,
}

/// The text of all clusters, as far as it is known.
#[derive(Debug, Default)]
pub struct Spans {
    clusters: Vec<ClusterSpans>,
    /// Where an object is written before it is as long as it is.
    desk: String,
}

/// The text of one cluster.
#[derive(Clone, Debug, Default)]
struct ClusterSpans {
    /// A list a step: services come by name, so each is almost in order already.
    serve: Vec<Arc<Span>>,
    call: Vec<Arc<Span>>,
    route: Vec<Arc<Span>>,
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
    pub reaches: Vec<FarService>,
}

impl Spans {
    /// Room for so many clusters.
    #[must_use]
    pub fn of(clusters: usize) -> Self {
        Self { clusters: vec![ClusterSpans::default(); clusters], desk: String::new() }
    }

    /// Adds what is written of one service for one class of clusters; the bytes of the longest document.
    pub fn add(&mut self, class: &ClassObjects) -> usize {
        let ClassObjects { members, objects, stand_in, origins } = class;
        let desk = &mut self.desk;
        let spans: Vec<(Step, Arc<Span>)> =
            objects.iter().map(|(step, object)| (*step, Arc::new(Span::of(object, desk)))).collect();
        let stand_in = stand_in.as_ref().map(|object| Arc::new(Span::of(object, desk)));
        let origins: Option<Arc<[Origin]>> = (!origins.is_empty()).then(|| Arc::from(origins.as_slice()));
        for id in members {
            let Some(cluster) = self.clusters.get_mut(id.0) else { continue };
            for (step, span) in &spans {
                cluster.step(*step).push(Arc::clone(span));
            }
            cluster.stand_ins.extend(stand_in.clone());
            cluster.origins.extend(origins.clone());
        }
        spans.iter().map(|(_, span)| span.text.len()).max().unwrap_or(0)
    }

    /// Adds what is written for one cluster alone; the bytes of the longest document.
    pub fn add_to(&mut self, cluster: ClusterId, objects: &[(Step, Object)]) -> usize {
        let Some(cluster) = self.clusters.get_mut(cluster.0) else { return 0 };
        let mut longest = 0;
        for (step, object) in objects {
            let span = Span::of(object, &mut self.desk);
            longest = longest.max(span.text.len());
            cluster.step(*step).push(Arc::new(span));
        }
        longest
    }

    /// Objects that one cluster would get twice, whatever services they come from.
    #[must_use]
    pub fn doubled(&mut self, cluster: ClusterId) -> Vec<String> {
        let Some(spans) = self.clusters.get_mut(cluster.0) else { return Vec::new() };
        spans.sort();
        // Three lists in order: the sort that keeps equals apart only merges them.
        let mut keys: Vec<_> = spans.objects().map(Span::place).collect();
        keys.sort();
        let twice = keys.windows(2).filter(|pair| pair.first() == pair.last());
        let named = twice.filter_map(|pair| pair.first());
        named.map(|(name, kind)| format!("{kind} `{}`", name.replace('\0', "/"))).collect()
    }

    /// The bundle of one cluster, as it is written to files. Its spans are let go.
    #[must_use]
    pub fn bundle(&mut self, cluster: ClusterId, title: Title) -> Bundle {
        let mut spans = self.clusters.get_mut(cluster.0).map(std::mem::take).unwrap_or_default();
        spans.sort();
        let Title { mesh, cluster, context, release, configured_by, reaches } = title;
        let first = Mark::line(&cluster, &release, &mesh);
        let stand_in = |span: &Span| {
            let (namespace, name) = span.name.split_once('\0').unwrap_or(("", &span.name));
            StandIn {
                service: span.service(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                text: documents(&first, || std::iter::once(span)),
            }
        };
        let text = documents(&first, || spans.objects());
        Bundle {
            mesh,
            cluster,
            context,
            release,
            configured_by,
            objects: spans.objects().count(),
            steps: spans.steps(text.len()),
            text,
            stand_ins: (!spans.stand_ins.is_empty()).then(|| StandIns {
                services: spans.stand_ins.iter().map(|span| stand_in(span)).collect(),
                text: documents(&first, || spans.stand_ins.iter().map(Arc::as_ref)),
            }),
            reaches,
            origins: spans.origins.iter().flat_map(|some| some.iter().cloned()).collect(),
        }
    }
}

impl ClusterSpans {
    fn step(&mut self, step: Step) -> &mut Vec<Arc<Span>> {
        match step {
            Step::Serve => &mut self.serve,
            Step::Call => &mut self.call,
            Step::Route => &mut self.route,
        }
    }

    /// Puts the objects of each step in order of namespace, name, kind. Runs that are in order are only merged.
    fn sort(&mut self) {
        for step in [&mut self.serve, &mut self.call, &mut self.route] {
            step.sort_by(|one, other| one.place().cmp(&other.place()));
        }
    }

    /// Where the documents of each step are in a text of so many bytes that ends with them.
    fn steps(&self, end: usize) -> Steps {
        let mut end = end;
        let mut last = |spans: &[Arc<Span>]| {
            let inner = SEPARATOR.len() * spans.len().saturating_sub(1);
            let bytes: usize = spans.iter().map(|span| span.text.len()).sum();
            let range = end.saturating_sub(bytes + inner)..end;
            if !spans.is_empty() {
                end = range.start.saturating_sub(SEPARATOR.len());
            }
            range
        };
        let (route, call) = (last(&self.route), last(&self.call));
        Steps { serve: last(&self.serve), call, route }
    }

    /// All objects, step after step.
    fn objects(&self) -> impl Iterator<Item = &Span> {
        self.serve.iter().chain(&self.call).chain(&self.route).map(Arc::as_ref)
    }
}

impl Span {
    fn of(object: &Object, desk: &mut String) -> Self {
        desk.clear();
        desk.push_str(&object.metadata.namespace);
        desk.push('\0');
        desk.push_str(&object.metadata.name);
        let name = Box::from(desk.as_str());
        desk.clear();
        super::comment(&object.why, desk);
        super::write(object, desk);
        Self { name, kind: object.kind(), text: Box::from(desk.as_str()) }
    }

    fn place(&self) -> (&str, Kind) {
        (&self.name, self.kind)
    }

    /// As users name a service.
    fn service(&self) -> String {
        match self.name.split_once('\0') {
            Some(("default", name)) => name.to_owned(),
            _ => self.name.replace('\0', "/"),
        }
    }
}

/// All objects under a first line; nothing where there are none, because kubectl refuses a file without objects.
fn documents<'a, I: Iterator<Item = &'a Span>>(first: &str, spans: impl Fn() -> I) -> String {
    let bytes: usize = spans().map(|span| span.text.len() + SEPARATOR.len()).sum();
    if bytes == 0 {
        return String::new();
    }
    let mut text = String::with_capacity(bytes + first.len() + SEPARATOR.len());
    super::comment(first, &mut text);
    for (index, span) in spans().enumerate() {
        if index > 0 {
            text.push_str(SEPARATOR);
        }
        text.push_str(&span.text);
    }
    text
}
