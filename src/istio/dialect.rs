//! What one cluster's Istio can say, and what it was asked to say and cannot.
//!
//! Enters: questions of the lowering, each with the place of the word in the input. Leaves: answers, and at the
//! end one finding for each word, whatever the number of clusters that lack it. Refuses to know: the objects.

use std::collections::BTreeMap;

use super::problems::{self, Speaker};
use super::release::{Feature, Support};
use crate::diagnostic::Finding;
use crate::model::{Cluster, ClusterId, Release};
use crate::plan::ClassPlan;
use crate::source::Place;

/// What the releases of all clusters were asked to say and cannot.
#[derive(Clone, Debug, Default)]
pub struct Lacks {
    found: BTreeMap<(Place, Feature), BTreeMap<ClusterId, Speaker>>,
    remarks: Vec<Finding>,
}

/// The Istio of clusters that run the same release.
#[derive(Debug)]
pub struct Dialect<'a> {
    release: Release,
    clusters: Vec<&'a Cluster>,
    lacks: &'a mut Lacks,
}

impl<'a> Dialect<'a> {
    /// What `cluster` can say; what it cannot is added to `lacks`.
    pub fn new(cluster: &'a Cluster, lacks: &'a mut Lacks) -> Self {
        Self { release: cluster.release, clusters: vec![cluster], lacks }
    }

    /// What the clusters of a class can say, which run the same release.
    pub fn of(plan: &ClassPlan<'a>, lacks: &'a mut Lacks) -> Self {
        Self { release: plan.cluster.release, clusters: plan.clusters().collect(), lacks }
    }

    /// The release that speaks.
    #[must_use]
    pub fn release(&self) -> Release {
        self.release
    }

    /// Whether a word of the input can be said. If not, there will be a finding at its place; whatever is written
    /// in its stead is never seen.
    pub fn can(&mut self, feature: Feature, place: Place) -> bool {
        if self.release().can(feature) {
            return true;
        }
        let speakers = self.lacks.found.entry((place, feature)).or_default();
        for Cluster { id, name, release, release_place, .. } in &self.clusters {
            speakers.entry(*id).or_insert_with(|| Speaker {
                cluster: name.clone(),
                release: *release,
                release_place: *release_place,
            });
        }
        false
    }

    /// Adds what is to be said of this cluster's release, whatever the words of the input.
    pub(super) fn remark(&mut self, finding: Finding) {
        self.lacks.remarks.push(finding);
    }

    /// The value, if the word that it was written with can be said.
    pub(super) fn say<T>(&mut self, feature: Feature, place: Place, value: T) -> Option<T> {
        self.can(feature, place).then_some(value)
    }
}

impl Lacks {
    /// One finding for each word that some release lacks, naming all clusters that do; then what clusters need.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let words = self.found.iter().flat_map(|((place, feature), speakers)| {
            let (unsure, lacking): (Vec<&Speaker>, Vec<&Speaker>) = speakers
                .values()
                .partition(|speaker| speaker.release.supports(*feature) == Support::DependsOnPatch);
            let lacking = (!lacking.is_empty()).then(|| problems::lacks(*feature, *place, &lacking));
            let unsure = (!unsure.is_empty()).then(|| problems::patch_decides(*feature, *place, &unsure));
            lacking.into_iter().chain(unsure)
        });
        words.chain(self.remarks.iter().cloned()).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    pub(in crate::istio) fn somewhere() -> Place {
        Span { source: SourceId(0), start: 0, end: 0 }.into()
    }

    pub(in crate::istio) fn cluster(name: &str, release: &str) -> Cluster {
        Cluster {
            id: ClusterId(usize::from(name.as_bytes()[name.len() - 1])),
            name: name.to_owned(),
            place: somewhere(),
            release: Release::parse(release).unwrap(),
            release_place: None,
            cluster_domain: "cluster.local".to_owned(),
            trust_domain: "cluster.local".to_owned(),
            gateway: None,
            locality: None,
            network: None,
            registry: None,
            control_plane: None,
            context: name.to_owned(),
            drain: None,
            reach: None,
        }
    }

    fn messages(questions: &[(&str, &str, Feature)]) -> Vec<String> {
        let mut lacks = Lacks::default();
        for (name, release, feature) in questions {
            Dialect::new(&cluster(name, release), &mut lacks).can(*feature, somewhere());
        }
        lacks.findings().into_iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect()
    }

    #[test]
    fn one_word_is_one_finding_with_all_its_clusters() {
        let questions = [
            ("cluster1", "1.5", Feature::WithoutHeaders),
            ("cluster1", "1.5", Feature::WithoutHeaders),
            ("cluster2", "1.30", Feature::WithoutHeaders),
            ("cluster3", "1.4.2", Feature::WithoutHeaders),
        ];
        assert_eq!(
            messages(&questions),
            ["MG0501: `withoutHeaders` needs Istio 1.6, but `cluster1` runs 1.5 and `cluster3` runs 1.4.2"]
        );
    }

    #[test]
    fn a_patch_that_decides_is_asked_for() {
        let questions = [
            ("cluster1", "1.8", Feature::ExactGatewayHosts),
            ("cluster2", "1.7", Feature::ExactGatewayHosts),
        ];
        assert_eq!(
            messages(&questions),
            [
                "MG0501: `expose: used` needs Istio 1.8.6, 1.9.5 or 1.10, but `cluster2` runs 1.7",
                "MG0502: `expose: used` needs Istio 1.8.6, 1.9.5 or 1.10, and `cluster1` runs some 1.8",
            ]
        );
    }
}
