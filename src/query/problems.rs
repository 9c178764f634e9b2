//! What can be wrong with a query: all wording of this room.
//!
//! Enters: places and the user's words. Leaves: findings. Refuses to know: how they were found.

use crate::diagnostic::{Code, Finding, escape, list, nearest};
use crate::source::{At, Place};
use crate::trace::asked::Wrong;

pub fn cannot_be_asked(Wrong { message, help }: Wrong, place: Place) -> Finding {
    let finding = Finding::new(Code::MG0801, message).at(place, "nobody can ask this");
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

pub fn no_address(text: &str, place: Place) -> Finding {
    Finding::new(Code::MG0801, format!("`{}` is no IP address", escape::line(text)))
        .at(place, "nobody can dial this")
        .help("an address looks like 10.1.2.3")
}

pub fn no_whole(sum: f64, place: Place) -> Finding {
    let sum = (sum * 100.0).round() / 100.0;
    Finding::new(Code::MG0802, format!("the shares add up to {sum}, not to 100"))
        .at(place, "some requests end elsewhere, or some are counted twice")
        .help("say where the others end, `dead` for those that reach nobody")
}

pub fn unknown_cluster(end: &At<String>, cluster: &str, known: &[&str]) -> Finding {
    let finding = Finding::new(Code::MG0802, format!("there is no cluster `{}`", escape::line(cluster)))
        .at(end.place, "no request ends here");
    match nearest(cluster, known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("the clusters are {}", list(known))),
    }
}

pub fn unknown_reason(end: &At<String>, reason: &str, known: &[&str]) -> Finding {
    let finding = Finding::new(Code::MG0802, format!("no request is lost by `{}`", escape::line(reason)))
        .at(end.place, "no such dead end");
    match nearest(reason, known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("`meshgen explain --list` names all dead ends"),
    }
}

pub fn no_end(end: &At<String>, instead: Option<&str>) -> Finding {
    let finding =
        Finding::new(Code::MG0802, format!("`{}` is no place where requests end", escape::line(&end.value)))
            .at(end.place, "expected a version, perhaps with its cluster");
    match instead {
        Some(instead) => finding.help(format!("did you mean `{}`?", escape::line(instead))),
        None => finding.help("write `v1`, `v1@cluster1`, `any@cluster1` or `dead`"),
    }
}

pub fn no_expectation(place: Place) -> Finding {
    Finding::new(Code::MG0803, "a query does not say where its requests must end")
        .at(place, "it has no `expect`")
        .help("`meshgen test --write` fills it with what is so today")
}
