//! The life of stand-ins on a real API server, by the commands that the README and the summary show, run by bash.
//!
//! Enters: servers. Leaves: lines of the table. The commands create what is missing and may be run twice; none touches a
//! Service that a team has taken. And what `kubectl kustomize` makes of the layout for it is the bundle.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::applied::COLUMN;
use crate::kubectl::Kubectl;
use crate::table::Table;

/// The row.
const ROW: &str = "stand-ins";

/// The Service of a team, as it is applied over a stand-in.
const TEAM: &str = "apiVersion: v1
kind: Service
metadata: {name: ratings, namespace: default}
spec:
  selector: {app: ratings}
  ports: [{name: http, port: 9080}]
";

/// A directory with Bookinfo.
struct World<'k> {
    kubectl: &'k Kubectl,
    directory: tempfile::TempDir,
}

/// What is played, and what went wrong.
type Life = fn(&World<'_>) -> Vec<String>;

/// Plays one life after the other.
pub fn judge(kubectl: &Kubectl, table: &mut Table) {
    let world = World { kubectl, directory: tempfile::tempdir().unwrap() };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bookinfo");
    for file in ["topology.yaml", "routing.yaml"] {
        std::fs::copy(example.join(file), world.directory.path().join(file)).unwrap();
    }
    let lives: [(&str, Life); 5] = [
        ("the README's block for CI, twice", readme_twice),
        ("the printed commands of every layout, twice", printed_twice),
        ("a team takes the name", taken),
        ("a service moves away", moved),
        ("kubectl kustomize", kustomized),
    ];
    for (what, life) in lives {
        table.check(ROW, COLUMN, what, &life(&world));
        world.clear();
    }
}

fn readme_twice(world: &World<'_>) -> Vec<String> {
    world.meshgen("build topology.yaml");
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## In CI\n").unwrap();
    let blocks: Vec<&str> = section.split("```sh\n").skip(1).take(2).collect();
    let commands: String = blocks.iter().map(|block| block.split("```").next().unwrap()).collect();
    let mut faults = Vec::new();
    for run in ["first", "second"] {
        faults.extend(world.fails(&commands).map(|said| format!("{run} run: {said}")));
    }
    faults.extend(world.differs("cluster1", "ratings", "/spec/ports/0/port", &Value::from(9080)));
    faults.extend(world.differs("cluster2", "details", "/spec/ports/0/port", &Value::from(9080)));
    faults
}

fn printed_twice(world: &World<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for layout in ["flat", "cluster", "split", "kustomize"] {
        let summary = world.meshgen(&format!("build topology.yaml --layout {layout} -o {layout}"));
        let commands = block(&summary, "apply");
        if commands.is_empty() {
            faults.push(format!("{layout}: no command in {summary}"));
        }
        for run in ["first", "second"] {
            faults.extend(world.fails(&commands).map(|said| format!("{layout}, {run} run: {said}")));
        }
        faults.extend(world.differs("cluster1", "ratings", "/spec/ports/0/port", &Value::from(9080)));
        world.clear();
    }
    faults
}

fn taken(world: &World<'_>) -> Vec<String> {
    let create = block(&world.meshgen("build topology.yaml"), "apply");
    let mut faults: Vec<String> = world.fails(&create).into_iter().collect();
    let changed = world.edited("9080, versions: {v1: cluster2}", "9081, versions: {v1: cluster2}");
    let ports = block(&changed, "ports");
    for _ in 0..2 {
        faults.extend(world.fails(&ports));
    }
    faults.extend(world.differs("cluster1", "ratings", "/spec/ports/0/port", &Value::from(9081)));
    let gone = world.edited("  ratings:     {ports: 9081, versions: {v1: cluster2}}\n", "");
    let unused = command(&gone, "meshgen-stand-in=unused");
    // The team comes, and nothing of the above touches its Service any more.
    std::fs::write(world.directory.path().join("team.yaml"), TEAM.replace("9080", "9081")).unwrap();
    faults.extend(world.fails("kubectl --context cluster1 apply -f team.yaml"));
    faults.extend(world.fails(&create).filter(|said| !said.contains("no matches")));
    for refused in [&ports, &unused] {
        if refused.is_empty() || world.fails(refused).is_none() {
            faults.push(format!("it was to be refused: {refused:?}"));
        }
    }
    faults.extend(world.differs("cluster1", "ratings", "/spec/selector/app", &Value::from("ratings")));
    // The team goes, the stand-in is there again, and is not needed any more.
    world.bash("kubectl --context cluster1 delete service ratings");
    faults.extend(world.fails(&create.replace("dist/cluster1.stand-ins", "before")));
    faults.extend(world.fails(&unused));
    if world.service("cluster1", "ratings").is_some() {
        faults.push("the stand-in that nobody needs is still there".to_owned());
    }
    faults
}

fn moved(world: &World<'_>) -> Vec<String> {
    world.meshgen("build topology.yaml");
    let mut faults = Vec::new();
    let team = TEAM.replace("ratings", "details");
    std::fs::write(world.directory.path().join("team.yaml"), team).unwrap();
    faults.extend(world.fails("kubectl --context cluster1 apply -f team.yaml"));
    let address = |world: &World<'_>| {
        world.service("cluster1", "details").and_then(|service| service.pointer("/spec/clusterIP").cloned())
    };
    let before = address(world);
    let summary = world.edited(
        "details:     {ports: 9080, versions: {v1: cluster1}}",
        "details:     {ports: 9080, versions: {v1: cluster2}}",
    );
    faults.extend(world.fails(&block(&summary, "apply")));
    let moved = block(&summary, "moved");
    for _ in 0..2 {
        faults.extend(world.fails(&moved));
    }
    let service = world.service("cluster1", "details").unwrap_or_default();
    if service.pointer("/spec/selector").is_some() || before.is_none() || address(world) != before {
        faults.push(format!("no stand-in at the same address: {service}"));
    }
    if service.pointer("/metadata/labels/meshgen-stand-in") != Some(&Value::from("true")) {
        faults.push("it is not marked".to_owned());
    }
    faults
}

fn kustomized(world: &World<'_>) -> Vec<String> {
    world.meshgen("build topology.yaml --layout kustomize -o kustomize");
    let mut faults = Vec::new();
    for cluster in ["cluster1", "cluster2"] {
        let ran = world.bash(&format!("kubectl kustomize kustomize/{cluster}"));
        let bundle =
            std::fs::read_to_string(world.directory.path().join(format!("kustomize/{cluster}/bundle.yaml")));
        let (made, meant) = (objects(&String::from_utf8_lossy(&ran.stdout)), objects(&bundle.unwrap()));
        if made != meant || made.is_empty() {
            faults.push(format!("{cluster}: {}", String::from_utf8_lossy(&ran.stderr)));
        }
    }
    faults
}

/// The objects of a text, whatever their order.
fn objects(text: &str) -> Vec<String> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let values = documents.map(|document| <Value as serde::Deserialize>::deserialize(document).unwrap());
    let mut objects: Vec<String> = values.map(|value| value.to_string()).collect();
    objects.sort_unstable();
    objects
}

/// The commands of a block of the summary, for both clusters where it says `likewise`.
fn block(summary: &str, heading: &str) -> String {
    let mut lines = summary.lines().skip_while(|line| !line.starts_with(&format!(" {heading} ")));
    let first = lines.next().map(|line| line.trim_start().trim_start_matches(heading).trim_start());
    let others = lines.take_while(|line| line.starts_with("   ")).map(str::trim_start);
    let mut commands = String::new();
    let mut last: Vec<&str> = Vec::new();
    for line in first.into_iter().chain(others) {
        if line.starts_with("for f in ") || line.starts_with("kubectl ") {
            commands.extend([line, "\n"]);
            last.push(line);
        } else if line.contains("likewise") {
            let other = |line: &&str| {
                let (from, to) = if line.contains("cluster1") {
                    ("cluster1", "cluster2")
                } else {
                    ("cluster2", "cluster1")
                };
                format!("{}\n", line.replace(from, to))
            };
            commands.extend(last.drain(..).map(|line| other(&line)));
        }
    }
    commands
}

/// The one command that has these words.
fn command(said: &str, words: &str) -> String {
    said.lines().find(|line| line.contains(words)).map(str::trim).unwrap_or_default().to_owned()
}

impl World<'_> {
    /// What a run says.
    fn meshgen(&self, words: &str) -> String {
        let ran = self.bash(&format!("meshgen {words}"));
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{words}: {said}");
        said
    }

    /// What a build says after a change of the topology. What was there before is kept beside.
    fn edited(&self, from: &str, to: &str) -> String {
        let path = self.directory.path().join("topology.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
        self.bash("rm -rf before; cp -r dist/cluster1.stand-ins before");
        self.meshgen("build topology.yaml")
    }

    fn bash(&self, commands: &str) -> Output {
        let programs = [Path::new(env!("CARGO_BIN_EXE_meshgen")).parent(), self.kubectl.program.parent()];
        let path: Vec<String> =
            programs.into_iter().flatten().map(|path| path.display().to_string()).collect();
        let path = format!("{}:{}", path.join(":"), std::env::var("PATH").unwrap_or_default());
        let mut bash = Command::new("bash");
        bash.args(["-ec", commands]).current_dir(self.directory.path()).env("PATH", path);
        bash.output().unwrap()
    }

    /// What commands complain of, if they fail.
    fn fails(&self, commands: &str) -> Option<String> {
        let ran = self.bash(commands);
        let said =
            format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        if commands.trim().is_empty() {
            return Some("there is no command".to_owned());
        }
        (!ran.status.success()).then_some(said)
    }

    fn service(&self, context: &str, name: &str) -> Option<Value> {
        let ran = self.bash(&format!("kubectl --context {context} get service {name} -n default -o json"));
        ran.status.success().then(|| serde_json::from_slice(&ran.stdout).unwrap())
    }

    fn differs(&self, context: &str, name: &str, field: &str, expected: &Value) -> Option<String> {
        let service = self.service(context, name);
        let found = service.as_ref().and_then(|service| service.pointer(field));
        (found != Some(expected))
            .then(|| format!("{name} in {context}: {field} is {found:?}, not {expected}"))
    }

    /// Takes all of it away again, from the clusters and the directory.
    fn clear(&self) {
        for context in ["cluster1", "cluster2"] {
            self.bash(&format!(
                "kubectl --context {context} delete -n default serviceentries,destinationrules,virtualservices --all; \
                 kubectl --context {context} delete -n istio-system gateways.networking.istio.io --all; \
                 kubectl --context {context} delete -n default service ratings details productpage --ignore-not-found"
            ));
        }
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bookinfo/topology.yaml");
        std::fs::copy(example, self.directory.path().join("topology.yaml")).unwrap();
        let _ = std::fs::remove_dir_all(self.directory.path().join("dist"));
    }
}
