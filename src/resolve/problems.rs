//! What resolving finds, in words.

pub mod name;
pub mod address;
pub mod topology;
pub mod routing;

use std::fmt::Display;

/// `a`, `b` and `c`; a long list is cut after ten.
fn list(names: impl IntoIterator<Item = impl Display>) -> String {
    joined(names.into_iter().map(|name| format!("`{name}`")))
}

/// As [`list`], of what is quoted already.
fn joined(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.collect();
    if names.len() > 10 {
        let more = names.len() - 10;
        names.truncate(10);
        return format!("{} and {more} more", names.join(", "));
    }
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

/// Did you mean the nearest, else all there are.
fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone, what: &str) -> String {
    match crate::diagnostic::nearest(name, known.clone()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("{what}: {}", list(known)),
    }
}
