//! The bundles of clusters, each read when a request first comes by.
//!
//! Enters: the text of bundles, a cluster's name with each. Leaves: the objects of one cluster, or why they cannot be read.
//! Refuses to know: what objects say.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use super::piece::Held;
use super::service::ServiceSpec;
use super::{Object, Objects, header, line, read};

/// One bundle: the text of one file, and the cluster that it is applied to.
#[derive(Clone, Copy, Debug)]
pub struct BundleText<'a> {
    /// The cluster's name.
    pub cluster: &'a str,
    /// The file's name, for people.
    pub file: &'a str,
    /// The YAML.
    pub text: &'a str,
}

/// Why a bundle cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not there.
    Missing {
        /// The bundle's file.
        file: String,
    },
    /// It is no bundle.
    Broken {
        /// The bundle's file.
        file: String,
        /// The first line of the document in question; from 1.
        line: usize,
        /// What the reader says.
        reason: String,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { file } => write!(f, "{file} is missing"),
            Self::Broken { file, line, reason } => write!(f, "cannot read {file}:{line}: {reason}"),
        }
    }
}

/// All that is applied, by cluster.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    /// By the cluster's name; a cluster without bundle is absent.
    clusters: BTreeMap<String, Bundle>,
}

/// What is applied to one cluster. Its control plane obeys Istio's objects; others that read it know its Services alone.
#[derive(Clone, Debug, Default)]
struct Bundle {
    files: Vec<File>,
    /// Objects that were read before, instead of files.
    held: Option<Held>,
    missing: Option<String>,
    objects: OnceLock<Result<Objects, Unreadable>>,
    services: OnceLock<Result<Vec<Object<ServiceSpec>>, Unreadable>>,
}

/// A file of a bundle.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// The cluster that it is applied to.
    pub(super) cluster: String,
    /// For people.
    pub(super) name: String,
    /// The YAML.
    pub(super) text: String,
}

impl File {
    fn documents(&self) -> impl Iterator<Item = (&Self, line::Document<'_>)> {
        line::documents(&self.text).into_iter().map(move |document| (self, document))
    }
}

/// What a cluster without bundle is told.
static NOTHING: Objects = Objects::NONE;

impl Routing {
    /// Takes bundles as they stand; a cluster may have several files. What is wrong with one shows when it is needed.
    #[must_use]
    pub fn of(bundles: &[BundleText<'_>]) -> Self {
        let mut routing = Self::default();
        for BundleText { cluster, file, text } in bundles {
            let files = &mut routing.clusters.entry((*cluster).to_owned()).or_default().files;
            let [cluster, name, text] = [cluster, file, text].map(|text| (*text).to_owned());
            files.push(File { cluster, name, text });
        }
        routing
    }

    /// Clusters that hold objects which were read before.
    #[must_use]
    pub fn holding(clusters: impl IntoIterator<Item = (String, Held)>) -> Self {
        let bundle = |held| Bundle { held: Some(held), ..Bundle::default() };
        Self { clusters: clusters.into_iter().map(|(cluster, held)| (cluster, bundle(held))).collect() }
    }

    /// A file that a cluster's bundle should have, and has not.
    pub fn miss(&mut self, cluster: &str, file: &str) {
        self.clusters.entry(cluster.to_owned()).or_default().missing = Some(file.to_owned());
    }

    /// Applies more to a cluster.
    pub(in crate::trace) fn add(&mut self, cluster: &str, text: &str) {
        let bundle = self.clusters.entry(cluster.to_owned()).or_default();
        let [cluster, name, text] = [cluster, "", text].map(str::to_owned);
        bundle.files.push(File { cluster, name, text });
        (bundle.objects, bundle.services) = (OnceLock::new(), OnceLock::new());
    }

    /// Reads all bundles at once.
    pub fn read(bundles: &[BundleText<'_>]) -> Result<Self, Unreadable> {
        let routing = Self::of(bundles);
        for cluster in routing.clusters.keys() {
            routing.objects(cluster)?;
            routing.services(cluster)?;
        }
        Ok(routing)
    }

    /// What the control plane of a cluster obeys.
    pub(in crate::trace) fn objects(&self, cluster: &str) -> Result<&Objects, Unreadable> {
        let Some(bundle) = self.clusters.get(cluster) else { return Ok(&NOTHING) };
        if let Some(held) = &bundle.held {
            return Ok(&held.holding().objects);
        }
        bundle.objects.get_or_init(|| bundle.read_objects()).as_ref().map_err(Clone::clone)
    }

    /// The stand-ins of a cluster.
    pub(in crate::trace) fn services(&self, cluster: &str) -> Result<&[Object<ServiceSpec>], Unreadable> {
        let Some(bundle) = self.clusters.get(cluster) else { return Ok(&[]) };
        if let Some(held) = &bundle.held {
            return Ok(&held.holding().services);
        }
        let services = bundle.services.get_or_init(|| bundle.read_services());
        services.as_deref().map_err(Clone::clone)
    }

    /// Whether Istio's objects are applied to a cluster at all.
    pub(in crate::trace) fn has_objects(&self, cluster: &str) -> bool {
        let documents = |bundle: &Bundle| bundle.documents().any(|(_, document)| document.is_of_istio());
        let holds = |held: &Held| !held.holding().objects.is_empty();
        self.clusters
            .get(cluster)
            .is_some_and(|bundle| bundle.held.as_ref().map_or_else(|| documents(bundle), holds))
    }
}

impl Bundle {
    fn documents(&self) -> impl Iterator<Item = (&File, line::Document<'_>)> {
        self.files.iter().flat_map(File::documents)
    }

    fn whole(&self) -> Result<(), Unreadable> {
        self.missing.as_ref().map_or(Ok(()), |file| Err(Unreadable::Missing { file: file.clone() }))
    }

    fn read_objects(&self) -> Result<Objects, Unreadable> {
        self.whole()?;
        let mut objects = Objects::default();
        for (file, document) in self.documents() {
            objects.add(file, &document)?;
        }
        objects.arrange();
        Ok(objects)
    }

    fn read_services(&self) -> Result<Vec<Object<ServiceSpec>>, Unreadable> {
        self.whole()?;
        let mut services = Vec::new();
        for (file, document) in self.documents().filter(|(_, document)| document.may_be("Service")) {
            match header(file, &document)? {
                Some((identity, spec)) if identity.place.kind == "Service" => {
                    services.push(
                        read(identity, spec).map_err(|reason| document.unreadable(&file.name, &reason))?,
                    );
                }
                Some(_) | None => {}
            }
        }
        services
            .sort_by(|a, b| (&a.place.name, &a.place.namespace).cmp(&(&b.place.name, &b.place.namespace)));
        Ok(services)
    }
}
