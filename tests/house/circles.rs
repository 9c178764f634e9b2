//! Files of a stage that use each other form no circle, so that each can be read after those that it stands on.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::{is_test, read, root, rust_files};

/// Stages in which this holds.
const STAGES: [&str; 4] = ["plan", "istio", "prove", "needs"];

/// The files of a stage as modules, by path, each with its code: no comments, no tests.
type Modules = BTreeMap<Vec<String>, String>;
/// Who uses whom.
type Edges = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

#[test]
fn no_files_of_a_stage_form_a_circle() {
    for stage in STAGES {
        let modules = modules(stage);
        assert!(modules.len() > 5, "{stage} has no files");
        let found = circles(&edges(&modules));
        assert!(found.is_empty(), "{stage}: {}", found.join("; "));
    }
}

#[test]
fn circles_are_found_however_they_are_written() {
    let found = |files: &[(&str, &str)]| {
        let path = |name: &str| name.split("::").map(str::to_owned).collect::<Vec<_>>();
        let modules: Modules = files.iter().map(|(name, code)| (path(name), (*code).to_owned())).collect();
        circles(&edges(&modules))
    };
    let siblings = |a: &str, b: &str| found(&[("s", ""), ("s::a", a), ("s::b", b)]);
    assert_eq!(siblings("use super::b::B;", ""), [""; 0]);
    assert_eq!(siblings("use super::b::B;", "use crate::s::a::A;"), ["s::a, s::b"]);
    assert_eq!(siblings("use super::{b::{B, C}, D};", "fn f() { super::a::g() }"), ["s::a, s::b"]);
    // A parent that asks its child, and the child that asks back.
    assert_eq!(found(&[("s", "fn f() { a::g() }"), ("s::a", "use super::f;")]), ["s, s::a"]);
    // What a parent hands on belongs to the child that has it.
    let handed_on = [("s", "pub use a::A;"), ("s::a", ""), ("s::b", "use super::A;")];
    assert_eq!(found(&handed_on), [""; 0]);
}

fn modules(stage: &str) -> Modules {
    let below = root().join("src");
    let files = rust_files("src").into_iter().filter(|file| !is_test(file));
    let named = files.map(|file| {
        let path = file.strip_prefix(&below).unwrap().with_extension("");
        let path: Vec<String> = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        (path, code(&read(&file)))
    });
    named.filter(|(path, _)| path[0] == stage).collect()
}

/// What is compiled outside of tests, and says whom it uses: to whom something is visible is another matter.
fn code(text: &str) -> String {
    let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines: Vec<&str> = text[..tests].lines().map(|line| line.split("//").next().unwrap()).collect();
    Regex::new(r"pub\(in [^)]*\)").unwrap().replace_all(&lines.join("\n"), "pub").into_owned()
}

fn edges(modules: &Modules) -> Edges {
    let path_in_code = Regex::new(r"\b(?:crate|super|self)(?:::\w+)+").unwrap();
    let handed_on: BTreeMap<Vec<String>, Vec<String>> =
        modules.iter().flat_map(|(module, code)| handed_on(module, code)).collect();
    let used = |module: &Vec<String>, code: &String| {
        let inline = path_in_code.find_iter(code).map(|found| found.as_str().to_owned());
        let paths = uses(code, "").into_iter().chain(inline).filter_map(|path| absolute(module, &path));
        let paths = paths.map(|path| handed_on.get(&path).cloned().unwrap_or(path));
        let files = paths.filter_map(|path| file_of(modules, &path)).chain(children(modules, module, code));
        files.filter(|file| file != module).collect()
    };
    modules.iter().map(|(module, code)| (module.clone(), used(module, code))).collect()
}

/// `pub use child::Thing;`: who asks for it here asks for it there.
fn handed_on(module: &[String], code: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let whole = |path: String| {
        let parts: Vec<String> = path.split("::").map(str::to_owned).collect();
        let known = [module, parts.last().map_or(&[][..], std::slice::from_ref)].concat();
        let there = absolute(module, &path).unwrap_or_else(|| [module, parts.as_slice()].concat());
        (known, there)
    };
    uses(code, "pub(?:\\([^)]*\\))? ").into_iter().map(whole).collect()
}

/// The paths that stand in `use`, one for each leaf of a group.
fn uses(code: &str, before: &str) -> Vec<String> {
    let statement = Regex::new(&format!(r"(?m)^{before}use ([^;]+);")).unwrap();
    statement.captures_iter(code).flat_map(|found| leaves(&found[1])).collect()
}

/// `a::{b, c::{d}}`: `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let tree = tree.split(" as ").next().unwrap().trim();
    let Some((before, group)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let (mut open, mut parts) = (0, vec![String::new()]);
    for mark in group.strip_suffix('}').unwrap_or(group).chars() {
        match mark {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        match (mark, open) {
            (',', 0) => parts.push(String::new()),
            _ => parts.last_mut().unwrap().push(mark),
        }
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.flat_map(|part| leaves(&format!("{before}{part}"))).collect()
}

/// From the root of the crate; nothing for what is outside, or begins at a child.
fn absolute(module: &[String], path: &str) -> Option<Vec<String>> {
    let mut parts = path.split("::").peekable();
    let mut base = match *parts.peek()? {
        "crate" => {
            parts.next();
            Vec::new()
        }
        "super" | "self" => module.to_vec(),
        _ => return None,
    };
    while let Some(part) = parts.next_if(|part| ["super", "self"].contains(part)) {
        if part == "super" {
            base.pop();
        }
    }
    base.extend(parts.filter(|part| *part != "self").map(str::to_owned));
    Some(base)
}

/// The file that has what a path names.
fn file_of(modules: &Modules, path: &[String]) -> Option<Vec<String>> {
    let starts = (1..=path.len()).rev().map(|length| path[..length].to_vec());
    starts.into_iter().find(|start| modules.contains_key(start))
}

/// The children that a file asks, beside handing them on.
fn children(modules: &Modules, module: &[String], code: &str) -> Vec<Vec<String>> {
    let handing = Regex::new(r"(?m)^pub(?:\([^)]*\))? use [^;]+;").unwrap();
    let own = handing.replace_all(code, "");
    let is_child = |path: &&Vec<String>| path.len() == module.len() + 1 && path.starts_with(module);
    let asked = |path: &&Vec<String>| {
        let name = path.last().unwrap();
        Regex::new(&format!(r"(?:^|[^:\w]|self::){name}::")).unwrap().is_match(&own)
    };
    modules.keys().filter(is_child).filter(asked).cloned().collect()
}

/// Files that reach each other, each circle once.
fn circles(edges: &Edges) -> Vec<String> {
    let reached: BTreeMap<_, _> = edges.keys().map(|file| (file, reached(edges, file))).collect();
    let circle = |file: &Vec<String>| -> Vec<String> {
        let beside = reached[file].iter().filter(|other| reached[**other].contains(file));
        beside.map(|other| other.join("::")).collect()
    };
    let circles = edges.keys().map(circle).filter(|files| files.len() > 1).map(|files| files.join(", "));
    circles.collect::<BTreeSet<_>>().into_iter().collect()
}

fn reached<'e>(edges: &'e Edges, from: &'e Vec<String>) -> BTreeSet<&'e Vec<String>> {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(file) = open.pop() {
        open.extend(edges[file].iter().filter(|next| seen.insert(*next)));
    }
    seen
}
