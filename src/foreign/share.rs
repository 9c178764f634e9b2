//! Weights as parts of their sum, said in whole percents.
//!
//! Enters: weights. Leaves: shares that add up to 100, or the nearest that do. Refuses to know: who gets them.

/// Shares of 100; or, where whole percents cannot say them, the two nearest ways to say it.
pub fn shares(weights: &[u64]) -> Result<Vec<u64>, [Vec<u64>; 2]> {
    let sum: u64 = weights.iter().sum();
    if sum == 0 {
        return Err([Vec::new(), Vec::new()]);
    }
    let exact = |weight: &u64| (weight * 100).is_multiple_of(sum);
    let floors: Vec<u64> = weights.iter().map(|weight| weight * 100 / sum).collect();
    if weights.iter().all(exact) {
        return Ok(floors);
    }
    // The largest remainders are rounded up; the other way rounds up the next in line.
    let missing = usize::try_from(100 - floors.iter().sum::<u64>()).unwrap_or(0);
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(weights.get(*index).map_or(0, |weight| weight * 100 % sum)));
    let raised = |skip: usize| {
        let mut shares = floors.clone();
        let others = order.iter().enumerate().filter(|(at, _)| missing == 0 || *at != skip);
        for (_, index) in others.take(missing) {
            if let Some(share) = shares.get_mut(*index) {
                *share += 1;
            }
        }
        shares
    };
    Err([raised(weights.len()), raised(missing.saturating_sub(1))])
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn weights_are_parts_of_their_sum() {
        assert_eq!(shares(&[3, 1]), Ok(vec![75, 25]));
        assert_eq!(shares(&[60, 30, 60]), Ok(vec![40, 20, 40]));
        assert_eq!(shares(&[20]), Ok(vec![100]));
        assert_eq!(shares(&[80, 0]), Ok(vec![100, 0]));
    }

    #[test]
    fn what_whole_percents_cannot_say_is_not_rounded() {
        assert_eq!(shares(&[999, 1]), Err([vec![100, 0], vec![99, 1]]));
        assert_eq!(shares(&[2, 1]), Err([vec![67, 33], vec![66, 34]]));
        assert_eq!(shares(&[1, 1, 1]), Err([vec![34, 33, 33], vec![33, 34, 33]]));
    }
}
