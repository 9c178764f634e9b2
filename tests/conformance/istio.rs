//! Real Istio as judge: a build of `tests/istio`.
//!
//! Enters: directories of scenes. Leaves: where each request ends, and every message about the bundles. Refuses to know: what was
//! expected.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How many scenes one process takes.
const AT_ONCE: usize = 32;
/// Processes side by side.
const WORKERS: usize = 2;

/// One release.
#[derive(Debug)]
pub struct Istio {
    /// `1.29.1`
    pub release: String,
    /// Built with that release.
    pub program: PathBuf,
}

/// Where one request ends.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// Its directory.
    pub scene: PathBuf,
    /// The name of the query.
    pub query: String,
    /// Percents by place.
    pub distribution: Option<BTreeMap<String, f64>>,
    /// What is not as the query expects.
    pub differences: Option<Vec<String>>,
    /// What else happens.
    pub features: Option<Vec<String>>,
    /// What was assumed on the way, and where Istio's own simulator disagrees.
    pub notes: Option<Vec<String>>,
    /// Why it could not be asked.
    pub error: Option<String>,
    /// Objects that no API server would take; they were left out.
    pub rejected: Option<Vec<String>>,
    /// What control planes say against routes of the Gateway API.
    pub refused: Option<Vec<String>>,
    /// Objects that no control plane reads.
    pub ignored: Option<Vec<String>>,
}

/// What validation or analysis says of an object.
#[derive(Debug, Deserialize)]
pub struct Message {
    /// Its directory.
    pub scene: PathBuf,
    /// `Error`, `Warning` or `Info`.
    pub level: String,
    /// `IST0101`
    pub code: String,
    /// The cluster whose bundle it is.
    pub cluster: String,
    /// Kind, namespace and name.
    pub resource: String,
    /// What is said.
    pub text: String,
}

/// The configuration of one proxy, as Envoy reads it.
#[derive(Debug, Deserialize)]
pub struct Bootstrap {
    /// The directory of the scene.
    pub scene: PathBuf,
    /// Where it runs, and whose it is.
    pub proxy: String,
    /// The file, without Istio's own filters.
    pub bootstrap: Value,
}

impl Istio {
    /// Its column of the table.
    pub fn column(&self) -> String {
        format!("istio {}", self.release)
    }

    /// The 29 of 1.29.1.
    pub fn minor(&self) -> u8 {
        self.release.split('.').nth(1).unwrap().parse().unwrap()
    }

    /// Whether expressions match whole texts, as Go reads them; nothing for what is no expression.
    pub fn matches(&self, pairs: &[(String, String)]) -> Result<Vec<Option<bool>>, String> {
        let program = self.program.display();
        let said = |error: &dyn std::fmt::Display| format!("{program}: {error}");
        let mut child = Command::new(&self.program)
            .arg("match")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| said(&error))?;
        let asked: String = pairs
            .iter()
            .map(|(expression, text)| json!({"expression": expression, "text": text}).to_string() + "\n")
            .collect();
        let mut stdin = child.stdin.take().unwrap();
        // It answers as it reads.
        let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
        let output = child.wait_with_output().map_err(|error| said(&error))?;
        writer.join().unwrap().map_err(|error| said(&error))?;
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines.lines().map(|line| serde_json::from_str(line).map_err(|_| said(&line))).collect()
    }

    /// Where the requests of the scenes end.
    pub fn follow(&self, scenes: &[&Path]) -> Result<Vec<Answer>, String> {
        self.ask("trace", scenes)
    }

    /// What Istio's validation and analysis say about their bundles.
    pub fn validate(&self, scenes: &[&Path]) -> Result<Vec<Message>, String> {
        self.ask("validate", scenes)
    }

    /// The configuration of every proxy that the requests of the scenes meet, but for pods.
    pub fn bootstraps(&self, scenes: &[&Path]) -> Result<Vec<Bootstrap>, String> {
        self.ask("bootstrap", scenes)
    }

    fn ask<T: DeserializeOwned + Send>(&self, what: &str, scenes: &[&Path]) -> Result<Vec<T>, String> {
        let batches = Mutex::new(scenes.chunks(AT_ONCE));
        let said = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| {
                    loop {
                        let next = batches.lock().unwrap().next();
                        let Some(batch) = next else { break };
                        let answers = self.batch(what, batch);
                        said.lock().unwrap().push(answers);
                    }
                });
            }
        });
        said.into_inner()
            .unwrap()
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map(|said| said.into_iter().flatten().collect())
    }

    fn batch<T: DeserializeOwned>(&self, what: &str, scenes: &[&Path]) -> Result<Vec<T>, String> {
        let program = self.program.display();
        let output = Command::new(&self.program)
            .args(["-proxy-version", &self.release, "-json", what])
            .args(scenes)
            .output()
            .map_err(|error| format!("{program}: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let lines =
            text.lines().map(|line| serde_json::from_str(line).map_err(|_| format!("{program}: {line}")));
        match output.status.code() {
            // 1: something is not as expected, as the answers say.
            Some(0 | 1) => lines.collect(),
            _ => Err(format!(
                "{program}: {}: {text}{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            )),
        }
    }
}
