//! A real API server as judge, by its `kubectl`.
//!
//! Enters: the program, and files. Leaves: what each object was told. Refuses to know: cases. The servers are those of
//! `tests/kubeapi`; KUBECONFIG names them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program.
#[derive(Debug)]
pub struct Kubectl {
    /// Of the release of the servers.
    pub program: PathBuf,
}

/// What one call said.
#[derive(Debug)]
pub struct Said {
    /// Whether it succeeded.
    pub is_ok: bool,
    /// Its output, a line an object.
    pub lines: Vec<String>,
    /// Warnings and errors.
    pub complaints: Vec<String>,
}

impl Kubectl {
    /// The servers, by their contexts.
    pub fn contexts(&self) -> Vec<String> {
        self.call(&["config", "get-contexts", "-o", "name"]).lines
    }

    /// Creates what has no place yet.
    pub fn create(&self, context: &str, file: &Path) -> Said {
        self.on(context, &["create"], file)
    }

    /// Applies as the summary of `meshgen build` says.
    pub fn apply(&self, context: &str, file: &Path, more: &[&str]) -> Said {
        self.on(context, &[&["apply", "--openapi-patch=false"], more].concat(), file)
    }

    /// Applies with the fields' owners known to the server.
    pub fn apply_server_side(&self, context: &str, file: &Path) -> Said {
        self.on(context, &["apply", "--server-side", "--field-manager=meshgen", "--force-conflicts"], file)
    }

    /// Takes away what a file holds.
    pub fn delete(&self, context: &str, file: &Path) -> Said {
        self.on(context, &["delete", "--wait=false", "--ignore-not-found"], file)
    }

    /// The objects of a kind, `namespace/name`.
    pub fn names(&self, context: &str, kind: &str, selector: &str) -> Vec<String> {
        const NAME: &str = r#"jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\n"}{end}"#;
        self.call(&["--context", context, "get", kind, "-A", "-l", selector, "-o", NAME]).lines
    }

    fn on(&self, context: &str, what: &[&str], file: &Path) -> Said {
        let file = file.display().to_string();
        self.call(&[&["--context", context], what, &["-f", &file]].concat())
    }

    fn call(&self, arguments: &[&str]) -> Said {
        let output = Command::new(&self.program).args(arguments).output().unwrap();
        let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect();
        Said {
            is_ok: output.status.success(),
            lines: lines(&output.stdout),
            complaints: lines(&output.stderr),
        }
    }
}

impl Said {
    /// What is wrong, if each object was to be told one of these words: `created`, `unchanged`.
    pub fn otherwise(&self, what: &str, words: &[&str]) -> Vec<String> {
        let Self { is_ok, lines, complaints } = self;
        let told = |line: &&String| words.iter().any(|word| line.ends_with(&format!(" {word}")));
        let mut faults: Vec<String> =
            lines.iter().filter(|line| !told(line)).chain(complaints).cloned().collect();
        if !is_ok && faults.is_empty() {
            faults.push("it failed without a word".to_owned());
        }
        if lines.is_empty() && faults.is_empty() {
            faults.push("it did nothing".to_owned());
        }
        faults.into_iter().map(|fault| format!("{what}: {fault}")).collect()
    }
}
