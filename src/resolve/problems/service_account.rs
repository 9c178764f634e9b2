//! Service accounts that cannot be.

use crate::diagnostic::{Code, Finding};
use crate::source::{At, Place};

pub fn not_an_account(at: &At<String>) -> Finding {
    let help = if at.value.contains('/') {
        "write the whole identity: `spiffe://cluster.local/ns/shop/sa/cart`; one of the service's own namespace goes by its name alone"
    } else {
        "write its name: lower-case letters a–z, digits, `-` and `.`; or the identity: `spiffe://cluster.local/ns/shop/sa/cart`"
    };
    Finding::new(Code::MG0240, format!("`{at}` is not a ServiceAccount"))
        .at(at.place, "neither a name nor an identity")
        .help(help)
}

pub fn nobody(place: Place) -> Finding {
    Finding::new(Code::MG0240, "`serviceAccounts` names nobody, so no server would do")
        .at(place, "empty")
        .help("name the ServiceAccounts that its pods run under, or leave it out: then identities are not checked")
}
