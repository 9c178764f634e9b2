//! Addresses that cannot be dialled.

use super::name::DNS_LABEL;
use crate::diagnostic::{Code, Finding};
use crate::model::Address;
use crate::source::{At, Place};

/// Bare: the host and port that were probably meant; the host may be empty.
pub fn not_an_address(written: &At<String>, bare: &(String, Option<u16>)) -> Finding {
    let text = written.value.as_str();
    let finding = Finding::new(Code::MG0206, format!("`{written}` is not an address"))
        .at(written.place, "neither an IP address nor a DNS name");
    let last = text.rsplit('.').next().unwrap_or_default();
    let (host, port) = bare;
    finding.help(match (host.as_str(), port) {
        ("", _) if text.is_empty() => {
            "write the address that callers in other clusters dial, such as `203.0.113.10`".to_owned()
        }
        ("", _) if !text.is_ascii() => "write the name in its ASCII form, `xn--…`".to_owned(),
        ("", _) if text.contains('*') => "a wildcard stands for many names; write the one to dial".to_owned(),
        ("", _) if text.matches(':').count() > 1 => {
            "an IPv6 address has up to eight groups of hexadecimal digits, and `::` at most once".to_owned()
        }
        ("", _) if last.bytes().all(|byte| byte.is_ascii_digit()) => {
            "an IPv4 address has four numbers from 0 to 255, and no DNS name ends in a number".to_owned()
        }
        ("", _) => format!("a DNS name has labels with dots between them, each of {DNS_LABEL}"),
        (host, Some(port)) => format!("did you mean `{{address: '{host}', port: {port}}}`?"),
        (host, None) if !text.is_ascii() => format!("write the name in its ASCII form, `{host}`"),
        (host, None) => format!("an address stands alone; did you mean `{host}`?"),
    })
}

pub fn out_of_reach(written: &At<String>, kind: &str) -> Finding {
    Finding::new(Code::MG0207, format!("no other cluster reaches `{written}`"))
        .at(written.place, format!("means {kind}"))
        .help("write the address that callers in other clusters dial: the external IP or name of the gateway's Service")
}

pub fn missing(gateway: Place, cluster: &str) -> Finding {
    Finding::new(Code::MG0208, format!("the gateway of `{cluster}` has no address"))
        .at(gateway, "no `address`")
        .help("write the address that callers in other clusters dial: `gateway: 203.0.113.10`")
}

pub fn missing_from(caller: &At<String>, cluster: &str) -> Finding {
    Finding::new(Code::MG0208, format!("the gateway of `{cluster}` has no address for callers in `{caller}`"))
        .at(caller.place, "no address")
        .help(
            "write the address that they dial, or leave the entry out: then they dial the same as all others",
        )
}

pub fn from_itself(cluster: &At<String>) -> Finding {
    Finding::new(Code::MG0422, format!("callers in `{cluster}` do not dial the gateway of `{cluster}`"))
        .at(cluster.place, "the gateway's own cluster")
        .help(
            "`addressFrom` names the cluster of the callers, and the address at which they dial this gateway",
        )
}

pub fn repeated(address: &Address, first: Place, again: Place) -> Finding {
    Finding::new(Code::MG0209, format!("the address `{address}` is listed twice"))
        .at(again, "listed again")
        .at(first, "first listed here")
        .help("remove one: callers share their connections among different addresses")
}

pub fn shared(address: &Address, port: u16, first: (&str, Place), second: (&str, Place)) -> Finding {
    Finding::new(
        Code::MG0226,
        format!("`{}` and `{}` have the same gateway, `{address}` port {port}", first.0, second.0),
    )
    .at(second.1, format!("gateway of `{}`", second.0))
    .at(first.1, format!("gateway of `{}`", first.0))
    .help("a gateway leads into one cluster; correct the address, or the port if they differ in it")
}

/// The same, where only callers in one cluster dial that address.
pub fn shared_from(
    address: &Address,
    port: u16,
    caller: &str,
    first: (&str, Place),
    second: (&str, Place),
) -> Finding {
    Finding::new(
        Code::MG0226,
        format!(
            "for callers in `{caller}`, `{}` and `{}` have the same gateway, `{address}` port {port}",
            first.0, second.0
        ),
    )
    .at(second.1, format!("gateway of `{}`", second.0))
    .at(first.1, format!("gateway of `{}`", first.0))
    .help("what callers in one cluster dial leads into one other cluster; correct one of the addresses")
}

pub fn local_name(name: &str, end: &str, place: Place, cluster: &str) -> Finding {
    Finding::new(Code::MG0263, format!("each cluster resolves `{name}` for itself, to an address of its own"))
        .at(place, format!("a name under `{end}`, dialled from other clusters as the gateway of `{cluster}`"))
        .help("write the address that callers in other clusters dial: the external IP or name of the gateway's Service")
}
