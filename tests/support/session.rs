//! What a terminal shows, played again: commands behind `$ `, and what they print, in one directory of its own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Says yes, if the files that it is given are there.
const SILENT: &str = "#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in -f|-k) [ -e \"$2\" ] || { echo \"there is no $2\" >&2; exit 1; };; esac
  shift
done
";

/// A shell that knows the program under test.
pub struct Session {
    home: TempDir,
    /// Stands in for programs that ask clusters.
    programs: TempDir,
    directory: String,
    path: String,
}

impl Session {
    /// In an empty directory.
    pub fn new(program: &Path) -> Self {
        let programs = program.parent().unwrap().to_str().unwrap();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
        let (home, others) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        for name in ["kubectl", "istioctl", "sleep"] {
            let program = others.path().join(name);
            std::fs::write(&program, SILENT).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { home, programs: others, directory: ".".to_owned(), path }
    }

    /// What commands for clusters complain of, if they fail: of files that are not there, and of what no shell reads.
    pub fn fails(&self, block: &str) -> Option<String> {
        let output = Command::new("bash")
            .args(["-ec", block])
            .current_dir(self.home.path().join(&self.directory))
            .env("PATH", format!("{}:{}", self.programs.path().display(), self.path))
            .output()
            .unwrap();
        (!output.status.success()).then(|| format!("{block}{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Puts a file where the session begins.
    pub fn put(&self, name: &str, text: &str) {
        std::fs::write(self.home.path().join(name), text).unwrap();
    }

    /// The commands of a block, each with what it prints now. `cd` holds for all that follow.
    pub fn replayed(&mut self, block: &str) -> String {
        let mut shown = String::new();
        for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            shown.extend(["$ ", command, "\n"]);
            match command.strip_prefix("cd ") {
                Some(directory) => directory.clone_into(&mut self.directory),
                None => shown += &self.run(command),
            }
        }
        Self::bare(&shown)
    }

    /// A block without what differs from run to run: how long it took, and empty lines between commands.
    pub fn bare(block: &str) -> String {
        let lines = block.lines().filter(|line| !line.is_empty());
        lines.map(|line| without_time(line) + "\n").collect()
    }

    fn run(&self, command: &str) -> String {
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(self.home.path().join(&self.directory))
            .env("PATH", &self.path)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

/// `in 2 ms` → `in … ms`
fn without_time(line: &str) -> String {
    match line.split_once(", in ").map(|(before, after)| (before, after.split_once(" ms"))) {
        Some((before, Some((number, after)))) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{before}, in … ms{after}")
        }
        Some(_) | None => line.to_owned(),
    }
}
