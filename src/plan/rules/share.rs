//! Whole percents: the split of one share among clusters.

/// Splits a whole share by relative sizes: largest remainder, ties to the earlier. The parts add up to the share.
#[must_use]
pub fn split(share: u32, sizes: &[u32]) -> Vec<u32> {
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
    use super::split;

    #[test]
    fn parts_add_up_and_ties_go_to_the_earlier() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(50, &[3, 1]), [38, 12]);
        assert_eq!(split(1, &[1, 1]), [1, 0]);
        assert_eq!(split(0, &[5, 1]), [0, 0]);
        assert_eq!(split(100, &[u32::MAX, u32::MAX]), [50, 50]);
    }
}
