//! Shares: one share split among clusters, in whole percents.

use super::route::{Nowhere, Share, Site, Target};
use crate::model::ClusterId;
use crate::plan::distance::Serving;

/// Splits a whole share among the clusters that serve it, unless each stands in for the others.
pub fn split<'m>(whole: Share<'m>, serving: &Serving) -> Vec<Share<'m>> {
    let whole_at = |site: Site| vec![Share { target: Target { site, ..whole.target }, ..whole }];
    if serving.failover {
        return whole_at(Site::Nearest);
    }
    if serving.clusters.is_empty() {
        return whole_at(Site::Nowhere(nowhere(serving)));
    }
    let sizes: Vec<_> = serving.clusters.iter().map(|(_, size)| *size).collect();
    let part = |((cluster, _), weight): (&(ClusterId, u32), u32)| {
        let target = Target { site: Site::Cluster(*cluster), ..whole.target };
        Share { target, weight, ..whole }
    };
    serving.clusters.iter().zip(percents(whole.weight, &sizes)).map(part).collect()
}

/// Why nobody serves.
fn nowhere(serving: &Serving) -> Nowhere {
    match (serving.drained.is_empty(), serving.closed.is_empty()) {
        (false, _) => Nowhere::Drained,
        (true, false) => Nowhere::Closed,
        (true, true) => Nowhere::Absent,
    }
}

/// In order of service, version, cluster; what comes out equal is added up.
pub fn merged(mut shares: Vec<Share<'_>>) -> Vec<Share<'_>> {
    shares.sort_by_key(|share| (share.target, share.port));
    let mut sum: Vec<Share<'_>> = Vec::with_capacity(shares.len());
    for share in shares {
        let same = |kept: &&mut Share<'_>| {
            kept.target == share.target && kept.port == share.port && kept.headers == share.headers
        };
        match sum.iter_mut().rev().find(same) {
            Some(kept) => kept.weight += share.weight,
            None => sum.push(share),
        }
    }
    sum
}

/// Splits a whole share by relative sizes: largest remainder, ties to the earlier. The parts add up to the share.
fn percents(share: u32, sizes: &[u32]) -> Vec<u32> {
    let total: u64 = sizes.iter().map(|size| u64::from(*size)).sum();
    if total == 0 {
        return vec![0; sizes.len()];
    }
    let exact = |size: u32| u64::from(share) * u64::from(size);
    let mut parts: Vec<u64> = sizes.iter().map(|size| exact(*size) / total).collect();
    let mut order: Vec<(usize, u64)> = sizes.iter().map(|size| exact(*size) % total).enumerate().collect();
    order.sort_by_key(|(index, remainder)| (std::cmp::Reverse(*remainder), *index));
    let missing = u64::from(share) - parts.iter().sum::<u64>();
    for ((index, _), _) in order.into_iter().zip(0..missing) {
        if let Some(part) = parts.get_mut(index) {
            *part += 1;
        }
    }
    parts.into_iter().map(|part| u32::try_from(part).unwrap_or(share)).collect()
}

#[cfg(test)]
mod tests {
    use super::percents;

    #[test]
    fn parts_add_up_and_ties_go_to_the_earlier() {
        assert_eq!(percents(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(percents(50, &[3, 1]), [38, 12]);
        assert_eq!(percents(1, &[1, 1]), [1, 0]);
        assert_eq!(percents(0, &[5, 1]), [0, 0]);
        assert_eq!(percents(100, &[u32::MAX, u32::MAX]), [50, 50]);
    }
}
