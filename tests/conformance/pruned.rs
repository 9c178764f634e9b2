//! What left the topology goes from the API server: apply, then prune by label, as the README says.
//!
//! Enters: a server. Leaves: lines of the table, and what neither removes, printed. A service leaves a namespace that the bundle
//! still has, a whole namespace leaves, at last the cluster needs nothing more and has no bundle. Stand-ins stay through all of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use meshgen::source::{Found, Source, Sources};

use crate::applied::COLUMN;
use crate::kubectl::Kubectl;
use crate::support::case::DIAGNOSTICS;
use crate::support::compiled::compile;
use crate::table::Table;

/// The row.
const ROW: &str = "what left the topology";
/// The kinds of bundles, and of stand-ins.
const KINDS: [&str; 4] =
    ["serviceentries", "destinationrules", "virtualservices", "gateways.networking.istio.io"];
const OWN: &str = "app.kubernetes.io/managed-by=meshgen";
const STAND_IN: &str = "meshgen-stand-in=true";

const CLUSTERS: &str = "
apiVersion: meshgen/v1
kind: Topology
clusters: {cluster1: {gateway: 203.0.113.10}, cluster2: {gateway: 203.0.113.20}}
";

/// What there is beside the clusters: at first all of it, at last nothing that needs a bundle.
const ALL: &str = "services:
  web/reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2}}
  web/ratings: {ports: 9080, clusters: cluster2}
  shop/cart: {ports: 80, clusters: cluster2}
---
apiVersion: meshgen/v1
kind: Routing
routes: {web/reviews: [{to: v1}]}
";
const WITHOUT_RATINGS: &str = "services:
  web/reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2}}
  shop/cart: {ports: 80, clusters: cluster2}
---
apiVersion: meshgen/v1
kind: Routing
routes: {web/reviews: [{to: v1}]}
";
const WITHOUT_SHOP: &str = "services:
  web/reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2}}
---
apiVersion: meshgen/v1
kind: Routing
routes: {web/reviews: [{to: v1}]}
";
const NOTHING: &str = "services:
  web/reviews: {ports: 9080, versions: {v1: cluster1}, clients: cluster1}
";

/// Applies one after the other, and looks at what is left.
pub fn judge(kubectl: &Kubectl, table: &mut Table) {
    let contexts = kubectl.contexts();
    let Some(context) = contexts.first() else { return table.broken(COLUMN, "KUBECONFIG names no server") };
    let below = tempfile::tempdir().unwrap();
    let flags = flags();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let before = Bundle::of(ALL, &below.path().join("all"));
    let mut faults =
        kubectl.create(context, before.stand_ins.as_ref().unwrap()).otherwise("create", &["created"]);
    faults
        .extend(kubectl.apply(context, before.file.as_ref().unwrap(), &[]).otherwise("apply", &["created"]));
    let stand_ins = kubectl.names(context, "services", STAND_IN);
    if stand_ins.len() != 2 {
        faults.push(format!("two stand-ins were to be there: {stand_ins:?}"));
    }
    table.check(ROW, COLUMN, "everything is there", &faults);
    for (name, services) in
        [("a service", WITHOUT_RATINGS), ("a namespace", WITHOUT_SHOP), ("everything", NOTHING)]
    {
        let bundle = Bundle::of(services, &below.path().join(name));
        let mut faults = Vec::new();
        if let Some(file) = &bundle.file {
            let said = kubectl.apply(context, file, &flags);
            faults.extend(said.otherwise("apply --prune", &["unchanged", "configured", "pruned"]));
        }
        let there = objects(kubectl, context);
        let (stale, left): (Vec<&String>, Vec<&String>) =
            there.difference(&bundle.objects).partition(|object| bundle.has_namespace_of(object));
        faults.extend(stale.into_iter().map(|object| format!("{object} is still there")));
        faults.extend(bundle.objects.difference(&there).map(|object| format!("{object} is gone")));
        if kubectl.names(context, "services", STAND_IN) != stand_ins {
            faults.push("a stand-in is gone".to_owned());
        }
        table.check(ROW, COLUMN, &format!("{name} left"), &faults);
        for object in left {
            table.remark(format!("{COLUMN}: {name} left: neither apply nor prune removes {object}"));
        }
    }
    for file in [before.file, before.stand_ins].iter().flatten() {
        kubectl.delete(context, file);
    }
}

/// The bundle of cluster1.
struct Bundle {
    /// None if it needs none.
    file: Option<PathBuf>,
    stand_ins: Option<PathBuf>,
    /// `kind namespace/name`
    objects: BTreeSet<String>,
}

impl Bundle {
    fn of(services: &str, directory: &Path) -> Self {
        let text = format!("{CLUSTERS}{services}");
        let source = Source::new("topology.yaml", Found::Named, text.into_bytes());
        let mut files = compile(&Sources { texts: vec![source], ..Sources::default() });
        let findings = files.remove(DIAGNOSTICS);
        assert!(!findings.iter().any(|text| text.contains("error")), "{findings:?}");
        std::fs::create_dir_all(directory).unwrap();
        let put = |name: &str| {
            let path = directory.join(name);
            files.get(name).map(|text| {
                std::fs::write(&path, text).unwrap();
                path
            })
        };
        let (file, stand_ins) = (put("cluster1.yaml"), put("cluster1.stand-ins.yaml"));
        let objects = files.get("cluster1.yaml").map(|text| text.split("---\n").map(name).collect());
        Self { file, stand_ins, objects: objects.unwrap_or_default() }
    }

    fn has_namespace_of(&self, object: &str) -> bool {
        let namespace = |object: &str| object.split([' ', '/']).nth(1).map(str::to_owned);
        self.objects.iter().any(|own| namespace(own) == namespace(object))
    }
}

/// `destinationrules web/reviews` of a document.
fn name(document: &str) -> String {
    let value = |key: &str| document.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    let kind = value("kind: ").to_lowercase();
    let kind = KINDS.iter().find(|known| known.starts_with(kind.trim_end_matches('y'))).unwrap();
    format!("{kind} {}/{}", value("  namespace: "), value("  name: "))
}

/// Everything on the server that carries the mark of bundles.
fn objects(kubectl: &Kubectl, context: &str) -> BTreeSet<String> {
    let named = |kind: &&'static str| {
        let kind = *kind;
        kubectl.names(context, kind, OWN).into_iter().map(move |name| format!("{kind} {name}"))
    };
    KINDS.iter().flat_map(named).collect()
}

/// The flags for pruning, as the README shows them.
fn flags() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let lines = readme.lines().map(|line| line.trim().trim_end_matches(" \\"));
    let flags = lines.filter(|line| line.starts_with("--prune-allowlist=") || line.starts_with("-l app."));
    ["--prune"].into_iter().chain(flags.flat_map(|line| line.split(' '))).map(str::to_owned).collect()
}
