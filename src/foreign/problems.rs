//! The wording of what is found in routing that exists already.

pub mod gateway; // routes of the Gateway API
pub mod management; // meshes and destinations of a management plane

use std::collections::BTreeMap;
use std::fmt::Display;

use super::known::{Key, known_versions};
use super::object::{Object, word};
use crate::diagnostic::{Code, Finding, list, nearest, suggest};
use crate::input::document::ForeignKind;
use crate::input::service::Service;
use crate::model::RouteKind;
use crate::source::{At, Place};

pub fn no_counterpart(key: &At<&str>, what: &str, help: &str) -> Finding {
    Finding::new(Code::MG0751, format!("`{}` of {what} is not taken over", key.value))
        .at(key.place, "has no counterpart")
        .help(help.to_owned())
}

pub fn unknown_field<'a>(
    key: &At<&str>,
    what: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Finding {
    let near = nearest(key.value, known);
    Finding::new(Code::MG0120, format!("unknown field `{}` in {what}", key.value))
        .at(key.place, "not a field of this kind")
        .help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the API server drops it, or refuses the object: leave it out".to_owned(),
        })
}

pub fn no_namespace(kind: ForeignKind, name: &str, place: Place) -> Finding {
    let word = word(kind);
    Finding::new(Code::MG0705, format!("the {word} `{name}` does not say its namespace"))
        .at(place, "in which namespace?")
        .help("write `metadata.namespace`: the services of the topology are in several")
}

pub fn missing(object: &Object<'_>, field: &str) -> Finding {
    Finding::new(Code::MG0121, format!("the {object} has no `{field}`"))
        .at(object.place, format!("add `{field}`"))
        .help("the API server refuses it as it is")
}

/// What to write instead of a host that is nobody's.
fn instead(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("write `{near}`, if that is meant"),
        None => "it stays as it is: meshgen writes nothing for this host; name the files that are to be read"
            .to_owned(),
    }
}

pub fn host_of_nobody(object: &Object<'_>, host: &At<String>, near: Option<&str>) -> Finding {
    Finding::new(Code::MG0731, format!("the {object} says nothing for `{host}` of the mesh"))
        .at(host.place, "no service of the topology has this host")
        .help(instead(near))
}

pub fn star(host: &At<String>) -> Finding {
    Finding::new(Code::MG0751, format!("the host `{host}` inside the mesh is not taken over"))
        .at(host.place, "the API server refuses it")
        .help("name the services, or `*.NAMESPACE.svc.cluster.local`")
}

pub fn policy_of_nobody(object: &Object<'_>, host: &At<String>, near: Option<&str>) -> Finding {
    Finding::new(Code::MG0762, format!("the {object} is for nobody"))
        .at(host.place, format!("no service of the topology is `{host}`"))
        .help(instead(near))
}

pub fn policy_for_some(object: &Object<'_>, own: bool, place: Place) -> Finding {
    let finding = Finding::new(Code::MG0759, format!("the {object} is for some callers alone"));
    if own {
        finding
            .at(place, "its `exportTo` or `workloadSelector` leaves others out")
            .help("its subsets and policies are taken for all callers; delete it when the bundle is applied")
    } else {
        finding
            .at(place, "of a namespace that is not the service's: for the callers there alone")
            .help(
                "it is not taken over, and hides what meshgen writes from these callers: delete it when the bundle is \
                 applied",
            )
    }
}

pub fn hide_each_other(object: &Object<'_>, first: &Object<'_>) -> Finding {
    Finding::new(Code::MG0734, format!("the {object} and the {first} hide each other's subsets"))
        .at(object.place, "its `exportTo` or `workloadSelector` differs from the other's")
        .at(first.place, "this one is for other callers")
        .help("make one of them: today the callers that see only one get no answer from the subsets of the other")
}

pub fn said_twice(object: &Object<'_>, first: &Object<'_>, what: &str, aged: bool) -> Finding {
    if aged {
        return Finding::new(Code::MG0760, format!("{what} stands in two DestinationRules"))
            .at(object.place, "the younger one: it does not count")
            .at(first.place, "the older one counts")
            .help("make one of them: the meaning of the older is taken");
    }
    Finding::new(
        Code::MG0755,
        format!("{what} stands in two DestinationRules, and nothing says which is older"),
    )
    .at(object.place, "one")
    .at(first.place, "and the other")
    .help("name the one that counts, or read both from a cluster: the older of them counts there")
}

pub fn two_for_a_host(
    (object, place): (&Object<'_>, Place),
    (first, first_place): (&Object<'_>, Place),
    aged: bool,
) -> Finding {
    if aged {
        return Finding::new(
            Code::MG0730,
            format!("the {object} does not count: the older {first} has its host"),
        )
        .at(place, "the younger one: none of its rules is ever used here")
        .at(first_place, "the older one counts alone")
        .help("put all rules into one: of several VirtualServices for one host nothing is merged");
    }
    Finding::new(
        Code::MG0755,
        format!("the {object} and the {first} have one host, and nothing says which is older"),
    )
    .at(place, "one")
    .at(first_place, "and the other")
    .help("name the one that counts, or read both from a cluster: the older of them counts there alone")
}

pub fn destination_of_nobody(host: &At<String>, home: &str, near: Option<&str>) -> Finding {
    let fact = if host.value.contains('.') {
        format!("the destination `{host}` is nobody's name")
    } else {
        format!("the destination `{host}` is no service of namespace `{home}`")
    };
    Finding::new(Code::MG0732, fact).at(host.place, "requests end here").help(match near {
        Some(near) => format!("write `{near}`, if that is meant"),
        None => "add the service to the topology".to_owned(),
    })
}

pub fn destination_outside(host: &At<String>) -> Finding {
    Finding::new(Code::MG0752, format!("the destination `{host}` is no service"))
        .at(host.place, "meshgen routes to services of the topology")
        .help("keep such a route outside meshgen: name only files without it, or add the service to the topology")
}

pub fn lost_word(name: &str, place: Place) -> Finding {
    Finding::new(Code::MG0752, format!("the condition `{name}` cannot be taken over"))
        .at(place, "without it the rule would take other requests too")
        .help("say it in other words")
}

pub fn no_destination(place: Place) -> Finding {
    Finding::new(Code::MG0121, "a route does not say its destination")
        .at(place, "add `destination: {host: …}`")
        .help("the API server refuses it as it is")
}

pub fn no_delegate(namespace: &str, name: &str, place: Place) -> Finding {
    Finding::new(Code::MG0733, format!("the delegate `{namespace}/{name}` is not there"))
        .at(place, "this route counts as if it were not there")
        .help("name the file that has it: a VirtualService without `hosts` of this name and namespace")
}

pub fn second_level(place: Place) -> Finding {
    Finding::new(Code::MG0752, "a delegate names another delegate")
        .at(place, "the API server refuses it")
        .help("name this one in the first VirtualService")
}

pub fn no_weight(place: Place) -> Finding {
    Finding::new(Code::MG0737, "a destination without `weight` beside others with one gets nothing")
        .at(place, "its share is 0")
        .help("write its `weight`, or leave the destination out")
}

pub fn unsayable_shares(weights: &[u64], nearest: &[Vec<u64>; 2], place: Place) -> Finding {
    let said = |weights: &[u64]| weights.iter().map(u64::to_string).collect::<Vec<_>>().join(":");
    let finding = Finding::new(Code::MG0753, format!("the weights {} are no whole percents", said(weights)));
    let [first, second] = nearest;
    if first.is_empty() {
        return finding.at(place, "they add up to nothing").help("give one of them a weight");
    }
    finding.at(place, "shares are whole percents, and never rounded").help(format!(
        "write {} or {}",
        said(first),
        said(second)
    ))
}

pub fn labels_of_no_version(labels: &BTreeMap<String, String>, service: &Service, place: Place) -> Finding {
    let written = labels.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ");
    let versions = known_versions(service);
    Finding::new(Code::MG0754, format!("no single version of `{}` has exactly the labels `{written}`", service.name))
        .at(place, "a subset of these labels")
        .at(service.place, format!("its versions are {}", list(versions.clone())))
        .help(format!(
            "write `versions: {{{}: {{labels: {{{written}}}}}}}` for the version that is meant, with the clusters where it runs",
            versions.first().copied().unwrap_or("v1"),
        ))
}

pub fn unknown_subset(name: &At<String>, service: &Service) -> Finding {
    let known = known_versions(service);
    Finding::new(
        Code::MG0754,
        format!("no DestinationRule defines the subset `{name}` of `{}`", service.name),
    )
    .at(name.place, "and no version has this name")
    .help(suggest(&name.value, known.iter().copied(), "the versions"))
}

pub fn undefined_subset(name: &At<String>, version: &str) -> Finding {
    Finding::new(Code::MG0756, format!("no DestinationRule defines the subset `{name}`"))
        .at(name.place, "requests for it end here today")
        .help(format!(
            "the version `{version}` is taken; name the file with the DestinationRule, if there is one"
        ))
}

pub fn unknown_registry<'a>(
    registry: &str,
    clusters: impl Iterator<Item = &'a str> + Clone,
    place: Place,
) -> Finding {
    Finding::new(
        Code::MG0754,
        format!("a subset is in the cluster `{registry}`, which the topology does not have"),
    )
    .at(place, "a subset of this cluster")
    .help(suggest(registry, clusters, "the clusters"))
}

pub fn takes_other_ports(port: &At<u16>, all: &[At<u16>]) -> Finding {
    let others: Vec<_> =
        all.iter().filter(|other| other.value != port.value).map(|other| other.value.to_string()).collect();
    Finding::new(
        Code::MG0738,
        format!("a route without `match.port` sends requests for other ports to {}", port.value),
    )
    .at(port.place, format!("also those for {}", others.join(", ")))
    .help(format!("the rule is taken for port {} alone; the other ports are left alone", port.value))
}

pub fn no_such_port(object: &Object<'_>, service: &Service, kind: RouteKind, place: Place) -> Finding {
    let (field, ports) = match kind {
        RouteKind::Http => ("http", "HTTP"),
        RouteKind::Tls => ("tls", "TLS"),
        RouteKind::Tcp => ("tcp", "TCP"),
    };
    let is_list = object.kind == ForeignKind::VirtualService;
    let what = if is_list { format!("`{field}` of the {object}") } else { format!("the {object}") };
    Finding::new(Code::MG0751, format!("{what} does nothing"))
        .at(place, format!("`{}` has no {ports} port", service.name))
        .help("leave it out, or name the protocol of the port in the topology")
}

pub fn mirror_elsewhere(place: Place) -> Finding {
    Finding::new(Code::MG0751, "a mirror in another service is not taken over")
        .at(place, "copies go to versions of the same service")
        .help("keep such a copy outside meshgen")
}

pub fn subset_vanishes(name: &At<String>, version: &str, kept: &str, by: Option<Place>) -> Finding {
    let finding =
        Finding::new(Code::MG0750, format!("the subset `{name}` would vanish, and a gateway dials it"))
            .at(name.place, format!("the subset of version `{version}` is called `{kept}`"));
    let finding = match by {
        Some(by) => finding.at(by, "dialled here"),
        None => finding,
    };
    finding.help(format!("let the gateway's VirtualService say `{kept}`"))
}

pub fn no_subset_for_gateway(name: &At<String>, service: &Service) -> Finding {
    Finding::new(Code::MG0750, format!("the subset `{name}` would vanish, and a gateway dials it"))
        .at(name.place, "dialled here")
        .help(format!("`{}` needs a version for it: {}", service.name, list(known_versions(service))))
}

pub fn stays_at_gateways(gateway: &str, count: usize, first: &Object<'_>) -> Finding {
    let kind = if first.kind == ForeignKind::VirtualService { "VirtualService" } else { "route" };
    let fact = if count == 1 {
        format!("a {kind} of the gateway `{gateway}` stays as it is")
    } else {
        format!("{count} {kind}s of the gateway `{gateway}` stay as they are")
    };
    Finding::new(Code::MG0757, fact)
        .at(first.place, if count == 1 { "this one" } else { "the first of them" })
        .help("requests from outside obey them, not the rules that were taken; write `ingress:` to let them obey")
}

pub fn policies_differ(key: &Key, place: Place, first: Place) -> Finding {
    let (namespace, name) = key;
    Finding::new(Code::MG0752, format!("the policies of `{namespace}/{name}` differ between clusters"))
        .at(place, "the callers of one cluster have this one")
        .at(first, "those of another this one")
        .help("make them equal: a `trafficPolicy` is for all callers")
}

pub fn policy_in_two_places(what: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0130, format!("the `trafficPolicy` of `{what}` stands in two places"))
        .at(place, "a DestinationRule has one")
        .at(first, "the topology has one")
        .help("keep one of them")
}

pub fn tls_mode(mode: &str, crosses: bool, place: Place) -> Finding {
    if crosses {
        return Finding::new(Code::MG0752, format!("`tls.mode: {mode}` cannot cross clusters"))
            .at(place, "the service runs in several clusters")
            .help("calls into another cluster are mTLS: use `ISTIO_MUTUAL`, or leave `tls` out");
    }
    Finding::new(Code::MG0751, format!("`tls.mode: {mode}` is not taken over"))
        .at(place, "proxies speak mTLS by themselves")
        .help("leave `tls` out, or keep this DestinationRule and leave the service out of the topology")
}

pub fn routed_twice(service: &impl Display, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0131, format!("the routes of `{service}` stand in two places"))
        .at(place, "an object has them")
        .at(first, "a Routing has them")
        .help("keep one of them: the rules of a service come from one source")
}

pub fn two_sources(service: &impl Display, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0131, format!("the routes of `{service}` stand in two places"))
        .at(place, "a TrafficPolicy has them")
        .at(first, "another object has them")
        .help("keep one of them: a controller writes the one from the other")
}

pub fn null_field(key: &At<&str>) -> Finding {
    Finding::new(Code::MG0751, format!("`{}` is there and says nothing", key.value))
        .at(key.place, "taken as if it were not there")
        .help("leave it out, or write its value")
}

pub fn policy_target(object: &Object<'_>, name: &At<String>, namespace: &str, near: Option<&str>) -> Finding {
    Finding::new(Code::MG0731, format!("the {object} is for `{name}` in namespace `{namespace}`"))
        .at(name.place, "no service of the topology")
        .help(match near {
            Some(near) => format!("the nearest is `{near}`"),
            None => "add the service to the topology, or leave the reference out".to_owned(),
        })
}

pub fn labels_of_services(place: Place) -> Finding {
    Finding::new(Code::MG0752, "services are chosen by their labels")
        .at(place, "the topology does not know the labels of Services")
        .help("name them: `kubeServiceRefs: {services: [{name: …, namespace: …, clusterName: …}]}`")
}

pub fn share_elsewhere(kind: &str, place: Place) -> Finding {
    Finding::new(Code::MG0752, format!("a share for a `{kind}` cannot be taken over"))
        .at(place, "it is no service of the topology")
        .help("name the service behind it, with `acrossClusters: failover` where others stand in for it")
}

pub fn pattern_for_boolean(pattern: &str, place: Place) -> Finding {
    Finding::new(
        Code::MG0126,
        format!("`regex` says whether `value` is an expression, but here it is `{pattern}`"),
    )
    .at(place, "expected `true` or `false`")
    .help(format!("write `value: {pattern:?}` and `regex: true`"))
}

pub fn policies_disagree(field: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0761, format!("two policies for the same requests disagree about `{field}`"))
        .at(place, "this one says otherwise")
        .at(first, "said first here")
        .help("keep one of them")
}
