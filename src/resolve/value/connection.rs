//! Words for connections: names that are asked for in clear text, and networks that are dialled.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Checked, Poisoned, each};
use crate::diagnostic::Finding;
use crate::input::{Listed, Written};
use crate::resolve::address::all_numeric_end;
use crate::resolve::name::is_dns_name;
use crate::resolve::problems::connection as problems;
use crate::resolve::problems::value::empty;
use crate::source::At;

type Texts = Written<Listed<At<String>>>;

/// `sniHosts`: host names, `*.example.com` for all below one.
pub(in crate::resolve) fn sni_hosts(
    written: &Texts,
    findings: &mut Vec<Finding>,
) -> Checked<Vec<At<String>>> {
    not_empty(written, "sniHosts", findings)?;
    each(written, |at| {
        let name = at.value.strip_prefix("*.").unwrap_or(&at.value);
        if is_dns_name(name) && !all_numeric_end(name) {
            return Ok(at.clone());
        }
        findings.push(problems::not_an_sni(at));
        Err(Poisoned)
    })
}

/// `destinationSubnets`: addresses, and networks as an address and the length of the prefix.
pub(in crate::resolve) fn subnets(written: &Texts, findings: &mut Vec<Finding>) -> Checked<Vec<At<IpNet>>> {
    not_empty(written, "destinationSubnets", findings)?;
    each(written, |at| {
        let address = at.value.parse::<IpAddr>().map(IpNet::from);
        match address.or_else(|_| at.value.parse::<IpNet>()) {
            Ok(network) if network.trunc() == network => Ok(At::new(network, at.place)),
            Ok(network) => {
                findings.push(problems::not_a_subnet(at, Some(network.trunc())));
                Err(Poisoned)
            }
            Err(_) => {
                findings.push(problems::not_a_subnet(at, None));
                Err(Poisoned)
            }
        }
    })
}

/// Istio would take an empty list for every name and address; whoever writes one means none.
fn not_empty(written: &Texts, word: &str, findings: &mut Vec<Finding>) -> Checked<()> {
    match written {
        Written::As(at) if at.value.entries.is_empty() && at.value.complete => {
            findings.push(empty(at.place, word));
            Err(Poisoned)
        }
        Written::As(_) | Written::Absent | Written::Illegible => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, SourceId, Span};

    fn somewhere() -> Place {
        Span { source: SourceId(0), start: 0, end: 0 }.into()
    }

    fn written(texts: &[&str]) -> Texts {
        let entries = texts.iter().map(|text| At::new((*text).to_owned(), somewhere())).collect();
        Written::As(At::new(Listed { entries, complete: true }, somewhere()))
    }

    fn codes(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(|finding| finding.code.to_string()).collect()
    }

    #[test]
    fn an_sni_is_a_name() {
        let mut findings = Vec::new();
        assert!(sni_hosts(&written(&["api", "*.example.com"]), &mut findings).is_ok());
        for text in ["*", "*api.example.com", "10.0.0.1", "API", "outbound_.443_._.api", ""] {
            assert!(sni_hosts(&written(&[text]), &mut findings).is_err(), "{text}");
        }
        assert_eq!(codes(&findings), vec!["MG0319"; 6]);
    }

    #[test]
    fn a_subnet_is_an_address_or_a_network() {
        let mut findings = Vec::new();
        assert!(subnets(&written(&["10.0.0.1", "10.0.0.0/8", "2001:db8::/32"]), &mut findings).is_ok());
        for text in ["10.0.0.1/8", "10.0.0.0/33", "db"] {
            assert!(subnets(&written(&[text]), &mut findings).is_err(), "{text}");
        }
        assert!(subnets(&written(&[]), &mut findings).is_err());
        assert_eq!(codes(&findings), ["MG0321", "MG0321", "MG0321", "MG0354"]);
    }
}
