//! Addresses that cannot be dialled.

use crate::diagnostic::{Code, Finding};
use crate::model::Address;
use crate::source::{At, Place};

/// Bare: the host and port that were probably meant; the host may be empty.
pub fn not_an_address(written: &At<String>, bare: &(String, Option<u16>)) -> Finding {
    let finding = Finding::new(Code::MG0206, format!("`{written}` is not an address"))
        .at(written.place, "neither an IP address nor a DNS name");
    let (host, port) = bare;
    match (host.as_str(), port) {
        ("", _) if !written.value.is_ascii() => finding.help("write the name in its ASCII form: `xn--…`"),
        ("", _) => finding
            .help("an address is an IP address or a DNS name: no scheme, port, path, brackets or wildcard"),
        (host, Some(port)) => finding.help(format!("did you mean `{{address: '{host}', port: {port}}}`?")),
        (host, None) => finding.help(format!("an address stands alone; did you mean `{host}`?")),
    }
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
