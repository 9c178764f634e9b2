//! Dumps of clusters instead of inputs: `cluster1=dump.yaml`.
//!
//! Enters: words of the command line, files, directories. Leaves: what the dumps say. Refuses to know: what is in them.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::failure::{Failure, shown};
use super::load::Bounds;
use super::pattern;
use crate::dump::{Dumps, Origin, State, Unreadable};
use crate::source::Found;

/// How names of files end that are read in directories.
const ENDS: [&str; 6] = [".yaml", ".yml", ".json", ".yaml.gz", ".yml.gz", ".json.gz"];

/// A dump, and the cluster that it is of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    cluster: String,
    /// Where objects are that do not say it.
    namespace: Option<String>,
    path: PathBuf,
}

/// The dumps that are named; nothing if inputs are.
pub(super) fn named(paths: &[PathBuf]) -> Result<Option<Vec<Named>>, Failure> {
    let named: Vec<_> = paths.iter().map(|path| dump(path)).collect();
    let Some(at) = named.iter().position(Option::is_some) else { return Ok(None) };
    if let Some((path, _)) = paths.iter().zip(&named).find(|(_, named)| named.is_none()) {
        let dump = paths.get(at).map(|path| shown(path)).unwrap_or_default();
        return Err(Failure::new(format!("`{dump}` is a dump, and `{}` an input", shown(path)))
            .help("dumps say all there is: leave out the inputs; or name the cluster of each dump, as in `cluster1=dump.yaml`"));
    }
    let stdin = |named: &&Named| named.path == Path::new("-");
    let named: Vec<_> = named.into_iter().flatten().collect();
    if named.iter().filter(stdin).count() > 1 {
        return Err(Failure::new("stdin holds one dump").help("write the others to files"));
    }
    Ok(Some(named))
}

/// `cluster1=dump.yaml`, or `cluster1/shop=manifests/`, unless there is such a file.
fn dump(word: &Path) -> Option<Named> {
    let (place, path) = word.to_str()?.split_once('=')?;
    let (cluster, namespace) = match place.split_once('/') {
        Some((cluster, namespace)) => (cluster, Some(namespace)),
        None => (place, None),
    };
    let are_labels = [Some(cluster), namespace].into_iter().flatten().all(is_label);
    (are_labels && !path.is_empty() && !word.exists()).then(|| Named {
        cluster: cluster.to_owned(),
        namespace: namespace.map(str::to_owned),
        path: PathBuf::from(path),
    })
}

fn is_label(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 63
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !word.starts_with('-')
        && !word.ends_with('-')
}

/// What they say.
pub(super) fn read(named: &[Named], bounds: &Bounds) -> Result<State, Failure> {
    Ok(collect(named, bounds)?.state())
}

/// Reads them, an object at a time.
pub(super) fn collect(named: &[Named], bounds: &Bounds) -> Result<Dumps, Failure> {
    let mut reader = Reader { dumps: Dumps::default(), bounds };
    for one in named {
        let Named { cluster: _, namespace: _, path } = one;
        if path == Path::new("-") {
            reader.take(one, "<stdin>", Found::Named, io::stdin().lock())?;
        } else if path.is_dir() {
            let mut files = Vec::new();
            list(path, path, bounds, &mut files)?;
            if files.is_empty() {
                return Err(Failure::new(format!("there are no dumps in {}", shown(path)))
                    .help("in directories *.yaml, *.yml and *.json are read, and the same with .gz"));
            }
            for file in files {
                reader.open(one, &file, Found::InDirectory)?;
            }
        } else {
            reader.open(one, path, Found::Named)?;
        }
    }
    Ok(reader.dumps)
}

struct Reader<'b> {
    dumps: Dumps,
    bounds: &'b Bounds,
}

impl Reader<'_> {
    fn open(&mut self, named: &Named, path: &Path, found: Found) -> Result<(), Failure> {
        let file = File::open(path).map_err(|error| Failure::system("read", path, &error))?;
        self.take(named, &path.to_string_lossy(), found, BufReader::new(file))
    }

    fn take(&mut self, named: &Named, file: &str, found: Found, text: impl BufRead) -> Result<(), Failure> {
        let Named { cluster, namespace, path: _ } = named;
        let origin = Origin { cluster, namespace: namespace.as_deref(), file, found };
        self.dumps.read(&origin, text, self.bounds.limits.input_size).map_err(failure)
    }
}

/// The files below a directory, in order of name. Links that lead out of it, hidden names and pipes are left alone.
fn list(directory: &Path, root: &Path, bounds: &Bounds, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::system("read", directory, &error);
    let entries = directory.read_dir().map_err(failure)?.collect::<Result<Vec<_>, _>>().map_err(failure)?;
    let mut names: Vec<_> = entries.iter().map(std::fs::DirEntry::file_name).collect();
    names.sort_unstable();
    for name in names {
        let path = directory.join(&name);
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        let is_excluded = || {
            bounds.exclude.iter().any(|out| pattern::covers(out, path.strip_prefix(root).unwrap_or(&path)))
        };
        if is_hidden || path.is_symlink() || is_excluded() {
            continue;
        }
        if path.is_dir() {
            list(&path, root, bounds, files)?;
        } else if path.is_file() && ENDS.iter().any(|end| name.to_string_lossy().ends_with(end)) {
            files.push(path);
        }
    }
    Ok(())
}

fn failure(Unreadable { message, help }: Unreadable) -> Failure {
    Failure { message, help }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_names_its_cluster_and_perhaps_a_namespace() {
        let found = |word: &str| dump(Path::new(word)).map(|named| (named.cluster, named.namespace));
        assert_eq!(found("a=x"), Some(("a".to_owned(), None)));
        assert_eq!(found("a/b=x"), Some(("a".to_owned(), Some("b".to_owned()))));
        for word in ["a", "=x", "a=", "a/=x", "A=x", "a/b/c=x", "-a=x"] {
            assert_eq!(found(word), None, "{word}");
        }
    }
}
