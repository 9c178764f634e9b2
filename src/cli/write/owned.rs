//! Weights that another tool turns: any are right that add up to 100.
//!
//! Enters: two texts of one bundle. Leaves: whether they differ in such weights alone. Refuses to know: whose they are; an
//! annotation of the object names the routes.

use crate::source::mark::OWNED_ROUTES;

/// Whether the texts are equal but for weights of routes that the new one leaves to others.
pub(super) fn alike(old: &str, new: &str) -> bool {
    new.contains(OWNED_ROUTES) && {
        let (mut old, mut new) = (old.split("\n---\n"), new.split("\n---\n"));
        loop {
            match (old.next(), new.next()) {
                (None, None) => break true,
                (Some(old), Some(new)) if old == new || alike_but_weights(old, new) => {}
                (Some(_) | None, _) => break false,
            }
        }
    }
}

fn alike_but_weights(old: &str, new: &str) -> bool {
    let Some(names) = owned(new) else { return false };
    let old = without_weights(old, &names);
    old.is_some() && old == without_weights(new, &names)
}

/// The names that the annotation of a document has.
fn owned(document: &str) -> Option<Vec<&str>> {
    let line =
        document.lines().find_map(|line| line.trim_start().strip_prefix(OWNED_ROUTES)?.strip_prefix(": "))?;
    Some(line.trim_matches('"').split(',').collect())
}

/// Our own layout: the routes of `http` are elements two steps in, with their name first or below; their weights stand in
/// lines of their own. None if the weights of an owned route do not add up.
fn without_weights(document: &str, names: &[&str]) -> Option<String> {
    let mut text = String::with_capacity(document.len());
    let mut sum = None;
    for line in document.lines() {
        if let Some(first) = line.strip_prefix("  - ") {
            if sum.is_some_and(|sum| sum != 100) {
                return None;
            }
            let name = first.strip_prefix("name: ").map(|name| name.trim_matches('"'));
            sum = name.filter(|name| names.contains(name)).map(|_| 0);
        }
        let weight = line.trim_start().strip_prefix("weight: ").and_then(|weight| weight.parse::<u32>().ok());
        if let (Some(sum), Some(weight)) = (&mut sum, weight) {
            *sum += weight.min(1000);
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    sum.is_none_or(|sum| sum == 100).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(first: u32, second: u32, other: u32) -> String {
        format!(
            "# x\nkind: Gateway\n---\nkind: VirtualService\nmetadata:\n  annotations:\n    meshgen-owned-routes: \
             reviews-canary\nspec:\n  http:\n  - name: reviews-canary\n    route:\n    - destination:\n        host: a\n      \
             weight: {first}\n    - destination:\n        host: b\n      weight: {second}\n  - name: rest\n    route:\n    - \
             destination:\n        host: a\n      weight: {other}\n"
        )
    }

    #[test]
    fn only_weights_of_owned_routes_may_differ_and_add_up() {
        let built = text(100, 0, 40);
        assert!(alike(&text(95, 5, 40), &built));
        assert!(!alike(&text(95, 4, 40), &built));
        assert!(!alike(&text(95, 5, 41), &built));
        assert!(!alike(&text(95, 5, 40).replace("host: b", "host: c"), &built));
        assert!(!alike(&(text(95, 5, 40) + "---\nkind: More\n"), &built));
        let unowned = |text: String| text.replace("meshgen-owned-routes", "x");
        assert!(!alike(&unowned(text(95, 5, 40)), &unowned(built)));
    }
}
