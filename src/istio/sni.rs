//! The SNI: the whole contract between two clusters.

/// What a caller's proxy says to the far gateway, and what that gateway knows the subset by:
/// `outbound_.9080_.v2_.reviews.default.svc.cluster.local`, without subset `outbound_.9080_._.…`.
///
/// Source: `BuildDNSSrvSubsetKey` in Istio's `pilot/pkg/model/service.go`.
#[must_use]
pub fn sni(port: u16, subset: Option<&str>, host: &str) -> String {
    let mut digits = itoa::Buffer::new();
    ["outbound_.", digits.format(port), "_.", subset.unwrap_or_default(), "_.", host].concat()
}

/// The port, subset and host that an SNI names.
#[must_use]
pub fn parse(sni: &str) -> Option<(u16, Option<&str>, &str)> {
    let rest = sni.strip_prefix("outbound_.")?;
    let (port, rest) = rest.split_once("_.")?;
    let (subset, host) = rest.split_once("_.")?;
    Some((port.parse().ok()?, Some(subset).filter(|subset| !subset.is_empty()), host))
}

#[cfg(test)]
mod tests {
    use super::{parse, sni};

    #[test]
    fn what_is_written_is_what_is_read() {
        let host = "reviews.default.svc.cluster.local";
        assert_eq!(sni(9080, Some("v2"), host), "outbound_.9080_.v2_.reviews.default.svc.cluster.local");
        assert_eq!(parse(&sni(9080, Some("v2"), host)), Some((9080, Some("v2"), host)));
        assert_eq!(parse(&sni(9080, None, host)), Some((9080, None, host)));
        assert_eq!(parse(host), None);
    }
}
