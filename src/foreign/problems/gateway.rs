//! The wording of what is found in routes of the Gateway API.

use crate::diagnostic::{Code, Finding};
use crate::foreign::object::Object;
use crate::source::Place;

pub fn parent_of_nobody(object: &Object<'_>, group: &str, kind: &str, place: Place) -> Finding {
    Finding::new(Code::MG0751, format!("a parent of the {object} is not taken over"))
        .at(place, format!("group `{group}`, kind `{kind}`"))
        .help("a Service is `group: \"\"` and `kind: Service`, spelled so")
}

pub fn hostnames(object: &Object<'_>, place: Place) -> Finding {
    Finding::new(Code::MG0751, format!("`hostnames` of the {object} is not taken over"))
        .at(place, "with a Service as parent Istio does not look at it")
        .help("leave it out")
}

pub fn route_is_dropped(object: &Object<'_>, what: &str, place: Place) -> Finding {
    Finding::new(Code::MG0752, format!("Istio drops the whole {object}: {what}"))
        .at(place, "because of this")
        .help("mend it, or leave the object out")
}

pub fn filter_of_backend(field: &str, place: Place) -> Finding {
    Finding::new(Code::MG0752, format!("`{field}` of one backend cannot be taken over"))
        .at(place, "of one backend only headers can be changed")
        .help("make it a filter of the rule")
}

pub fn empty_method(place: Place) -> Finding {
    Finding::new(Code::MG0752, "a method names neither a service nor a method")
        .at(place, "the API server refuses it")
        .help("add `service` or `method`")
}

pub fn unknown_comparison(kind: &str, place: Place) -> Finding {
    Finding::new(Code::MG0752, format!("a path of type `{kind}` cannot be taken over"))
        .at(place, "known are `PathPrefix`, `Exact` and `RegularExpression`")
        .help("say it in one of these")
}

pub fn prefix_in_redirect(place: Place) -> Finding {
    Finding::new(Code::MG0752, "a redirect that replaces a prefix cannot be taken over")
        .at(place, "a redirect of a Routing names whole paths")
        .help("redirect to a whole path: `replaceFullPath`")
}

pub fn no_prefix_to_replace(place: Place) -> Finding {
    Finding::new(Code::MG0752, "`replacePrefixMatch` stands where no prefix is matched")
        .at(place, "the API server refuses it")
        .help("match one `PathPrefix`, or write `replaceFullPath`")
}

/// Of two that are for one port of one service the other does not count there.
pub fn beside(other: (&str, Place), first: (&str, Place), is_told: bool) -> Finding {
    let ((other, place), (first, first_place)) = (other, first);
    if !is_told {
        return Finding::new(
            Code::MG0755,
            format!("the {other} and the {first} are for one service, and nothing says which is older"),
        )
        .at(place, "one")
        .at(first_place, "and the other")
        .help("name the one that counts, or read both from a cluster: the older of them counts there");
    }
    Finding::new(Code::MG0730, format!("the {other} does not count beside the {first}"))
        .at(place, "the younger one")
        .at(first_place, "the older one counts alone")
        .help(
            "keep one of them: nothing is merged; routes of the Gateway API count all the same for callers in their own \
             namespace",
        )
}

/// Some releases merge these, one takes the `HTTPRoute` alone.
pub fn two_kinds(other: (&str, Place), first: (&str, Place)) -> Finding {
    let ((other, place), (first, first_place)) = (other, first);
    Finding::new(
        Code::MG0752,
        format!(
            "the {other} and the {first} are for one port, and releases of Istio disagree about who answers"
        ),
    )
    .at(place, "one")
    .at(first_place, "and the other")
    .help("make one of them: a method of gRPC is the path `/SERVICE/METHOD` of an HTTPRoute")
}

pub fn equal_matches(object: &Object<'_>, place: Place, first: Place) -> Finding {
    Finding::new(
        Code::MG0755,
        format!("a rule of the {object} and one of another route are for the same requests, and nothing says which is older"),
    )
    .at(place, "one")
    .at(first, "and the other")
    .help("keep one of them, or read both from a cluster: the older of them counts there")
}
