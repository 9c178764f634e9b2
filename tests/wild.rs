//! What `check` says of manifests that people publish, held against the table in docs/wild.md.
//!
//! The manifests lie outside the repository; without them nothing is asked. `BLESS=1` writes the table anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where manifests may be, from the root of the repository.
const PLACES: [&str; 2] = ["../shared/wild", "../../shared/wild"];

/// Two clusters of one source, each with the gateway that the other dials; and what real Istio 1.31 says of the requests.
struct Scene {
    source: &'static str,
    name: &'static str,
    /// A directory, and the address of the gateway.
    clusters: [(&'static str, &'static str); 2],
    verdict: &'static str,
}

const SCENES: [Scene; 2] = [
    Scene {
        source: "GoogleCloudPlatform+istio-samples",
        name: "multicluster-gke/dual-control-plane",
        clusters: [("cluster1", "34.70.9.157"), ("cluster2", "35.193.92.27")],
        verdict: "all 7 end in `plaintext-to-gateway`",
    },
    Scene {
        source: "GoogleCloudPlatform+istio-samples",
        name: "multicluster-gke/vm-migration",
        clusters: [("cluster1", "34.83.181.176"), ("cluster2", "34.75.176.213")],
        verdict: "all 7 end in `plaintext-to-gateway`",
    },
];

/// As an installation of today makes it.
fn gateway(address: &str) -> String {
    format!(
        r#"apiVersion: apps/v1
kind: Deployment
metadata: {{name: istio-eastwestgateway, namespace: istio-system}}
spec:
  template:
    metadata: {{labels: {{istio: eastwestgateway}}}}
    spec: {{containers: [{{name: istio-proxy, image: docker.io/istio/proxyv2:1.31.0, args: [proxy, router]}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: istio-eastwestgateway, namespace: istio-system}}
spec: {{selector: {{istio: eastwestgateway}}, ports: [{{name: tls, port: 15443, targetPort: 15443}}]}}
status: {{loadBalancer: {{ingress: [{{ip: {address}}}]}}}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: cross-network, namespace: istio-system}}
spec:
  selector: {{istio: eastwestgateway}}
  servers:
  - {{port: {{number: 15443, name: tls, protocol: TLS}}, tls: {{mode: AUTO_PASSTHROUGH}}, hosts: ["*.local"]}}
"#
    )
}

#[test]
fn every_source_is_read_and_says_what_the_table_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = root.join("docs/wild.md");
    let written = std::fs::read_to_string(&page).unwrap();
    let (start, _) = written.split_once("| source |").expect("the page has a table");
    let Some(wild) = PLACES.iter().map(|place| root.join(place)).find(|place| place.is_dir()) else { return };
    let mut sources: Vec<PathBuf> = std::fs::read_dir(&wild)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    sources.sort();
    let mut table =
        "| source | what is read as what | findings | counted | real Istio 1.31 |\n|---|---|---|---|---|\n"
            .to_owned();
    for source in &sources {
        let name = source.file_name().unwrap().to_str().unwrap();
        let said = check(&[format!("a/default={}", source.display())]);
        writeln!(
            table,
            "| {name} | all of it, as one cluster | {said} | cannot be judged: no state of a cluster |"
        )
        .unwrap();
        for scene in SCENES.iter().filter(|scene| scene.source == name) {
            let directory = tempfile::tempdir().unwrap();
            let words: Vec<String> = scene
                .clusters
                .iter()
                .flat_map(|(cluster, address)| {
                    let file = directory.path().join(format!("{cluster}.yaml"));
                    std::fs::write(&file, gateway(address)).unwrap();
                    let manifests = source.join(scene.name).join(cluster);
                    [
                        format!("{cluster}/default={}", manifests.display()),
                        format!("{cluster}={}", file.display()),
                    ]
                })
                .collect();
            let Scene { name: state, verdict, .. } = scene;
            writeln!(
                table,
                "| | `{state}`, two clusters with a gateway each | {} | {verdict} |",
                check(&words)
            )
            .unwrap();
        }
    }
    let made = format!("{start}{table}");
    if std::env::var("BLESS").is_ok() {
        std::fs::write(&page, &made).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&page).unwrap(), made, "BLESS=1 writes docs/wild.md anew");
}

/// Codes with their numbers, and the last line.
fn check(words: &[String]) -> String {
    let run = |format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshgen"));
        let output = command.args(["check", "--format", format]).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!([Some(0), Some(1)].contains(&output.status.code()), "{said}");
        (String::from_utf8_lossy(&output.stdout).into_owned(), said)
    };
    let (out, said) = run("concise");
    let mut codes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in out.lines().chain(said.lines()) {
        let mut words = line.split(' ').zip(line.split(' ').skip(1));
        let found = words.find(|(_, code)| code.starts_with("MG0") && code.ends_with(':'));
        if let Some((severity, code)) = found {
            *codes.entry((code.trim_end_matches(':'), severity)).or_default() += 1;
        }
    }
    let codes: Vec<String> =
        codes.iter().map(|((code, severity), count)| format!("{count} × {severity} {code}")).collect();
    let (_, said) = run("human");
    let counted = said.lines().next_back().unwrap_or_default();
    format!("{} | {counted}", if codes.is_empty() { "none".to_owned() } else { codes.join(", ") })
}
