//! Lists and nearest names, worded alike in every stage.

use std::fmt::Display;

/// So many characters say what is meant, if a name begins with them.
const BEGINNING: usize = 4;

/// How many names a list shows.
const SHOWN: usize = 10;

/// `a`, `b` and `c`; a long list is cut after ten.
pub fn list(names: impl IntoIterator<Item = impl Display>) -> String {
    let mut names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    if more == 0 { join(names, "and") } else { format!("{} and {more} more", names.join(", ")) }
}

/// a, b and c, with the word that stands before the last; nothing is quoted.
pub fn join(words: impl IntoIterator<Item = impl Into<String>>, last: &str) -> String {
    let mut words: Vec<String> = words.into_iter().map(Into::into).collect();
    match words.pop() {
        Some(end) if words.is_empty() => end,
        Some(end) => format!("{} {last} {end}", words.join(", ")),
        None => String::new(),
    }
}

/// The known name nearest to a misspelt one, if any is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(name, known).into_iter().next()
}

/// Asks whether one of the nearest names was meant, or says all there are.
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone, what: &str) -> String {
    let near = near(name, known.clone());
    if near.is_empty() {
        return format!("{what}: {}", list(known));
    }
    format!("did you mean {}?", join(near.into_iter().map(|name| format!("`{name}`")), "or"))
}

/// All known names that are equally near to a misspelt one, or else that begin like it, in order.
fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    let mut allowed = (length / 3).max(1);
    let (mut near, mut begun) = (Vec::new(), Vec::new());
    for candidate in known {
        if length >= BEGINNING && candidate.to_lowercase().starts_with(&lower) {
            begun.push(candidate);
        }
        // Every character that one has more is a change; to count them is cheaper than to compare.
        if candidate.chars().count().abs_diff(length) > allowed {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance < allowed {
            near.clear();
            allowed = distance;
        }
        if distance == allowed {
            near.push(candidate);
        }
    }
    let mut near = if near.is_empty() { begun } else { near };
    near.sort_unstable();
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_are_meant() {
        assert_eq!(nearest("gatway", ["gateway", "network"]), Some("gateway"));
        assert_eq!(nearest("shop", ["gateway", "network"]), None);
        assert_eq!(
            nearest("consecutive5xx", ["interval", "consecutive5xxErrors"]),
            Some("consecutive5xxErrors")
        );
        assert_eq!(suggest("v9", ["v3", "v1", "canary"], "versions"), "did you mean `v1` or `v3`?");
        assert_eq!(suggest("v9", ["blue", "green"], "versions"), "versions: `blue` and `green`");
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
        assert!(list(1..=12).ends_with("`10` and 2 more"));
        assert_eq!(join(["a"], "or"), "a");
    }
}
