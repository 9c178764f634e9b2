//! Hosts as patterns: `shop.example.com`, `*.example.com`, `*`, each perhaps behind `namespace/`.

/// Whether each host of the narrower pattern is one of the wider: `*.example.com` covers `a.example.com`, and itself.
#[must_use]
pub fn covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || wide.strip_prefix('*').is_some_and(|end| narrow.ends_with(end))
}

/// All patterns that cover one, itself included: for sets too large to compare each with each.
pub fn covering(narrow: &str) -> impl Iterator<Item = String> {
    let ends = narrow.char_indices().map(|(at, _)| at).chain([narrow.len()]);
    let wide = ends.filter_map(|at| narrow.get(at..)).map(|end| format!("*{end}"));
    wide.filter(move |wide| wide != narrow).chain([narrow.to_owned()])
}

/// Whether some host is meant by both patterns.
#[must_use]
pub fn overlaps(one: &str, other: &str) -> bool {
    covers(one, other) || covers(other, one)
}

/// Without the namespace whose routes may be for it.
#[must_use]
pub fn bare(host: &str) -> &str {
    host.split_once('/').map_or(host, |(_, name)| name)
}
