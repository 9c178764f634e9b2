//! Rules that name what is not there, and shares that do not add up.

use super::super::port::Ports;
use crate::diagnostic::{Code, Finding, join, list, nearest, suggest};
use crate::input;
use crate::model::{Destination, Mirror, Pick, Rule, Service};
use crate::source::{At, Place};

pub fn unknown_service(
    what: &str,
    namespace: &At<String>,
    name: &At<String>,
    place: Place,
    services: &[Service],
) -> Finding {
    let code = if what == "a route" { Code::MG0301 } else { Code::MG0308 };
    let elsewhere: Vec<_> = services.iter().filter(|service| service.name == name.value).collect();
    let finding = Finding::new(code, format!("there is no service `{name}` in namespace `{namespace}`"))
        .at(place, format!("{what} names it, the topology does not"));
    if !elsewhere.is_empty() {
        let spelled = elsewhere.iter().map(|service| format!("{}/{}", service.namespace, service.name));
        return finding.help(format!("did you mean {}?", list(spelled)));
    }
    if services.is_empty() {
        return finding.help(
            "the topology has no services: `services: {reviews: {ports: 9080, versions: {v1: cluster1}}}`",
        );
    }
    let known = services.iter().filter(|service| service.namespace == namespace.value);
    if known.clone().next().is_none() {
        return finding.help(suggest(
            &format!("{namespace}/{name}"),
            services
                .iter()
                .map(|service| format!("{}/{}", service.namespace, service.name))
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str),
            "the services",
        ));
    }
    finding.help(suggest(
        &name.value,
        known.map(|service| service.name.as_str()),
        "services of this namespace",
    ))
}

pub fn unknown_version(service: &Service, name: &At<String>) -> Finding {
    let finding = Finding::new(Code::MG0302, format!("`{service}` has no version `{name}`"))
        .at(name.place, format!("not a version of `{service}`"));
    if service.versions.is_empty() {
        return finding
            .at(service.place, "has no `versions`")
            .help("say `any`, or list the versions of the service instead of its `clusters`");
    }
    let versions = service.versions.iter().map(|version| version.name.as_str());
    finding.at(service.place, format!("has {}", list(versions.clone()))).help(suggest(
        &name.value,
        versions,
        "its versions",
    ))
}

pub fn version_is_a_cluster(service: &Service, name: &At<String>) -> Finding {
    let version = service.versions.first().map_or("any", |version| version.name.as_str());
    let help = if version == "any" {
        format!("to name where the requests go, write `any@{name}`")
    } else {
        format!(
            "to name where the requests go, write `{version}@{name}`, or `any@{name}` for every version there"
        )
    };
    Finding::new(Code::MG0302, format!("`{service}` has no version `{name}`"))
        .at(name.place, format!("`{name}` is a cluster"))
        .help(help)
}

pub fn not_there(service: &Service, pick: Pick, cluster: &At<String>, there: &[&str]) -> Finding {
    let version = match pick {
        Pick::Any => None,
        Pick::Version(id) => service.version(id),
    };
    let what = version
        .map_or_else(|| format!("`{service}`"), |version| format!("`{}` of `{service}`", version.name));
    Finding::new(Code::MG0303, format!("{what} does not run in `{cluster}`"))
        .at(cluster.place, format!("runs in {}", list(there)))
        .at(version.map_or(service.place, |version| version.place), "declared here")
        .help(match there.first() {
            Some(first) => format!("name a cluster that runs it: `@{first}`, or none to let meshgen choose"),
            None => "declare where it runs".to_owned(),
        })
}

pub fn shares(sum: u64, place: Place, destinations: &[Destination]) -> Finding {
    let advice = match (destinations.len(), sum) {
        (1, _) => "the only destination gets everything: write `100`, or leave the share out".to_owned(),
        (_, 0) => "shares are percents and add up to 100: give some destination a share above 0".to_owned(),
        (_, sum) if sum < 100 => {
            format!("shares are percents and add up to 100: {} % is left to give", 100 - sum)
        }
        (_, sum) => format!("shares are percents and add up to 100: take {} % away", sum - 100),
    };
    Finding::new(Code::MG0304, format!("the shares add up to {sum}, not 100"))
        .at(place, format!("{sum} in all"))
        .help(advice)
}

pub fn no_share(places: &[Place]) -> Finding {
    let finding = Finding::new(Code::MG0304, "a destination among several has no share");
    places
        .iter()
        .fold(finding, |finding, place| finding.at(*place, "no share"))
        .help("say which percent each of them gets: `to: {v1: 90, v2: 10}`, or `weight:` in the long form")
}

pub fn no_destination(place: Place) -> Finding {
    Finding::new(Code::MG0306, "a rule names no destination")
        .at(place, "nothing is named")
        .help("say which versions answer: `to: v1`, or `to: {v1: 90, v2: 10}`")
}

pub fn no_mirror(place: Place) -> Finding {
    Finding::new(Code::MG0306, "`mirror` names nobody who gets a copy")
        .at(place, "nothing is named")
        .help("say which version does: `mirror: v2`, or leave the word out")
}

/// Written: the host as it is compared; meant: what clients send.
pub fn host_without_port(written: &At<String>, meant: &[String]) -> Finding {
    Finding::new(Code::MG0380, format!("clients of no port of this rule send the host `{written}` alone"))
        .at(written.place, "compared without a port")
        .help(format!(
            "the host is sent with the port where that is not 80: write {}",
            join(meant.iter().map(|host| format!("`{host}`")), "or")
        ))
}

pub fn twice(again: &Destination, first: Place) -> Finding {
    Finding::new(Code::MG0305, "one destination is listed twice")
        .at(again.place, "listed again")
        .at(first, "first listed here")
        .help("add the two shares up")
}

pub fn not_one_answer(rule: &input::routing::Rule) -> Finding {
    let said = [
        ("to", rule.to.place()),
        ("steps", rule.steps.place()),
        ("redirect", rule.redirect.place()),
        ("directResponse", rule.direct_response.place()),
    ];
    let said: Vec<_> = said.into_iter().filter_map(|(name, place)| Some((name, place?))).collect();
    if said.is_empty() {
        return Finding::new(Code::MG0306, "a rule does not say what the request gets")
            .at(rule.place, "no `to`, `redirect` or `directResponse`")
            .help("say which versions answer: `to: v1`, or `to: {v1: 90, v2: 10}`");
    }
    let names = said.iter().map(|(name, _)| name);
    let finding = Finding::new(Code::MG0306, format!("a rule gives more than one answer: {}", list(names)))
        .at(rule.place, "in this rule");
    let finding = said.iter().fold(finding, |finding, (_, place)| finding.at(*place, "an answer"));
    finding.help("keep one of them; another answer needs a rule of its own with its own `match`")
}

pub fn unknown_port(known: &Ports<'_>, port: &At<String>) -> Finding {
    let Ports { service, place, ports, complete: _ } = known;
    let all = ports.iter().map(|port| format!("`{}` ({})", port.name, port.number));
    let ports = ports.iter().map(|port| port.name.as_str());
    let finding = Finding::new(Code::MG0307, format!("`{service}` has no port `{port}`"))
        .at(port.place, format!("not a port of `{service}`"))
        .at(*place, format!("has {}", join(all, "and")));
    finding.help(match nearest(&port.value, ports) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "name a port of the service by its name or number".to_owned(),
    })
}

pub fn no_version(service: &Service, place: Place) -> Finding {
    let versions = service.versions.iter().map(|version| version.name.as_str());
    Finding::new(Code::MG0309, "a destination does not say which version")
        .at(place, "no `version`")
        .help(format!("versions of `{service}`: {}; or `any`", list(versions)))
}

pub fn mirror_to_itself(rule: &Rule, mirror: &Mirror) -> Finding {
    Finding::new(Code::MG0316, "requests are mirrored to where all of them go")
        .at(mirror.percent.place, "gets every request twice")
        .at(rule.place, "this rule sends it all requests")
        .help("mirror to another version, or remove the mirror")
}
