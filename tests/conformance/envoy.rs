//! Real Envoy as judge: would it take this configuration?
//!
//! Enters: the program, and configurations. Leaves: what it says against them. It serves nothing: `--mode validate`.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value;

/// Processes side by side.
const WORKERS: usize = 2;

/// The program.
#[derive(Debug)]
pub struct Envoy {
    /// Any recent release.
    pub program: PathBuf,
}

impl Envoy {
    /// What it says against a configuration, if it refuses it.
    pub fn refusal(&self, bootstrap: &Value) -> Option<String> {
        let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        serde_json::to_writer(&file, bootstrap).unwrap();
        let output = Command::new(&self.program)
            .args(["--mode", "validate", "--log-level", "critical", "--log-format", "%v", "-c"])
            .arg(file.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (!output.status.success()).then(|| String::from_utf8_lossy(&said).trim().to_owned())
    }

    /// The same for many, in their order.
    pub fn refusals(&self, bootstraps: &[Value]) -> Vec<Option<String>> {
        let queue = Mutex::new(bootstraps.iter().enumerate());
        let said = Mutex::new(vec![None; bootstraps.len()]);
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().unwrap().next();
                        let Some((index, bootstrap)) = next else { break };
                        let refusal = self.refusal(bootstrap);
                        said.lock().unwrap()[index] = refusal;
                    }
                });
            }
        });
        said.into_inner().unwrap()
    }
}
