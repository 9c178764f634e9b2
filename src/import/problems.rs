//! The wording of what an import finds.

use super::draft::{Name, key};
use super::names::Labels;
use super::service::Taken;
use crate::diagnostic::{Code, Finding, Severity, Spot, list, suggest};
use crate::dump::Object;

/// An object, and what is to be said about it.
pub(super) fn spot(cluster: &str, object: &Object, text: &str) -> Spot {
    let Object { kind, namespace, name, labels: _, annotations: _, owner: _, created: _, spec: _ } = object;
    of(cluster, &format!("{kind} {namespace}/{name}"), text)
}

fn of(cluster: &str, object: &str, text: &str) -> Spot {
    Spot { cluster: cluster.to_owned(), object: object.to_owned(), text: text.to_owned() }
}

fn of_service<'c>(
    finding: Finding,
    (namespace, name): &Name,
    clusters: impl Iterator<Item = &'c str>,
) -> Finding {
    let object = format!("Service {namespace}/{name}");
    let spots = clusters.map(|cluster| of(cluster, &object, "")).collect();
    Finding { spots, ..finding }
}

/// What is wrong with an object that is only read weighs less: it stays as it is.
pub(super) fn mild(finding: Finding) -> Finding {
    match finding.severity() {
        Severity::Error => finding.weigh(Severity::Warning),
        Severity::Warning | Severity::Note => finding,
    }
}

pub(super) fn without_pods<'c>(name: &Name, clusters: impl Iterator<Item = &'c str>) -> Finding {
    let finding =
        Finding::new(Code::MG0706, format!("the service `{}` has no pods, and is left out", key(name))).help(
            "if it runs, dump its pods too, or its Deployment; `meshgen import --kinds` prints what to dump",
        );
    of_service(finding, name, clusters)
}

pub(super) fn left_out(name: &Name, what: &str, problem: &str) -> Finding {
    Finding::new(Code::MG0707, format!("{what} `{}`, for else it does not build: {problem}", key(name)))
        .help("cure that and import again, or write by hand what is missing")
}

pub(super) fn unbuilt(problem: &str) -> Finding {
    Finding::new(Code::MG0707, format!("the inputs do not build yet: {problem}"))
        .help("`meshgen check` shows the place")
}

pub(super) fn guessed_protocol<'c>(name: &Name, clusters: impl Iterator<Item = &'c str>) -> Finding {
    let finding = Finding::new(Code::MG0708, format!("the protocol of a port of `{}` is guessed: TCP", key(name)))
        .help("if it speaks HTTP or gRPC, say so: in the Service by the name of the port or `appProtocol`, here by `protocol`");
    of_service(finding, name, clusters)
}

pub(super) fn of_no_version(name: &Name, label: &str, pods: u32) -> Finding {
    let are = if pods == 1 { "pod of" } else { "pods of" };
    Finding::new(Code::MG0709, format!("{pods} {are} `{}` have no label `{label}`", key(name)))
        .help("they are of no version, and only `any` reaches them; label the workload if that is not meant")
}

pub(super) fn unsayable(word: &str) -> Finding {
    Finding::new(Code::MG0752, format!("`{word}` has no counterpart in a rule"))
        .help("say it in other words, or keep the object outside meshgen")
}

pub(super) fn destination_outside(host: &str) -> Finding {
    Finding::new(Code::MG0752, format!("the destination `{host}` is no service of these dumps")).help(
        "meshgen routes to services with pods: add the dump of the cluster that has it, or keep the object",
    )
}

pub(super) fn destination_without_pods(name: &Name) -> Finding {
    Finding::new(Code::MG0752, format!("the destination `{}` has no pods in these dumps", key(name))).help(
        "meshgen routes to services with pods: add the dump of the cluster that has them, or keep the object",
    )
}

pub(super) fn subset_of_nobody(subset: &str, name: &Name, taken: &Taken) -> Finding {
    Finding::new(Code::MG0754, format!("nobody runs the subset `{subset}` of `{}`", key(name))).help(suggest(
        subset,
        taken.versions.iter().map(|version| version.name.as_str()),
        "the versions",
    ))
}

pub(super) fn labels_of_nobody(labels: &Labels, name: &Name, taken: &Taken) -> Finding {
    let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let known: Vec<_> = taken.versions.iter().map(|version| version.name.as_str()).collect();
    let versions = if known.is_empty() {
        "it has no versions".to_owned()
    } else {
        format!("its versions are {}", list(known))
    };
    Finding::new(Code::MG0754, format!("no pod of `{}` has the labels `{}`", key(name), labels.join(", ")))
        .help(format!("{versions}: a share for others is for nobody"))
}

pub(super) fn no_whole_percent(weight: u64, sum: u64) -> Finding {
    Finding::new(Code::MG0753, format!("a share of {weight} in {sum} is no whole percent"))
        .help("shares are whole percents, and never rounded: choose other weights, or keep the object")
}

pub(super) fn of_gateway(gateway: &str, spots: Vec<Spot>) -> Finding {
    let finding = Finding::new(Code::MG0757, format!("the routes of gateway `{gateway}` stay as they are"))
        .help("they call services by name, and every subset that they name is kept");
    Finding { spots, ..finding }
}
