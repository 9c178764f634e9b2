//! Real traffic as judge: `tests/traffic` sends requests through Envoys that have a release's configuration, and counts where they land.
//!
//! Enters: the program, Envoy, and directories of scenes. Leaves: what was counted, and how that differs from what the scenes expect.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::istio::Istio;

/// The column of the table.
pub const COLUMN: &str = "traffic";

/// The program, and what it needs.
#[derive(Debug)]
pub struct Traffic {
    /// Built from `tests/traffic`.
    pub program: PathBuf,
    /// Envoy.
    pub envoy: PathBuf,
    /// The cases that are run, if not all.
    pub only: Option<Vec<String>>,
}

/// How connections are used.
pub enum Connections {
    /// As Envoy likes.
    Kept,
    /// For one request each: gateways share connections, and several places may be behind one SNI.
    Fresh,
}

/// What came of one query.
#[derive(Debug, Deserialize)]
pub struct Counted {
    /// Its name.
    pub query: String,
    /// Those that nobody answered, by reason.
    #[serde(default)]
    pub reasons: BTreeMap<String, u32>,
    /// How many were lost while something was killed or changed.
    pub lost: u32,
    /// Of how many.
    pub sent: u32,
    /// What is not as expected.
    pub differences: Vec<String>,
    /// What stock Envoy does not have, by how often it was replaced.
    #[serde(default)]
    pub replaced: BTreeMap<String, u32>,
}

impl Connections {
    /// For the program.
    pub fn flags(&self) -> &'static [&'static str] {
        match self {
            Self::Kept => &[],
            Self::Fresh => &["-fresh"],
        }
    }
}

impl Traffic {
    /// Whether a case is among those that are run.
    pub fn runs(&self, case: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == case))
    }

    /// Counts the requests of a scene.
    pub fn count(&self, istio: &Istio, scene: &Path, flags: &[&str]) -> Result<Vec<Counted>, String> {
        self.ask(istio, flags, &[OsStr::new("count"), scene.as_os_str()])
    }

    /// Counts the requests that run while one scene becomes another, through directories of bundles.
    pub fn change(
        &self,
        istio: &Istio,
        old: &Path,
        new: &Path,
        states: &[PathBuf],
        flags: &[&str],
    ) -> Result<Vec<Counted>, String> {
        let scenes = [OsStr::new("rollout"), old.as_os_str(), new.as_os_str()];
        let words: Vec<&OsStr> =
            scenes.into_iter().chain(states.iter().map(|state| state.as_os_str())).collect();
        self.ask(istio, flags, &words)
    }

    fn ask(&self, istio: &Istio, flags: &[&str], words: &[&OsStr]) -> Result<Vec<Counted>, String> {
        let program = self.program.display();
        let output = Command::new(&self.program)
            .args(["-release", &istio.release, "-judge"])
            .arg(&istio.program)
            .arg("-envoy")
            .arg(&self.envoy)
            .args(flags)
            .args(words)
            .output()
            .map_err(|error| format!("{program}: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        match output.status.code() {
            // 1: something is not as expected, as the answers say.
            Some(0 | 1) => text
                .lines()
                .map(|line| serde_json::from_str(line).map_err(|error| format!("{program}: {error}: {line}")))
                .collect(),
            _ => Err(format!("{program}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr))),
        }
    }
}
