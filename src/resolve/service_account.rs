//! `serviceAccounts` as meant.

use std::collections::BTreeSet;

use super::entries;
use super::name::is_dns_name;
use super::problems::service_account as problems;
use crate::diagnostic::Finding;
use crate::input::{Listed, Written};
use crate::model::service_account::ServiceAccount;
use crate::source::At;

/// How identities begin in certificates.
const SCHEME: &str = "spiffe://";

/// All that are named, each once.
pub fn all(written: &Written<Listed<At<String>>>, findings: &mut Vec<Finding>) -> BTreeSet<ServiceAccount> {
    let (accounts, complete) = entries(written);
    if let Some(place) = written.place()
        && accounts.is_empty()
        && complete
    {
        findings.push(problems::nobody(place));
    }
    accounts.iter().filter_map(|account| read(account, findings)).collect()
}

fn read(at: &At<String>, findings: &mut Vec<Finding>) -> Option<ServiceAccount> {
    let text = at.value.as_str();
    let account = match text.strip_prefix(SCHEME) {
        Some(rest) => is_identity(rest).then(|| ServiceAccount::Identity(text.to_owned())),
        None => is_dns_name(text).then(|| ServiceAccount::Named(text.to_owned())),
    };
    if account.is_none() {
        findings.push(problems::not_an_account(at));
    }
    account
}

/// A trust domain and a path, by the SPIFFE standard.
fn is_identity(rest: &str) -> bool {
    let of_domain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    let of_path = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    rest.split_once('/').is_some_and(|(domain, path)| {
        !domain.is_empty()
            && domain.chars().all(of_domain)
            && path
                .split('/')
                .all(|segment| !matches!(segment, "" | "." | "..") && segment.chars().all(of_path))
    })
}

#[cfg(test)]
mod tests {
    use super::is_identity;

    #[test]
    fn an_identity_is_a_trust_domain_and_a_path() {
        assert!(is_identity("cluster.local/ns/shop/sa/cart") && is_identity("td-1/vm"));
        for identity in ["", "cluster.local", "/ns/a", "Cluster/ns", "td//a", "td/a/", "td/a b", "td/../a"] {
            assert!(!is_identity(identity), "{identity}");
        }
    }
}
