//! Paths with `*` in them, as `include` has.
//!
//! Enters: a pattern and the directory it is relative to. Leaves: the paths it stands for, in order of name. Refuses to
//! know: what is in the files.

use std::path::{Path, PathBuf};

/// Whether a pattern stands for whatever fits, not for one path.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains('*')
}

/// Every path that fits a pattern. `*` stands for any part of one name; hidden names fit only a leading dot. Patterns
/// follow no links: with loops of these a few stars would stand for more paths than can be counted.
pub(super) fn expand(base: &Path, pattern: &str) -> Vec<PathBuf> {
    let follows = !is_pattern(pattern);
    let mut found = vec![if pattern.starts_with('/') { PathBuf::from("/") } else { base.to_path_buf() }];
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        found = found.into_iter().flat_map(|path| step(&path, part, follows)).collect();
    }
    found
}

/// Whether a pattern stands for a path or a directory above it. Without a slash it stands for names, wherever they are.
pub(super) fn covers(pattern: &str, path: &Path) -> bool {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    match parts.as_slice() {
        [] => false,
        [only] if !pattern.starts_with('/') && !pattern.starts_with("./") => {
            names.iter().any(|name| fits(name, only))
        }
        parts => parts.len() <= names.len() && parts.iter().zip(&names).all(|(part, name)| fits(name, part)),
    }
}

fn step(directory: &Path, part: &str, follows: bool) -> Vec<PathBuf> {
    if !is_pattern(part) {
        let path = directory.join(part);
        let there = path.symlink_metadata().is_ok_and(|found| follows || !found.is_symlink());
        return if there { vec![path] } else { Vec::new() };
    }
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let mut names: Vec<_> = here
        .read_dir()
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| follows || entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| fits(name, part) && name.starts_with('.') == part.starts_with('.'))
        .collect();
    names.sort_unstable();
    names.into_iter().map(|name| directory.join(name)).collect()
}

/// Whether a name fits: the pieces between stars follow each other in it, the first at its start, the last at its end.
fn fits(name: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some((_, behind)) = left.split_once(piece) else { return false };
        left = behind;
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        for (name, pattern) in
            [("a.yaml", "*.yaml"), ("abc", "a*c"), ("ac", "a*c"), ("abcb", "*b*b"), ("x", "**")]
        {
            assert!(fits(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [("a.yml", "*.yaml"), ("a", "a*a"), ("ab", "*b*b"), ("abd", "a*c")] {
            assert!(!fits(name, pattern), "{name} {pattern}");
        }
    }

    #[test]
    fn exclusions_cover_what_is_below() {
        let covered = [
            ("charts", "charts/web/svc.yaml"),
            ("templates", "charts/web/templates/svc.yaml"),
            ("charts/*/templates", "charts/web/templates/svc.yaml"),
            ("*.tpl.yaml", "a/b.tpl.yaml"),
            ("./a.yaml", "a.yaml"),
        ];
        for (pattern, path) in covered {
            assert!(covers(pattern, Path::new(path)), "{pattern} {path}");
        }
        for (pattern, path) in
            [("", "a"), ("./a.yaml", "b/a.yaml"), ("a/b/c", "a/b"), ("web/x", "charts/web/x")]
        {
            assert!(!covers(pattern, Path::new(path)), "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_follow_no_links() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::File::create_new(directory.path().join("x.yaml")).unwrap();
        for name in ["l1", "l2"] {
            std::os::unix::fs::symlink(".", directory.path().join(name)).unwrap();
        }
        assert!(expand(directory.path(), "*/*/*/x.yaml").is_empty());
        assert!(expand(directory.path(), "l1/*.yaml").is_empty());
        assert_eq!(expand(directory.path(), "l1/x.yaml"), [directory.path().join("l1/x.yaml")]);
    }

    #[test]
    fn matches_come_in_order_and_hidden_names_do_not() {
        let directory = tempfile::tempdir().unwrap();
        for path in ["teams/b/r.yaml", "teams/a/r.yaml", "teams/.c/r.yaml", "teams/d/other.yaml"] {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::File::create_new(path).unwrap();
        }
        let expected = ["teams/a/r.yaml", "teams/b/r.yaml"].map(|path| directory.path().join(path));
        assert_eq!(expand(directory.path(), "./teams/*/r.yaml"), expected);
        assert!(expand(directory.path(), "none/*").is_empty());
    }
}
