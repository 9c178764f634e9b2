//! Hosts as patterns: `shop.example.com`, `*.example.com`, `*`, each perhaps behind `namespace/`.

/// Whether each host of the narrower pattern is one of the wider: `*.example.com` covers `a.example.com`, and itself.
#[must_use]
pub fn covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || wide.strip_prefix('*').is_some_and(|end| narrow.ends_with(end))
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
