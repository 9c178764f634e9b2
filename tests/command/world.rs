//! A directory to run the program in, with inputs that are sound and some that are not.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const MESHGEN: &str = env!("CARGO_BIN_EXE_meshgen");

pub const TOPOLOGY: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters:
  cluster1: {gateway: 203.0.113.10}
  cluster2: {gateway: 203.0.113.20}
services:
  ratings: {ports: 9080, versions: {v1: cluster2}}
  reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2}}
";

pub const ROUTING: &str = "\
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 50}}
";

/// No such version.
pub const WRONG: &str = "\
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v9: 50}}
";

/// What a build of the sound inputs writes.
pub const BUILT: [&str; 3] = ["cluster1.stand-ins/default.ratings.yaml", "cluster1.yaml", "cluster2.yaml"];

pub struct World {
    pub root: TempDir,
}

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl World {
    /// A directory with a sound topology and routing spec.
    pub fn new() -> Self {
        let world = Self { root: tempfile::tempdir().unwrap() };
        world.write("topology.yaml", TOPOLOGY);
        world.write("routing.yaml", ROUTING);
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub fn write(&self, name: impl AsRef<OsStr>, text: &str) {
        let path = self.root.path().join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Every file in a directory and below, hidden ones too, and directories that are empty.
    pub fn names(&self, directory: &str) -> Vec<String> {
        let mut names = Vec::new();
        for entry in self.path(directory).read_dir().unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            let below = if entry.file_type().unwrap().is_dir() {
                self.names(&format!("{directory}/{name}"))
            } else {
                Vec::new()
            };
            if below.is_empty() {
                names.push(name);
            } else {
                names.extend(below.into_iter().map(|file| format!("{name}/{file}")));
            }
        }
        names.sort_unstable();
        names
    }

    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(MESHGEN);
        command.args(arguments).current_dir(self.root.path()).stdin(Stdio::null());
        for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs the words of a line.
    pub fn run(&self, line: &str) -> Ran {
        ran(self.command(line.split_whitespace()).output().unwrap())
    }

    /// Runs a line that cannot be tried: the reason is on stderr, and nothing on stdout.
    pub fn refuses(&self, line: &str, reason: &str) {
        let ran = self.run(line);
        assert!(ran.stderr.contains(reason), "{line}: {}", ran.stderr);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}");
    }

    /// Runs a line of shell in which `$M` is the program.
    pub fn shell(&self, line: &str) -> Ran {
        let mut command = Command::new("sh");
        command.args(["-c", line]).env("M", MESHGEN).current_dir(self.root.path()).stdin(Stdio::null());
        ran(command.output().unwrap())
    }
}

/// What came out; whatever happened, it was neither a panic nor a signal.
pub fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ran =
        Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!((0..=3).contains(&ran.code), "{}", ran.stderr);
    ran
}
