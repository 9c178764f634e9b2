//! Copies of requests in Istio's words.

use crate::istio::dialect::Dialect;
use crate::istio::kind::virtual_service::{Destination, HttpMirror, HttpRoute};
use crate::istio::release::Feature;
use crate::istio::word::percent::{self, Percent};
use crate::source::At;

/// Copies of some percent of the requests go to one destination.
#[derive(Clone, Debug, PartialEq)]
pub struct Copies {
    /// Who gets them; its answers are dropped.
    pub destination: Destination,
    /// Of the requests, up to 100, fractions allowed; the place is that of the mirror in the input.
    pub percent: At<f64>,
}

/// Adds copies to a route: one as `mirror`, which every release knows, several as `mirrors`.
pub fn mirrors(route: &mut HttpRoute, copies: &[Copies], dialect: &mut Dialect<'_>) {
    match copies {
        [] => {}
        [only] => mirror(route, only, dialect),
        [first, ..] => {
            if dialect.can(Feature::Mirrors, first.percent.place) {
                route.mirrors = copies
                    .iter()
                    .map(|Copies { destination, percent }| HttpMirror {
                        destination: destination.clone(),
                        percentage: Some(Percent(percent.value)),
                    })
                    .collect();
            }
        }
    }
}

/// All of the requests are copied where no percentage is written, in every release.
fn mirror(route: &mut HttpRoute, copies: &Copies, dialect: &mut Dialect<'_>) {
    let Copies { destination, percent: At { value, place } } = copies;
    route.mirror = Some(destination.clone());
    match percent::whole(*value) {
        Some(100) => {}
        Some(whole) if !dialect.release().can(Feature::MirrorPercentage) => {
            route.mirror_percent = dialect.say(Feature::MirrorPercent, *place, whole);
        }
        Some(_) | None => {
            route.mirror_percentage = dialect.say(Feature::MirrorPercentage, *place, Percent(*value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::istio::dialect::Lacks;
    use crate::istio::dialect::tests::{cluster, somewhere};

    fn written(percents: &[f64], release: &str) -> (HttpRoute, Vec<String>) {
        let copies: Vec<Copies> = percents
            .iter()
            .map(|percent| Copies {
                destination: Destination::default(),
                percent: At::new(*percent, somewhere()),
            })
            .collect();
        let (mut route, mut lacks) = (HttpRoute::default(), Lacks::default());
        mirrors(&mut route, &copies, &mut Dialect::new(&cluster("cluster1", release), &mut lacks));
        (route, lacks.findings().into_iter().map(|finding| finding.message).collect())
    }

    #[test]
    fn the_percentage_is_spelled_as_the_release_reads_it() {
        assert_eq!(written(&[10.0], "1.6").0.mirror_percentage, Some(Percent(10.0)));
        // 1.5 has the newer word in its schema and does not read it.
        assert_eq!(written(&[10.0], "1.5").0.mirror_percent, Some(10));
        assert_eq!(
            written(&[10.0], "1.3").1,
            ["a percentage of copies needs Istio 1.4, but `cluster1` runs 1.3"]
        );
        assert_eq!(written(&[100.0], "1.1").1, Vec::<String>::new());
    }

    #[test]
    fn several_copies_need_a_word_of_their_own() {
        assert_eq!(written(&[10.0, 0.5], "1.20").0.mirrors.len(), 2);
        assert_eq!(
            written(&[10.0, 0.5], "1.19").1,
            ["a copy to several destinations needs Istio 1.20, but `cluster1` runs 1.19"]
        );
    }
}
