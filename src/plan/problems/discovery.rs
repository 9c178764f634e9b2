//! What planning finds about clusters that see each other's endpoints, in words.

use crate::diagnostic::{Code, Finding, list};
use crate::model::{Cluster, ClusterId, Mesh, Service};
use crate::source::Place;

/// Needed: the service, where it is asked for, and the caller's cluster.
pub fn closed_network(mesh: &Mesh, closed: ClusterId, needed: &[(&Service, Place, ClusterId)]) -> Finding {
    let name = |id: ClusterId| mesh.cluster(id).map_or("", |cluster| cluster.name.as_str());
    let closed_name = name(closed);
    let network = mesh.cluster(closed).and_then(|cluster| cluster.network.as_deref()).unwrap_or_default();
    let services = list(needed.iter().map(|(service, _, _)| service.to_string()));
    let mut finding = Finding::new(
        Code::MG0460,
        format!(
            "no gateway leads into network `{network}`, but callers elsewhere need {services} in `{closed_name}`"
        ),
    );
    if let Some(cluster) = mesh.cluster(closed) {
        finding = finding.at(cluster.place, "no `gateway` here, nor in another cluster of its network");
    }
    for (service, place, caller) in needed.iter().take(3) {
        finding = finding.at(*place, format!("callers in `{}` need `{service}`", name(*caller)));
    }
    finding.help(format!(
        "give `{closed_name}` a `gateway:`, or the `network` of its callers if their pods reach each other by address"
    ))
}

/// Named and unnamed: clusters with and without a network that callers and pods are in.
pub fn nameless_network(named: &[&Cluster], unnamed: &[&Cluster]) -> Finding {
    let (with, without) =
        (list(named.iter().map(|cluster| &cluster.name)), list(unnamed.iter().map(|cluster| &cluster.name)));
    let has = if unnamed.len() == 1 { "has" } else { "have" };
    let finding = Finding::new(
        Code::MG0461,
        format!("{without} {has} no `network`, and Istio takes that for the network of {with}"),
    );
    let finding = unnamed
        .iter()
        .take(3)
        .fold(finding, |finding, cluster| finding.at(cluster.place, "no `network` here"));
    let finding = match named.first() {
        Some(first) => finding.at(first.place, "has one"),
        None => finding,
    };
    finding.help("name the network of each cluster, as its Istio knows it: `cluster1: {network: network1}`; or of none")
}

/// Who obeys the rules of one service under one control plane, and what is wrong with that.
pub struct Divided<'m> {
    /// Of which service.
    pub service: &'m Service,
    /// Where the answers part.
    pub place: Place,
    /// The cluster whose control plane it is.
    pub head: &'m Cluster,
    /// Two of the clusters that it configures.
    pub callers: (&'m Cluster, &'m Cluster),
    /// In what they differ.
    pub by: Difference,
}

/// What one control plane cannot tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Callers here and there need different answers.
    Answers,
    /// Only the first of them is a client.
    Clients,
    /// Both are, by different namespaces.
    Namespaces,
}

pub fn divided(divided: &Divided<'_>) -> Finding {
    let Divided { service, place, head, callers: (one, other), by } = divided;
    let plane = format!("the control plane of `{}` configures both", head.name);
    let member = if other.id == head.id { one } else { other };
    let (one, other) = (&one.name, &other.name);
    let finding = |message: String| Finding::new(Code::MG0462, format!("{message}: {plane}"));
    let finding = match by {
        Difference::Answers => finding(format!(
            "callers of `{service}` in `{one}` and `{other}` need different answers"
        ))
        .at(*place, "depends on where the caller is")
        .help(
            "all callers of one control plane obey the same rules: name the cluster that answers, as in \
                 `v1@cluster1`, let all share, `acrossClusters: spread`, or leave out `sourceClusters`",
        ),
        Difference::Clients => finding(format!(
            "callers in `{other}` obey the rules of `{service}` too, not only those in `{one}`"
        ))
        .at(*place, format!("`{other}` is not among its clients"))
        .help(format!("name both in `clients`, or neither: `clients: [{one}, {other}]`")),
        Difference::Namespaces => {
            finding(format!("callers in `{one}` and `{other}` obey the rules of `{service}` alike"))
                .at(*place, "its clients are different namespaces there")
                .help(format!(
                    "name the same namespaces in `clients`: `clients: [{one}, {other}]` for all of them"
                ))
        }
    };
    match &member.control_plane {
        Some(written) => {
            finding.at(written.place, format!("`{}` has no control plane of its own", member.name))
        }
        None => finding,
    }
}

/// Ordered: whether users have said of any of them in which order its endpoints are tried.
pub fn spread(mesh: &Mesh, services: &[&Service], ordered: bool) -> Finding {
    let is_drained = |id: &ClusterId| mesh.cluster(*id).is_some_and(|cluster| cluster.drain.is_some());
    let drained = services.iter().any(|service| service.runs.keys().any(is_drained));
    let finding = Finding::new(
        Code::MG0463,
        format!(
            "without a rule, callers of {} get every cluster that runs it, by its number of pods{}{}",
            list(services.iter().map(ToString::to_string)),
            if drained { "; one that is drained only from its own callers" } else { "" },
            if ordered { "; its `trafficPolicy` says which come first" } else { "" }
        ),
    );
    let finding = match services.first() {
        Some(first) => finding.at(first.place, "a port of it has no rule, and is found by discovery"),
        None => finding,
    };
    finding.help("add a rule to say otherwise: `to: any` keeps to `acrossClusters`")
}

/// Caller: the cluster that calls; entered: the one that one control plane configures together with others.
pub fn astray(service: &Service, place: Place, caller: &Cluster, entered: &Cluster) -> Finding {
    let finding = Finding::new(
        Code::MG0464,
        format!(
            "callers in `{}` would reach `{service}` in `{}` by another way than discovery, but one control plane \
             configures it together with others",
            caller.name, entered.name
        ),
    )
    .at(place, format!("leads into `{}`", entered.name));
    let finding = match &entered.control_plane {
        Some(head) => finding.at(head.place, "its objects would hold for all clusters of this control plane"),
        None => finding,
    };
    finding.help(format!(
        "let it be found: `{}: {{reach: discovery}}`, or `reach: discovery` of the service",
        entered.name
    ))
}

pub fn domains(service: &Service, near: &Cluster, far: &Cluster) -> Finding {
    Finding::new(
        Code::MG0465,
        format!(
            "callers in `{}` and the gateway of `{}` call `{service}` by different names: `{}` and `{}`",
            near.name,
            far.name,
            service.plain_host(near),
            service.plain_host(far)
        ),
    )
    .at(far.place, format!("its cluster domain is `{}`", far.cluster_domain))
    .at(service.place, "is found by discovery")
    .help("a control plane gives all that it sees its own domain: use one domain, or another `reach` for this service")
}

/// Meant: the cluster that is entered; other: the one that would answer, too.
pub fn beside(service: &Service, place: Place, meant: &Cluster, other: &Cluster) -> Finding {
    let (meant_name, other_name) = (&meant.name, &other.name);
    Finding::new(
        Code::MG0467,
        format!(
            "callers that ask for any version of `{service}` in `{meant_name}` would get `{other_name}`, too: both are on \
             one network, and see each other"
        ),
    )
    .at(place, format!("any version in `{meant_name}`"))
    .at(other.place, format!("answers at the gateway of `{meant_name}` as well"))
    .help("let the service be found by discovery, `reach: discovery`; or name a version")
}

pub fn istiod_chooses(cluster: &Cluster, service: &Service, from: Place) -> Finding {
    Finding::new(
        Code::MG0264,
        format!(
            "callers get into `{}` for `{service}` by discovery, and their istiod chooses the address",
            cluster.name
        ),
    )
    .at(from, "does nothing")
    .help(
        "leave `addressFrom` out; the address that istiod hands out is that of the gateway's Service, or stands in \
         `meshNetworks`",
    )
}

pub fn by_pods(service: &Service, place: Place) -> Finding {
    Finding::new(
        Code::MG0468,
        format!("clusters that are equally near share the requests to `{service}` by their number of pods"),
    )
    .at(place, "fails over, by discovery")
    .help(
        "`acrossClusters: spread` shares by size; or name the clusters and their shares, as in `v1@cluster1`",
    )
}
