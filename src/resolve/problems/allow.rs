//! Findings that cannot be acknowledged.

use crate::diagnostic::{Code, Finding, nearest, suggest};
use crate::source::{At, Place};

pub fn no_code(code: &At<String>) -> Finding {
    let near = nearest(&code.value, Code::ALL.iter().map(|known| known.name()));
    Finding::new(Code::MG0270, format!("there is no code `{code}`")).at(code.place, "not a code").help(
        match near {
            Some(near) => format!("did you mean `{near}`? `meshgen explain --list` shows all"),
            None => "`meshgen explain --list` shows all".to_owned(),
        },
    )
}

pub fn is_an_error(code: &At<String>) -> Finding {
    Finding::new(Code::MG0270, format!("`{code}` is an error, and cannot be acknowledged"))
        .at(code.place, "neither a warning nor a note")
        .help(format!("mend what it tells: `meshgen explain {code}`"))
}

pub fn no_reason(place: Place) -> Finding {
    Finding::new(Code::MG0270, "an acknowledgement gives no reason")
        .at(place, "empty")
        .help("say why this is as it should be, for whoever reads it later")
}

pub fn not_a_key(at: &At<String>, keys: &[String]) -> Finding {
    Finding::new(Code::MG0270, format!("there is no cluster or service `{at}`"))
        .at(at.place, "neither a cluster nor a service of the topology")
        .help(suggest(&at.value, keys.iter().map(String::as_str), "there are"))
}
