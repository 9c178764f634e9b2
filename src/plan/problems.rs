//! What planning finds, in words.

pub mod discovery;
pub mod distribution;
pub mod listener;
pub mod rules;

use ipnet::IpNet;

use super::failover::{Group, Obstacle};
use super::rules::gap::Drained;
use super::way::merged::hindrance::Hindrance;
use crate::diagnostic::{Code, Finding, join, list};
use crate::model::{Cluster, ClusterId, Mesh, Port, Service, Version, VirtualIps};
use crate::source::{At, Place};

/// Needed: the service, where it is asked for, and the caller's cluster.
pub fn no_gateway(mesh: &Mesh, closed: ClusterId, needed: &[(&Service, Place, ClusterId)]) -> Finding {
    let name = |id: ClusterId| mesh.cluster(id).map_or("", |cluster| cluster.name.as_str());
    let closed_name = name(closed);
    let services = list(needed.iter().map(|(service, _, _)| service.to_string()));
    let mut finding = Finding::new(
        Code::MG0401,
        format!("`{closed_name}` has no gateway, but callers in other clusters need {services} there"),
    );
    if let Some(cluster) = mesh.cluster(closed) {
        finding = finding.at(cluster.place, "no `gateway` here");
    }
    for (service, place, caller) in needed.iter().take(3) {
        finding = finding.at(*place, format!("callers in `{}` need `{service}`", name(*caller)));
    }
    finding.help(format!(
        "give `{closed_name}` a `gateway:`, or say who calls the service: `clients: [{closed_name}]`"
    ))
}

pub fn idle(service: &Service, place: Place, cluster: &str) -> Finding {
    Finding::new(Code::MG0402, format!("`{cluster}` gets none of this share of `{service}`"))
        .at(place, format!("rounds to 0 % for `{cluster}`"))
        .help("shares are whole percents: make the share larger, or name the clusters that answer it: `v1@cluster1`")
}

pub fn left_out(service: &Service, place: Place, cluster: &str) -> Finding {
    Finding::new(Code::MG0403, format!("`{cluster}` runs `{service}` too, but has no gateway to enter by"))
        .at(place, format!("callers in other clusters are not sent to `{cluster}`"))
        .help(format!("give `{cluster}` a `gateway:`, or name the clusters that answer: `v1@cluster1`"))
}

pub fn drained(mesh: &Mesh, place: Place, drained: &Drained<'_>) -> Finding {
    let name = |id: &ClusterId| mesh.cluster(*id).map(|cluster| cluster.name.as_str());
    let Drained { service, named, clusters, callers } = drained;
    let (from, to) = (list(callers.iter().filter_map(name)), list(clusters.iter().filter_map(name)));
    let are = if clusters.len() == 1 { "is" } else { "are" };
    let finding = if *named {
        Finding::new(Code::MG0420, format!("callers in {from} are sent to {to}, which is drained"))
            .at(place, format!("names {to}"))
            .help("take `drain` back, or name another cluster, or none to let meshgen choose")
    } else {
        Finding::new(
            Code::MG0421,
            format!("nothing is left to answer callers of `{service}` in {from}: {to} {are} drained"),
        )
        .at(place, format!("runs nowhere else than in {to}"))
        .help(format!(
            "run it elsewhere before {to} {are} drained, or say who calls the service: `clients: [{}]`",
            clusters.iter().filter_map(name).collect::<Vec<_>>().join(", ")
        ))
    };
    let places = clusters.iter().filter_map(|id| mesh.cluster(*id)?.drain);
    places.fold(finding, |finding, drain| finding.at(drain, "nobody elsewhere is sent here"))
}

pub fn apart(mesh: &Mesh, group: &Group<'_>, obstacle: &Obstacle) -> Finding {
    let Group { service, pick: _, place, clusters, caller } = group;
    let name = |id: &ClusterId| mesh.cluster(*id).map(|cluster| cluster.name.as_str());
    let (own, all) = (name(caller).unwrap_or_default(), list(clusters.iter().filter_map(name)));
    let finding = |why: &str, help: &str| {
        Finding::new(
            Code::MG0423,
            format!("{all} cannot stand in for each other for callers of `{service}`: {why}"),
        )
        .at(*place, format!("fails over, for callers in `{own}`"))
        .help(help)
    };
    match obstacle {
        Obstacle::Names => finding(
            "each has a remote name of its own",
            "give them one name: `remoteNames: shared`; or `acrossClusters: local`",
        ),
        Obstacle::Order => finding(
            "its `trafficPolicy` has an order of its own",
            "leave `localityLbSetting` and `zoneAwareLbSetting` out; or `acrossClusters: local`",
        ),
        Obstacle::Further(further) => {
            let further = list(further.iter().filter_map(name));
            finding(
                &format!("callers find {further} among them, by discovery"),
                "one subset takes the pods of all clusters that run it: name the cluster that answers, as in \
                 `v1@cluster1`; or `acrossClusters: local`",
            )
        }
        Obstacle::Regions => finding(
            "some of them have a `locality` and some have none, and by discovery clusters without one are taken for a \
             region",
            "give each cluster a `locality`, or none; or `acrossClusters: local`",
        ),
        Obstacle::Sizes => finding(
            "its versions have different sizes there, and an endpoint has one weight for all of them",
            "give the clusters the same sizes for each version; or `acrossClusters: spread`, which shares by weights of \
             routes",
        ),
        Obstacle::Ways => finding(
            "they are not reached in the same way",
            "give the service one `reach:`, which goes before those of the clusters; or `acrossClusters: local`",
        ),
        Obstacle::Domains => finding(
            "their cluster domains differ, and callers can say one name only",
            "name the cluster that answers, as in `v1@cluster1`; or `acrossClusters: local`",
        ),
    }
}

/// Far: the cluster that it lies in, which may be the near one itself.
pub fn cannot_join(
    service: &Service,
    own_failover: Option<Place>,
    hindrance: Hindrance,
    near: &Cluster,
    far: &Cluster,
) -> Finding {
    let (near_name, far_name) = (&near.name, &far.name);
    let why = match hindrance {
        Hindrance::NoNetwork => format!("`{far_name}` has no `network`"),
        Hindrance::OneNetwork => format!("`{near_name}` and `{far_name}` are on one network"),
        Hindrance::DialledByName => format!("the gateway of `{far_name}` is dialled by name"),
        Hindrance::Domains => format!("the cluster domains of `{near_name}` and `{far_name}` differ"),
        Hindrance::Namespaces => format!("only some namespaces of `{near_name}` call it"),
        Hindrance::PlainEntry => format!("a ServiceEntry makes its name in `{near_name}`"),
        Hindrance::Headless => "it is headless, and callers choose among its pods themselves".to_owned(),
        Hindrance::Discovered => {
            format!("the control plane of `{near_name}` sees pods of it elsewhere already")
        }
        Hindrance::DiscoveredBeside => {
            format!(
                "callers in `{near_name}` find pods of it in other clusters by discovery, under the same name"
            )
        }
        Hindrance::Accounts => {
            "its pods may run under several ServiceAccounts, or another trust domain's".to_owned()
        }
    };
    let help = match hindrance {
        Hindrance::NoNetwork => {
            format!("say which network it is on, as its Istio knows it: `{far_name}: {{network: …}}`")
        }
        Hindrance::OneNetwork => {
            "each cluster needs a `network` of its own, as its Istio knows it".to_owned()
        }
        Hindrance::DialledByName => "write the IP addresses of the gateway".to_owned(),
        Hindrance::Domains | Hindrance::Headless => "take another `reach`".to_owned(),
        Hindrance::Discovered | Hindrance::DiscoveredBeside => {
            "give the service one `reach`, such as `discovery`".to_owned()
        }
        Hindrance::Namespaces => format!("let all of them call: `clients: {{{near_name}: all}}`"),
        Hindrance::Accounts => {
            "name one of its own namespace: `serviceAccounts`; or take another `reach`".to_owned()
        }
        Hindrance::PlainEntry => "let a Service make the name: `plainNames: service`".to_owned(),
    };
    match own_failover {
        Some(place) => Finding::new(
            Code::MG0424,
            format!("callers of `{service}` cannot fail over from their own cluster to others: {why}"),
        )
        .at(place, "some client runs this itself, and it fails over")
        .at(far.place, why)
        .help(format!(
            "{help}; or leave the clusters that run it out of its `clients:`; or `acrossClusters: local`"
        )),
        None => {
            Finding::new(Code::MG0425, format!("far pods cannot join `{service}` in `{near_name}`: {why}"))
                .at(service.place, "is reached by `merged`")
                .at(far.place, why)
                .help(help)
        }
    }
}

pub fn own_view(clusters: &[&Cluster]) -> Finding {
    let network = |cluster: &&Cluster| cluster.network.clone().unwrap_or_default();
    let views = clusters.iter().map(|cluster| format!("{} in `{}`", network(cluster), cluster.name));
    let finding = Finding::new(
        Code::MG0426,
        format!(
            "requests go in circles unless gateways see their own network alone: {}",
            list(clusters.iter().map(|cluster| &cluster.name))
        ),
    );
    let finding = match clusters.first() {
        Some(first) => finding.at(first.place, "far pods join services here"),
        None => finding,
    };
    finding.help(format!(
        "set `ISTIO_META_REQUESTED_NETWORK_VIEW` on every gateway: {}",
        views.collect::<Vec<_>>().join(", ")
    ))
}

/// Callers: the clusters whose callers can say the name without meeting a rule.
pub fn several_domains(service: &Service, callers: &[&Cluster]) -> Finding {
    let callers = list(callers.iter().map(|caller| &caller.name));
    Finding::new(
        Code::MG0450,
        format!("the remote name of `{service}` stands for clusters of different domains, without a rule to choose"),
    )
    .at(service.place, format!("callers in {callers} may say it"))
    .help(
        "give each cluster a name of its own: `remoteNames: per-cluster`; or let these callers obey the rules: name \
         their clusters in `clients`",
    )
}

pub fn pool_too_small(virtual_ips: VirtualIps, names: usize, room: u128) -> Finding {
    let finding = Finding::new(
        Code::MG0404,
        format!("{names} remote names need an address each, and `{}` has room for {room}", virtual_ips.pool),
    );
    let finding = match virtual_ips.place {
        Some(place) => finding.at(place, "too small"),
        None => finding,
    };
    finding.help("name a larger network in `mesh.virtualIPs`, or `none` where only HTTP crosses and DNS is answered otherwise")
}

pub fn affinity_ends(service: &Service, place: Place) -> Finding {
    Finding::new(
        Code::MG0376,
        format!("requests to `{service}` that are alike stay together only within a cluster"),
    )
    .at(place, "not read by the gateways of other clusters")
    .help("let callers stay in their own cluster (`acrossClusters: local` where it runs), or keep what belongs together elsewhere")
}

/// Callers: the clusters that run several of its versions.
pub fn indistinct(service: &Service, place: Place, callers: &[&str]) -> Finding {
    let finding = Finding::new(
        Code::MG0408,
        format!("versions of `{service}` cannot be told apart in {}: it is headless", list(callers.iter())),
    )
    .at(place, "names one of several versions there");
    let finding = match service.headless {
        Some(headless) => finding.at(headless, "its callers choose among its pods by DNS"),
        None => finding,
    };
    finding.help("say `any`, or give its callers a Service that is not headless")
}

/// Callers: the clusters that look for its pods elsewhere.
pub fn unseen(service: &Service, place: Place, callers: &[&str]) -> Finding {
    let finding = Finding::new(
        Code::MG0466,
        format!(
            "callers of `{service}` in {} do not see its pods elsewhere: it is headless",
            list(callers.iter())
        ),
    )
    .at(place, "leads to pods in other clusters");
    let finding = match service.headless {
        Some(headless) => finding.at(headless, "its callers choose among its pods by DNS"),
        None => finding,
    };
    finding.help(
        "discovery does not change what DNS answers: name its own cluster in `clients:`, or give its callers a Service \
         that is not headless",
    )
}

pub fn clash(subnet: IpNet, later: Place, first: Place) -> Finding {
    Finding::new(Code::MG0322, format!("two rules are for connections to `{subnet}` by the same workloads"))
        .at(later, "and again here")
        .at(first, "named here first")
        .help("name it in one rule; or let the rules be for different workloads, by one label with different values")
}

pub fn remote_without_address(service: &Service, port: &Port) -> Finding {
    without_address("remote", service, port)
        .help("pin one, `virtualIP: 240.0.0.7`, or name a pool in `mesh.virtualIPs`")
}

pub fn plain_without_address(service: &Service, port: &Port) -> Finding {
    without_address("plain", service, port)
        .help("name a pool in `mesh.virtualIPs`, or make the plain name by a Service: `plainNames: service`")
}

fn without_address(name: &str, service: &Service, port: &Port) -> Finding {
    let message =
        format!("the {name} name of `{service}` needs an address of its own for port `{}`", port.name);
    let spoken = port.protocol.istio();
    Finding::new(Code::MG0406, message)
        .at(port.place, format!("speaks {spoken}: connections are told apart by address"))
}

pub fn too_many_destinations(at: Place, what: &str, most: usize) -> Finding {
    Finding::new(Code::MG0451, format!("the bundles would hold more than {most} destinations"))
        .at(at, format!("more with this {what}"))
        .help(format!(
            "name those who call in `clients`: without it every cluster calls every service; or raise the limit: `--max-destinations {}`",
            most.saturating_mul(2)
        ))
}

pub fn host_too_long(service: &Service, length: usize) -> Finding {
    Finding::new(
        Code::MG0224,
        format!("the names of `{service}` are too long: {length} characters, 255 at most"),
    )
    .at(service.place, "makes a name that is too long")
    .help("shorten the service's name or namespace, the cluster domain or the remote suffix")
}

pub fn suffix_is_a_domain(suffix: &str, place: Option<Place>, cluster: &Cluster) -> Finding {
    let domain = &cluster.cluster_domain;
    let finding = Finding::new(
        Code::MG0225,
        format!("remote names end in `{suffix}`, and the names of `{}` itself in `{domain}`", cluster.name),
    );
    let finding = match place {
        Some(place) => finding.at(place, "the end of remote names"),
        None => finding.at(cluster.place, "its domain ends like remote names"),
    };
    let other = if suffix.ends_with("global") { "mesh" } else { "global" };
    finding.help(format!(
        "end remote names differently, such as `remoteSuffix: {other}`: the gateways let in every name that ends \
         like their own cluster's, and requests would go in circles"
    ))
}

/// Every pod of `second` carries the labels of `first`.
pub fn not_told_apart(service: &Service, first: &Version, second: &Version, clusters: &[&str]) -> Finding {
    let labels = first.labels.iter().map(|(key, value)| format!("`{key}: {value}`"));
    let labels = join(labels, "and");
    let they = if first.labels == second.labels { "and so are these" } else { "its pods carry these, too" };
    Finding::new(
        Code::MG0260,
        format!("`{}` of `{service}` takes the pods of `{}`, too", first.name, second.name),
    )
    .at(first.place, format!("all pods with {labels}"))
    .at(second.place, they)
    .help(match clusters {
        [only] => format!("both run in `{only}`: give each a label that the other does not have"),
        several => format!(
            "the pods in {} are one pool: give each a label that the other does not have",
            list(several.iter())
        ),
    })
}

pub fn idle_sizes(service: &Service, version: &Version) -> Finding {
    Finding::new(Code::MG0427, format!("the sizes of `{}` of `{service}` do nothing", version.name))
        .at(version.place, "no caller shares it among its clusters")
        .help(
            "callers stay in their own cluster, or go to the nearest one: `acrossClusters: spread` shares by size",
        )
}

/// A host of one service, and the wildcard of another that covers it, each where it was written.
pub fn hidden_host(narrow: (&Service, &At<String>), wide: (&Service, &At<String>)) -> Finding {
    let ((service, host), (other, wildcard)) = (narrow, wide);
    Finding::new(
        Code::MG0390,
        format!(
            "`{}` of `{service}` takes all its requests from `{}` of `{other}`",
            host.value, wildcard.value
        ),
    )
    .at(host.place, format!("some requests are for no rule of `{service}`, and then get 404"))
    .at(wildcard.place, format!("`{other}` no longer sees this host"))
    .help(format!(
        "let the rest of it in to `{other}` too: `hosts: [\"{}\", {}]`",
        wildcard.value, host.value
    ))
}

/// Versions of a service that fail over for the same callers have other sizes in the same clusters.
pub fn uneven(service: &Service, caller: &Cluster) -> Finding {
    Finding::new(
        Code::MG0423,
        format!("versions of `{service}` fail over among clusters of different sizes, and an endpoint has one weight for all"),
    )
    .at(service.place, format!("for callers in `{}`", caller.name))
    .help("give the clusters the same sizes for each version; or `acrossClusters: spread`, which shares by weights of routes")
}
