//! `meshgen init`: a topology and a routing spec to start from.
//!
//! Enters: a directory. Leaves: two files in it. Refuses to overwrite anything.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::Ending;
use super::arguments::Init;
use super::failure::{Failure, shown};
use super::report::Reporter;
use super::shell;

/// Name, text, and what to say of it.
const FILES: [(&str, &str, &str); 2] = [
    (
        "topology.yaml",
        include_str!("init/topology.yaml"),
        "two clusters, four services; change the gateway addresses",
    ),
    ("routing.yaml", include_str!("init/routing.yaml"), "reviews: jason gets v2 and v3, everybody else v1"),
];

/// Writes the files, both or none.
pub(super) fn run(arguments: &Init, reporter: &Reporter) -> Result<Ending, Failure> {
    let Init { directory } = arguments;
    for (name, _, _) in FILES {
        let path = directory.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(Failure::new(format!("{} exists already", shown(&path)))
                .help("`meshgen init DIR` writes into another directory"));
        }
    }
    fs::create_dir_all(directory).map_err(|error| Failure::system("write to", directory, &error))?;
    for (position, (name, text, _)) in FILES.iter().enumerate() {
        let path = directory.join(name);
        create(&path, text).map_err(|error| {
            for (earlier, _, _) in FILES.iter().take(position) {
                // Of no use without the other; the failure that led here is the one to report.
                let _ = fs::remove_file(directory.join(earlier));
            }
            Failure::system("write", &path, &error)
        })?;
    }
    reporter.say(&report(directory));
    Ok(Ending::Done)
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

fn report(directory: &Path) -> String {
    let path = |name: &str| shown(directory.join(name).strip_prefix(".").unwrap_or(&directory.join(name)));
    let width = FILES.iter().map(|(name, _, _)| path(name).chars().count()).max().unwrap_or(0);
    let lines = FILES.iter().map(|(name, _, what)| format!("wrote {:<width$}   {what}\n", path(name)));
    let next = path("topology.yaml");
    format!("{}next: meshgen build {}\n", lines.collect::<String>(), shell::word(&next))
}
