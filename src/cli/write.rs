//! Bundles on disk: all of a run or none.
//!
//! Enters: names and texts, one at a time. Leaves: files that are each wholly old or wholly new. Refuses to know: what a
//! bundle says; one that is not committed leaves no trace.
//!
//! Every text waits in a temporary file beside its target. What a killed run leaves is recognised by its name and removed
//! by the next. A lock on the directory itself (no lock file that could be left or checked in) makes runs wait for each
//! other, so the last complete set stays.

mod compare;
mod directory;
mod left; // what earlier runs left
pub(super) mod objects; // what a bundle holds
mod owned; // weights that another tool turns
mod replace;
pub(super) mod whole; // of a single file
mod signals;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::failure::{Failure, shown};
use crate::diagnostic::escape;
use crate::source::mark::Mark;
pub(super) use compare::{Comparison, Difference};
use directory::Directory;
pub(super) use left::{LeftOver, Stale};
pub(super) use objects::Named;
use replace::Change;

/// The files of one run, waiting for it to be sound.
#[derive(Debug)]
pub(super) struct Staging<'a> {
    // Before the directory: temporary files go first.
    changes: Vec<(PathBuf, Change)>,
    unchanged: usize,
    names: BTreeSet<String>,
    texts: Vec<Text>,
    /// What files held before that have lost something, by cluster.
    before: BTreeMap<String, BTreeSet<Named>>,
    /// The names that each `ServiceEntry` among these gives.
    hosts: BTreeMap<String, BTreeMap<Named, String>>,
    change: Changed,
    directory: Directory,
    inputs: &'a BTreeSet<PathBuf>,
}

/// Objects that a file held and its new text does not. Applying the new text does not delete them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gone {
    /// For whom the file is.
    pub(super) cluster: String,
    /// What left it.
    pub(super) objects: BTreeSet<Named>,
    /// The names for what runs elsewhere that went with these.
    pub(super) hosts: BTreeSet<String>,
}

/// The text of a file as this run has it, and where it lies for now.
#[derive(Debug)]
struct Text {
    cluster: String,
    path: PathBuf,
    /// Whether there is no such file yet.
    is_new: bool,
}

/// What is to be done in clusters that apply does not do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    /// Objects that no file of a cluster has any more.
    pub(super) gone: Vec<Gone>,
    /// Stand-ins whose ports are others, as JSON.
    pub(super) ported: Vec<(String, Named, String)>,
    /// Stand-ins in clusters that had files before, and not this one: the service may have run there.
    pub(super) moved: Vec<(String, Named)>,
    /// Whether some file has objects that it did not have.
    pub(super) adds: bool,
}

/// What a run did to a directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Files that are new or have changed.
    pub(super) changed: Vec<PathBuf>,
    /// Files that are as they were, untouched.
    pub(super) unchanged: usize,
    /// Files of earlier runs that were removed.
    pub(super) pruned: Vec<Stale>,
    /// What is left to do in clusters.
    pub(super) change: Changed,
}

impl<'a> Staging<'a> {
    /// Nothing happens to the directory before the first file.
    pub(super) fn new(directory: &Path, inputs: &'a BTreeSet<PathBuf>) -> Self {
        signals::instead_of_ending();
        Self {
            changes: Vec::new(),
            unchanged: 0,
            names: BTreeSet::new(),
            texts: Vec::new(),
            before: BTreeMap::new(),
            hosts: BTreeMap::new(),
            change: Changed::default(),
            directory: Directory::new(directory),
            inputs,
        }
    }

    /// Adds a file. It is in place once all are committed, and not before.
    pub(super) fn stage(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.directory.open()?;
        self.names.insert(name.to_owned());
        let target = self.directory.file(name)?;
        let old = old(&target, text, self.inputs)?;
        let cluster = Mark::of(text).map(|mark| mark.cluster).unwrap_or_default();
        if old.as_ref().is_some_and(|old| old.holds(text)) {
            self.unchanged += 1;
            self.texts.push(Text { cluster, path: target, is_new: false });
            return Ok(());
        }
        let failure = |error: io::Error| Failure::system("write", &target, &error);
        match &old {
            Some(old) => self.differs(&cluster, &String::from_utf8_lossy(&old.text), text),
            None => self.change.adds = true,
        }
        if old.as_ref().is_some_and(|old| old.permissions.readonly()) {
            return Err(failure(io::ErrorKind::PermissionDenied.into()).help("the file is read-only"));
        }
        let mut temporary = directory::temporary().tempfile_in(self.directory.path()).map_err(failure)?;
        temporary.write_all(text.as_bytes()).map_err(failure)?;
        if let Some(old) = &old {
            temporary.as_file().set_permissions(ordinary(&old.permissions)).map_err(failure)?;
        }
        temporary.as_file().sync_all().map_err(failure)?;
        let new = temporary.into_temp_path();
        self.texts.push(Text { cluster, path: new.to_path_buf(), is_new: old.is_none() });
        let change = if old.is_some() { Change::Replace(new) } else { Change::Create(new) };
        self.changes.push((target, change));
        Ok(())
    }

    /// Remembers what a file loses, and what `kubectl create` leaves as it is.
    fn differs(&mut self, cluster: &str, old: &str, new: &str) {
        let (before, after) = (objects::of(old), objects::of(new));
        self.change.adds |= !after.is_subset(&before);
        if let (Some(object), true, Some(ports)) = (after.first(), after == before, objects::ports(new))
            && objects::ports(old).as_ref() != Some(&ports)
        {
            self.change.ported.push((cluster.to_owned(), object.clone(), ports));
        }
        if !before.is_subset(&after) {
            self.before.entry(cluster.to_owned()).or_default().extend(before);
            self.hosts.entry(cluster.to_owned()).or_default().extend(objects::hosts(old));
        }
    }

    /// Files of a mesh that this run does not have. Once all are staged: then it is known what clusters have lost.
    pub(super) fn left_over(&mut self, mesh: &str) -> Result<LeftOver, Failure> {
        let names = &self.names;
        let mut left = left::over(self.directory.path(), mesh, |name| names.contains(name))?;
        let had = |cluster: &str| self.texts.iter().any(|text| text.cluster == cluster && !text.is_new);
        let mut concerned: BTreeSet<&str> = self.before.keys().map(String::as_str).collect();
        concerned.extend(left.stale.iter().map(|stale| stale.mark.cluster.as_str()));
        let is_stand_in = |text: &Text| text.is_new && had(&text.cluster);
        concerned
            .extend(self.texts.iter().filter(|text| is_stand_in(text)).map(|text| text.cluster.as_str()));
        let mut all: BTreeMap<String, BTreeSet<Named>> = BTreeMap::new();
        for cluster in concerned.into_iter().map(str::to_owned).collect::<Vec<_>>() {
            let (now, new) = self.held(&cluster)?;
            let before = self.before.remove(&cluster).unwrap_or_default();
            let gone: BTreeSet<Named> = before.difference(&now).cloned().collect();
            if !gone.is_empty() {
                let hosts = self.hosts.remove(&cluster).unwrap_or_default();
                let hosts = hosts.into_iter().filter(|(entry, _)| gone.contains(entry)).map(|(_, host)| host);
                let hosts = hosts.collect();
                self.change.gone.push(Gone { cluster: cluster.clone(), objects: gone, hosts });
            }
            if self.texts.iter().any(|text| text.cluster == cluster && !text.is_new) {
                let stale = |object: &Named| {
                    left.stale
                        .iter()
                        .any(|stale| stale.mark.cluster == cluster && stale.objects.contains(object))
                };
                let moved = new.into_iter().filter(|object| object.is_stand_in() && !stale(object));
                self.change.moved.extend(moved.map(|object| (cluster.clone(), object)));
            }
            all.insert(cluster, now);
        }
        for stale in &mut left.stale {
            let now = all.get(&stale.mark.cluster);
            stale.is_last = now.is_none_or(BTreeSet::is_empty);
            stale.objects.retain(|object| now.is_none_or(|now| !now.contains(object)));
        }
        Ok(left)
    }

    /// All objects that a cluster has in files of this run, and those in files that are new.
    fn held(&self, cluster: &str) -> Result<(BTreeSet<Named>, BTreeSet<Named>), Failure> {
        let (mut all, mut new) = (BTreeSet::new(), BTreeSet::new());
        for Text { cluster: _, path, is_new } in self.texts.iter().filter(|text| text.cluster == cluster) {
            let text = fs::read_to_string(path).map_err(|error| Failure::system("read", path, &error))?;
            let objects = objects::of(&text);
            if *is_new {
                new.extend(objects.iter().cloned());
            }
            all.extend(objects);
        }
        Ok((all, new))
    }

    /// Puts all files in place and removes those to be pruned. On failure everything is as it was.
    pub(super) fn commit(mut self, prune: Vec<Stale>) -> Result<Written, Failure> {
        let mut changes = std::mem::take(&mut self.changes);
        let targets = changes.iter().map(|(target, _)| target.clone()).collect();
        changes.extend(prune.iter().map(|stale| (stale.path.clone(), Change::Remove)));
        if !changes.is_empty() {
            self.directory.open()?;
            let held = signals::Held::all();
            let done = replace::all(changes, self.directory.path());
            held.release();
            done?;
            self.directory.keep();
        }
        for stale in &prune {
            // A directory of ours that is empty now.
            if let Some(parent) = stale.path.parent().filter(|parent| *parent != self.directory.path()) {
                let _ = fs::remove_dir(parent);
            }
        }
        let change = std::mem::take(&mut self.change);
        Ok(Written { changed: targets, unchanged: self.unchanged, pruned: prune, change })
    }
}

/// A file that is to be replaced.
struct Old {
    text: Vec<u8>,
    permissions: fs::Permissions,
}

impl Old {
    /// Whether it is what is to be written, but for weights that are left to others.
    fn holds(&self, text: &str) -> bool {
        self.text == text.as_bytes() || owned::alike(&String::from_utf8_lossy(&self.text), text)
    }
}

/// What is there already, if a text may replace it.
fn old(target: &Path, text: &str, inputs: &BTreeSet<PathBuf>) -> Result<Option<Old>, Failure> {
    let in_the_way = |reason: &str| {
        Failure::new(format!("{} is in the way: {reason}", shown(target)))
            .help("move it away, or choose another directory with `--output`")
    };
    let failure = |error: io::Error| Failure::system("read", target, &error);
    let metadata = match target.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failure(error)),
    };
    if !metadata.is_file() {
        return Err(in_the_way("it is not a regular file"));
    }
    if inputs.contains(&target.canonicalize().map_err(failure)?) {
        return Err(in_the_way("it is an input of this run"));
    }
    let bytes = fs::read(target).map_err(failure)?;
    match (Mark::of(&String::from_utf8_lossy(&bytes)), Mark::of(text)) {
        (Some(found), Some(wanted)) if found == wanted => {}
        (Some(Mark { cluster, mesh }), _) => {
            let (cluster, mesh) = (escape::line(&cluster), escape::line(&mesh));
            return Err(in_the_way(&format!("it is for cluster `{cluster}` of mesh `{mesh}`")));
        }
        (None, _) => return Err(in_the_way("it was not written by meshgen")),
    }
    Ok(Some(Old { text: bytes, permissions: metadata.permissions() }))
}

/// Who may read, write and execute, and nothing more: a bit that lends a file's owner to whoever runs it goes.
fn ordinary(permissions: &fs::Permissions) -> fs::Permissions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::Permissions::from_mode(permissions.mode() & 0o777)
    }
    #[cfg(not(unix))]
    permissions.clone()
}

#[cfg(test)]
mod tests;
