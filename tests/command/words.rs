//! Arguments, formats and colours.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt as _;

use super::world::{ROUTING, WRONG, World, ran};

#[test]
fn usage_errors_are_two_and_help_is_none() {
    let world = World::new();
    let found = world.run("");
    assert_eq!((found.code, found.stdout.as_str()), (2, ""));
    assert!(found.stderr.contains("Usage: meshgen"), "{}", found.stderr);
    for (line, word) in [
        ("biuld topology.yaml", "build"),
        ("build topology.yaml --ouput x", "--output"),
        ("build", "PATH"),
        ("check topology.yaml --format xml", "human, concise, json, agent, github"),
        ("check topology.yaml --error-limit abc", "abc"),
        ("check topology.yaml --error-limit=-1", "-1"),
        ("check topology.yaml --max-input-size lots", "16MiB"),
        ("build topology.yaml --check --prune", "--prune"),
    ] {
        let found = world.run(line);
        assert_eq!(found.code, 2, "{line}");
        assert!(found.stderr.contains(word), "{line}: {}", found.stderr);
    }
    for line in ["--help", "--version", "build --help"] {
        assert_eq!(world.run(line).code, 0);
    }
    // The same as words.
    assert_eq!(world.run("help build").stdout, world.run("build --help").stdout);
    assert_eq!(world.run("version").stdout, world.run("--version").stdout);
    let help = world.run("--help").stdout;
    assert!(help.contains("Exit codes:") && help.contains("Example:"), "{help}");
    let text = OsString::from_vec(b"\xff".to_vec());
    assert_eq!(ran(world.command([OsStr::new("explain"), &text]).output().unwrap()).code, 2);
    assert_eq!(ran(world.command([OsStr::new("check"), &text]).output().unwrap()).code, 2);
}

#[test]
fn colours_obey_the_flag_then_the_environment_then_the_terminal() {
    let world = World::new();
    world.write("wrong.yaml", WRONG);
    let is_coloured = |flag: &str, environment: &[(&str, &str)]| {
        let mut command = world.command(["check", "topology.yaml", "wrong.yaml", flag]);
        command.envs(environment.iter().copied());
        ran(command.output().unwrap()).stdout.contains('\u{1b}')
    };
    assert!(!is_coloured("--color=auto", &[]));
    assert!(is_coloured("--color=always", &[("NO_COLOR", "1")]));
    assert!(!is_coloured("--color=never", &[("CLICOLOR_FORCE", "1")]));
    assert!(is_coloured("--color=auto", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]));
    assert!(!is_coloured("--color=auto", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!is_coloured("--color=auto", &[("CLICOLOR_FORCE", "0"), ("TERM", "dumb")]));
}

#[test]
fn the_limit_is_for_people() {
    let world = World::new();
    let wrong = (0..30).map(|number| format!("  s{number}: {{to: v9}}\n")).collect::<Vec<_>>().concat();
    world.write("wrong.yaml", &ROUTING.replace("  reviews: {to: {v1: 50, v2: 50}}\n", &wrong));
    let shown = |flags: &str| world.run(&format!("check topology.yaml wrong.yaml {flags}")).stdout;
    assert_eq!(shown("").matches("more: meshgen explain").count(), 20);
    assert!(shown("--error-limit 1").contains("and 29 more"), "{}", shown("--error-limit 1"));
    assert_eq!(shown("--error-limit 0").matches("more: meshgen explain").count(), 30);
    assert_eq!(shown("--error-limit 1 --format github").lines().count(), 30);
}

#[test]
fn the_exit_code_is_the_same_in_every_format_and_json_is_one_document() {
    let world = World::new();
    world.write("wrong.yaml", WRONG);
    for format in ["human", "concise", "json", "github"] {
        assert_eq!(world.run(&format!("check topology.yaml routing.yaml --format {format}")).code, 0);
        assert_eq!(world.run(&format!("check topology.yaml wrong.yaml --format {format}")).code, 1);
        assert_eq!(world.run(&format!("check none.yaml --format {format}")).code, 2);
    }
    let ran = world.run("check topology.yaml wrong.yaml --format json");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["summary"]["errors"], 1);
    assert_eq!(document["findings"][0]["labels"][0]["file"], "wrong.yaml");
    assert_eq!(ran.stderr, "");
    for line in ["build topology.yaml wrong.yaml", "build none.yaml", "build topology.yaml --cluster nope"] {
        let ran = world.run(&format!("{line} --format json"));
        serde_json::from_str::<serde_json::Value>(&ran.stderr).unwrap();
    }
    let ran = world.run("build topology.yaml routing.yaml --format json");
    let document: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    let clusters = document["built"]["clusters"].as_array().unwrap();
    let applied = |name: &str| {
        let found = clusters.iter().find(|cluster| cluster["cluster"] == name);
        found.unwrap()["apply"].as_array().unwrap().last().unwrap().as_str().unwrap()
    };
    assert_eq!(
        applied("cluster1"),
        "kubectl --context cluster1 apply --openapi-patch=false -f dist/cluster1.yaml"
    );
    assert!(document["built"]["wrote"].as_array().unwrap().contains(&"dist/cluster2.yaml".into()));
    let ran = world.run("check topology.yaml wrong.yaml --format github");
    assert!(ran.stdout.starts_with("::error file=wrong.yaml,line=4,"), "{}", ran.stdout);
    // Annotations name files from the workspace, which a step need not run in.
    world.write("mesh/wrong.yaml", WRONG);
    let ran = world
        .shell("export GITHUB_WORKSPACE=$PWD; cd mesh; $M check ../topology.yaml wrong.yaml --format github");
    assert!(ran.stdout.starts_with("::error file=mesh/wrong.yaml,line=4,"), "{}", ran.stdout);
}

#[test]
fn explain_prints_pages() {
    let world = World::new();
    let page = world.run("explain MG0101");
    assert_eq!(page.code, 0);
    assert!(page.stdout.starts_with("# MG0101"), "{}", page.stdout);
    assert_eq!(world.run("explain mg0101").stdout, page.stdout);
    let unknown = world.run("explain MG06O1");
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("MG0601"), "{}", unknown.stderr);
    let list = world.run("explain --list").stdout;
    let (codes, dead_ends): (Vec<&str>, Vec<&str>) = list.lines().partition(|line| line.starts_with("MG"));
    assert!(!codes.is_empty() && dead_ends.iter().any(|line| line.starts_with("no-filter-chain  ")));
    assert_eq!(world.run("explain").code, 2);
}

#[test]
fn completions_are_written_for_shells() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(world.run(&format!("completions {shell}")).stdout.contains("meshgen"));
    }
    assert_eq!(world.run("completions nosuch").code, 2);
}

#[test]
fn explain_is_one_document_for_programs() {
    let world = World::new();
    let page: serde_json::Value =
        serde_json::from_str(&world.run("explain 302 --format json").stdout).unwrap();
    assert_eq!((&page["code"], &page["severity"]), (&"MG0302".into(), &"error".into()));
    assert!(page["page"].as_str().unwrap().starts_with("# MG0302"));
    let list: serde_json::Value =
        serde_json::from_str(&world.run("explain --list --format json").stdout).unwrap();
    assert!(list["codes"].as_array().unwrap().iter().any(|code| code["code"] == "MG0302"));
}
