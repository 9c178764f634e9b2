//! Names that are made: hosts, subsets, names of objects.

use sha2::{Digest, Sha256};

/// Longest DNS label, and longest name of a Gateway.
pub const LABEL: usize = 63;
/// Longest name of any other Kubernetes object.
pub const SUBDOMAIN: usize = 253;
/// Longest host name that Istio takes, and longest SNI that Envoy takes.
pub const HOST: usize = 255;

/// A version as the subset name that stands for it: `1.2.3` → `1-2-3`. Subset names are DNS labels.
#[must_use]
pub fn subset(version: &str) -> String {
    version.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

/// The first eight bytes of SHA-256 of a name, big-endian.
#[must_use]
pub fn hash(name: &str) -> u64 {
    Sha256::digest(name.as_bytes()).iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// A name made unlike any other by `-` and eight hex digits of SHA-256 of what it stands for, cut to `limit` bytes.
/// ASCII in, ASCII out.
#[must_use]
pub fn distinct(name: &str, stands_for: &str, limit: usize) -> String {
    let mark = format!("-{:08x}", hash(stands_for) >> 32);
    let kept: String = name.chars().take(limit - mark.len()).collect();
    kept.trim_end_matches(['-', '.']).to_owned() + &mark
}
