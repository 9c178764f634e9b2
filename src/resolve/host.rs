//! The form of host names.

use super::name::is_dns_name;

/// Whether it is a host name, `*`, or `*.` and a host name.
pub fn is_pattern(text: &str) -> bool {
    text == "*" || is_dns_name(text.strip_prefix("*.").unwrap_or(text))
}
