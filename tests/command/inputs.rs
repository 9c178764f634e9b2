//! Where inputs come from, and what happens when they cannot be read.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Stdio;

use super::world::{ROUTING, TOPOLOGY, WRONG, World, ran};

#[test]
fn a_missing_input_is_named_with_its_neighbour() {
    let world = World::new();
    let ran = world.run("build topology.yml");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: cannot read topology.yml: No such file or directory\n"));
    assert!(ran.stderr.contains("did you mean `topology.yaml`?"), "{}", ran.stderr);
}

#[test]
fn unreadable_inputs_are_named() {
    let world = World::new();
    symlink("loop.yaml", world.path("loop.yaml")).unwrap();
    symlink("none", world.path("dangling.yaml")).unwrap();
    assert!(world.run("check loop.yaml").stderr.contains("Too many levels of symbolic links"));
    let ran = world.run("check dangling.yaml");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot read dangling.yaml: No such file or directory"), "{}", ran.stderr);
    assert!(ran.stderr.contains("it is a link, and nothing is at `none`"), "{}", ran.stderr);
    // Whoever may read everything is refused nothing; then the file is read.
    fs::set_permissions(world.path("topology.yaml"), fs::Permissions::from_mode(0o000)).unwrap();
    let ran = world.run("check topology.yaml routing.yaml");
    assert!(ran.code == 0 || ran.stderr.contains("topology.yaml: Permission denied"), "{}", ran.stderr);
}

#[test]
fn inputs_come_from_pipes_too() {
    let world = World::new();
    let both = format!("{TOPOLOGY}---\n{ROUTING}");
    for path in ["-", "/dev/stdin"] {
        let mut child = world
            .command(["check", path])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(both.replace("v2: 50", "v9: 50").as_bytes()).unwrap();
        let found = ran(child.wait_with_output().unwrap());
        assert_eq!(found.code, 1);
        assert!(found.stdout.contains("<stdin>:"), "{}", found.stdout);
    }
    let ran = world.shell("mkfifo pipe && (cat topology.yaml > pipe &) && $M check pipe routing.yaml");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn endless_inputs_end_at_the_limit() {
    let world = World::new();
    for path in ["/dev/zero", "/dev/urandom"] {
        assert_eq!(world.run(&format!("check {path} --max-input-size 64KiB")).code, 1, "{path}");
    }
    let ran = world.run("check topology.yaml --max-input-size 16");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("--max-input-size"), "{}", ran.stdout);
}

#[test]
fn odd_file_names_are_printable_everywhere() {
    let world = World::new();
    let odd = OsString::from_vec(b"a b\n::error::%:\x1b[31m,\xff.yaml".to_vec());
    world.write(&odd, WRONG);
    for format in ["human", "json", "github"] {
        let arguments =
            [OsStr::new("check"), OsStr::new("topology.yaml"), &odd, "--format".as_ref(), format.as_ref()];
        let found = ran(world.command(arguments).output().unwrap());
        assert_eq!(found.code, 1);
        assert!(!found.stdout.contains('\u{1b}'), "{}", found.stdout);
        assert!(!found.stdout.contains("\n::error::"), "{}", found.stdout);
    }
    assert_eq!(ran(world.command([OsStr::new("check"), &odd]).output().unwrap()).code, 1);
}

#[test]
fn an_include_that_leads_nowhere_is_a_finding() {
    let world = World::new();
    world.write("topology.yaml", &format!("{TOPOLOGY}include: [routing.yml, teams/*.yaml]\n"));
    let ran = world.run("check topology.yaml");
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout.matches("error MG0150").count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("did you mean `routing.yaml`?"), "{}", ran.stdout);
    world.write("topology.yaml", &format!("{TOPOLOGY}include: routing.yaml\n"));
    world.write("elsewhere/x", "");
    let ran = world.shell("cd elsewhere && $M check ../topology.yaml");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[test]
fn no_line_of_a_file_outside_is_shown() {
    let world = World::new();
    world.write("secret.yaml", "password: hunter2\n");
    for (entry, at) in [("../secret.yaml", "MG0162"), ("/proc/self/environ", "MG0162"), ("''", "MG0150")] {
        fs::create_dir_all(world.path("mesh")).unwrap();
        world.write(
            "mesh/topology.yaml",
            &TOPOLOGY.replace("clusters:", &format!("include: {entry}\nclusters:")),
        );
        let mut command = world.command(["check", "mesh/topology.yaml", "routing.yaml"]);
        let ran = ran(command.env("AWS_SECRET", "hunter2").output().unwrap());
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stdout.contains(at) && !(ran.stdout + &ran.stderr).contains("hunter2"), "{entry}");
    }
    world.write("mesh/topology.yaml", &TOPOLOGY.replace("clusters:", "include: ../routing.yaml\nclusters:"));
    assert_eq!(world.run("check mesh/topology.yaml").code, 1);
    assert_eq!(world.run("check mesh/topology.yaml --allow-include-outside").code, 0);
}

#[test]
fn templates_in_a_directory_are_skipped_and_told() {
    let world = World::new();
    fs::create_dir_all(world.path("charts/web/templates")).unwrap();
    world.write("charts/web/templates/svc.yaml", "{{- if .Values.on }}\nkind: Service\n{{- end }}\n");
    let ran = world.run("check .");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("MG0161") && ran.stdout.contains("--exclude"), "{}", ran.stdout);
    assert_eq!(world.run("check . --exclude charts").stdout, "");
    // What means to be an input is not passed over.
    world.write("broken.yaml", "apiVersion: meshgen/v1\nkind: Routing\nroutes: {reviews: {{ x }}\n");
    assert_eq!(world.run("check .").code, 1);
    fs::remove_file(world.path("broken.yaml")).unwrap();
    assert_eq!(world.run("check charts/web/templates/svc.yaml topology.yaml").code, 1);
}

#[test]
fn utf_16_is_told_as_such() {
    let world = World::new();
    let units = |order: fn(u16) -> [u8; 2]| -> Vec<u8> { TOPOLOGY.encode_utf16().flat_map(order).collect() };
    let marked = [vec![0xFF, 0xFE], units(u16::to_le_bytes)].concat();
    for bytes in [marked, units(u16::to_le_bytes), units(u16::to_be_bytes)] {
        fs::write(world.path("u.yaml"), bytes).unwrap();
        let ran = world.run("check u.yaml");
        assert_eq!(ran.code, 1);
        assert!(ran.stdout.contains("`u.yaml` is UTF-16"), "{}", ran.stdout);
        assert_eq!(ran.stdout.matches("explain").count(), 1, "{}", ran.stdout);
    }
}
