//! Which objects a bundle holds, and how they are deleted.
//!
//! Enters: the text of a bundle, ours by its mark. Leaves: kinds and names. Refuses to know: what the objects say.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::shell;

/// Objects named in one command before a label must do.
const FEW: usize = 8;

/// What an object is called in its cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Named {
    namespace: String,
    /// As kubectl takes it: `virtualservice.networking.istio.io`.
    kind: String,
    name: String,
}

/// All objects of a text.
pub(in crate::cli) fn of(text: &str) -> BTreeSet<Named> {
    text.split("\n---").filter_map(object).collect()
}

/// The names that each `ServiceEntry` of a text gives to what runs elsewhere. Those whose endpoints join a Service give none.
pub(in crate::cli) fn hosts(text: &str) -> BTreeMap<Named, String> {
    let entries =
        text.split("\n---").filter(|document| document.lines().any(|line| line == "kind: ServiceEntry"));
    let host = |document: &str| {
        let first = document.lines().skip_while(|line| *line != "  hosts:").nth(1)?;
        Some(first.strip_prefix("  - ")?.trim_matches('"').to_owned())
    };
    let named = entries.filter_map(|document| Some((object(document)?, host(document)?)));
    named.filter(|(object, _)| !object.name.ends_with("-merged")).collect()
}

/// Our own layout: `kind` at the margin, `name` and `namespace` one step in, below `metadata`.
fn object(document: &str) -> Option<Named> {
    let value = |field: &str| {
        let line = document.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(": "))?;
        Some(line.trim().trim_matches('"').to_owned())
    };
    let kind = value("kind")?.to_ascii_lowercase();
    let version = value("apiVersion")?;
    let kind = match version.split_once('/') {
        Some((group, _)) => format!("{kind}.{group}"),
        None => kind,
    };
    Some(Named { namespace: value("  namespace")?, kind, name: value("  name")? })
}

/// What a Service holds that a stand-in is: nothing chooses its pods.
const OURS: &str = r#"{"op":"test","path":"/spec/selector","value":null}"#;

impl Named {
    /// Whether it is a Service: of those only stand-ins are written.
    pub(in crate::cli) fn is_stand_in(&self) -> bool {
        self.kind == "service"
    }

    /// As its users name it.
    pub(in crate::cli) fn service(&self) -> String {
        if self.namespace == "default" {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }

    fn patch(&self, context: &str, form: &str, patch: &str) -> String {
        let Self { namespace, kind: _, name } = self;
        format!("{} patch service {name} -n {namespace} --type={form} -p '{patch}'", kubectl(context))
    }

    /// The command that gives a stand-in other ports; refused for a Service that has pods of its own by now.
    pub(in crate::cli) fn with_ports(&self, context: &str, ports: &str) -> String {
        let ports = format!(r#"{{"op":"replace","path":"/spec/ports","value":{ports}}}"#);
        self.patch(context, "json", &format!("[{OURS},{ports}]"))
    }

    /// The command that makes a stand-in of a Service whose pods are about to go: its name is never gone.
    pub(in crate::cli) fn stand_in(&self, context: &str) -> String {
        let patch = r#"{"metadata":{"labels":{"meshgen-stand-in":"true"}},"spec":{"selector":null}}"#;
        self.patch(context, "merge", patch)
    }

    /// The command that deletes a stand-in; refused for a Service that has pods of its own by now.
    fn unused(&self, context: &str) -> String {
        let marked = r#"{"op":"replace","path":"/metadata/labels/meshgen-stand-in","value":"unused"}"#;
        let patch = self.patch(context, "json", &format!("[{OURS},{marked}]"));
        let namespace = &self.namespace;
        format!("{patch} && {} delete service -n {namespace} -l meshgen-stand-in=unused", kubectl(context))
    }
}

fn kubectl(context: &str) -> String {
    format!("kubectl --context {}", shell::word(context))
}

/// The commands that delete objects, one a namespace, and one a stand-in.
pub(in crate::cli) fn deletions(context: &str, objects: &BTreeSet<Named>) -> Vec<String> {
    let mut by_namespace: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Named { namespace, kind, name } in objects.iter().filter(|object| !object.is_stand_in()) {
        by_namespace.entry(namespace).or_default().push(format!("{kind}/{name}"));
    }
    let delete = by_namespace.into_iter().map(|(namespace, names)| {
        format!("{} delete --ignore-not-found -n {namespace} {}", kubectl(context), names.join(" "))
    });
    delete.chain(unused(context, objects)).collect()
}

fn unused(context: &str, objects: &BTreeSet<Named>) -> impl Iterator<Item = String> {
    objects.iter().filter(|object| object.is_stand_in()).map(move |object| object.unused(context))
}

/// The commands that delete all that a cluster has of a mesh; by labels if there is much.
pub(in crate::cli) fn all_deletions(context: &str, mesh: &str, objects: &BTreeSet<Named>) -> Vec<String> {
    // Stand-ins bear no label of the mesh.
    let marked = objects.iter().filter(|object| !object.is_stand_in());
    let kinds: BTreeSet<&str> = marked.clone().map(|object| object.kind.as_str()).collect();
    if marked.count() <= FEW {
        return deletions(context, objects);
    }
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let all = format!(
        "{} delete -A {} -l app.kubernetes.io/managed-by=meshgen,app.kubernetes.io/part-of={mesh}",
        kubectl(context),
        kinds.join(",")
    );
    std::iter::once(all).chain(unused(context, objects)).collect()
}

/// The ports of a Service as JSON, if a text is one.
pub(in crate::cli) fn ports(text: &str) -> Option<String> {
    let service: serde_json::Value = serde_yaml::from_str(text).ok()?;
    let ports = service.get("kind").filter(|kind| *kind == "Service").and(service.pointer("/spec/ports"))?;
    Some(ports.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Generated by meshgen for a (Istio 1.30). Do not edit.\n# why\napiVersion: \
                        networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: x\n  namespace: \"1\"\n  labels:\n    \
                        name: other\nspec:\n  selector:\n    name: y\n---\napiVersion: v1\nkind: Service\nmetadata:\n  \
                        name: z\n  namespace: default\n";

    #[test]
    fn objects_are_found_in_our_own_layout() {
        let commands = deletions("my ctx", &of(TEXT));
        assert_eq!(
            commands,
            [
                "kubectl --context 'my ctx' delete --ignore-not-found -n 1 gateway.networking.istio.io/x",
                "kubectl --context 'my ctx' patch service z -n default --type=json -p \
                 '[{\"op\":\"test\",\"path\":\"/spec/selector\",\"value\":null},{\"op\":\"replace\",\"path\":\"/metadata/labels/\
                 meshgen-stand-in\",\"value\":\"unused\"}]' && kubectl --context 'my ctx' delete service -n default -l \
                 meshgen-stand-in=unused",
            ]
        );
    }

    #[test]
    fn many_objects_go_by_their_labels() {
        let many = |count: usize| {
            let object = |index| Named {
                namespace: "default".to_owned(),
                kind: "virtualservice.networking.istio.io".to_owned(),
                name: format!("s{index}"),
            };
            (0..count).map(object).collect::<BTreeSet<_>>()
        };
        assert!(all_deletions("a", "shop", &many(8))[0].ends_with("/s7"));
        let [command] = &all_deletions("a", "shop", &many(9))[..] else { panic!() };
        assert!(command.contains("part-of=shop") && !command.contains("/s7"), "{command}");
    }
}
