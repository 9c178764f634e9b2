//! Inputs that nobody writes: too large, too deep, too many. Each is answered in bounded time, in few words.

use super::world::{Ran, TOPOLOGY, World};

/// Seconds of processor time after which the system ends a run: ten times what any input here takes.
const LONGEST: u32 = if cfg!(debug_assertions) { 60 } else { 10 };

/// What people may be shown.
const MOST: usize = 20_000;

fn checked(text: &str, flags: &str) -> Ran {
    let world = World::new();
    world.write("input.yaml", text);
    let ran = bounded(&world, &format!("check input.yaml {flags}"));
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.len() < MOST, "{} bytes are printed", ran.stdout.len());
    ran
}

/// Runs a line. What takes too long is killed, and ends with no code of ours.
fn bounded(world: &World, line: &str) -> Ran {
    world.shell(&format!("ulimit -t {LONGEST}; $M {line}"))
}

fn repeated(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().concat()
}

#[test]
fn a_scalar_of_ten_megabytes_does_not_flood_the_terminal() {
    let name = "x".repeat(10_000_000);
    let text = TOPOLOGY.replace("{v1: cluster2}", &format!("{{v1: {name}}}"));
    for format in ["human", "github"] {
        let ran = checked(&text, &format!("--format {format}"));
        assert!(ran.stdout.contains("there is no cluster `xxx"), "{}", ran.stdout);
    }
}

#[test]
fn a_file_on_one_line_is_shown_where_it_matters() {
    let services = repeated(20_000, |number| format!("s{number}: {{ports: 1, clusters: c}}, "));
    let text = format!(
        "{{apiVersion: meshgen/v1, kind: Topology, clusters: {{c: {{}}}}, services: {{{services}last: {{prots: 1}}}}}}"
    );
    let ran = checked(&text, "");
    assert!(ran.stdout.contains("a service has no field `prots`"), "{}", ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.chars().count() < 400), "{}", ran.stdout);
}

#[test]
fn a_million_of_anything_ends_at_the_limit() {
    let keys = repeated(1_100_000, |number| format!("k{number}: 1\n"));
    let documents = "--- {}\n".repeat(110_000);
    let elements = format!("a: [{}]\n", "1,".repeat(110_000));
    for (text, flags) in [(keys, ""), (documents, "--max-values 100000"), (elements, "--max-values 100000")] {
        let ran = checked(&text, flags);
        assert!(ran.stdout.contains("error MG0106"), "{}", ran.stdout);
    }
}

#[test]
fn what_never_ends_is_not_followed() {
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000), ": ".repeat(100_000)] {
        let ran = checked(&text, "");
        assert!(ran.stdout.contains("nested too deep"), "{}", ran.stdout);
    }
    checked(&format!("a: \"{}", "x".repeat(1_000_000)), "");
    checked(&"&".repeat(1_000_000), "");
}

#[test]
fn limits_can_be_raised() {
    let world = World::new();
    let more = format!("{TOPOLOGY}mesh: {{labels: {{a: '1', b: '2'}}}}\n");
    world.write("topology.yaml", &more);
    let ran = world.run("check topology.yaml --max-values 30");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("MG0106"), "{}", ran.stdout);
    assert_eq!(world.run("check topology.yaml --max-values 300").code, 0);
    assert_eq!(world.run("check topology.yaml --max-values many").code, 2);
}

/// So many clusters, each with a service that all the others call.
fn mesh(count: usize) -> String {
    let clusters = repeated(count, |number| format!("  c{number}: {{gateway: 203.0.113.{}}}\n", number + 1));
    let services = repeated(count, |number| format!("  s{number:03}: {{ports: 80, clusters: c{number}}}\n"));
    format!("apiVersion: meshgen/v1\nkind: Topology\nclusters:\n{clusters}services:\n{services}")
}

#[test]
fn what_every_cluster_asks_of_every_service_ends_at_a_limit() {
    let world = World::new();
    world.write("topology.yaml", &mesh(100));
    let ran = bounded(&world, "check topology.yaml");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let ran = world.run("build topology.yaml --max-destinations 3000");
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.stderr, @r"
    error MG0451: the bundles would hold more than 3000 destinations
         ╭─[topology.yaml:135:3]
     135 │   s030: {ports: 80, clusters: c30}
         ·   ──┬─
         ·     ╰── more with this service
         ╰────
      help: name those who call in `clients`: without it every cluster calls every service; or raise the limit: `--max-destinations 6000`
      more: meshgen explain MG0451
    nothing was written
    ");
    assert!(!world.path("dist").exists());
}

#[test]
fn a_thousand_clusters_with_sixty_thousand_services_end_at_the_limit() {
    let clusters = repeated(1000, |number| {
        format!("  c{number}: {{gateway: 203.0.{}.{}}}\n", number / 250, number % 250 + 1)
    });
    let services = repeated(60_000, |number| format!("  s{number}: {{ports: 80, clusters: c1}}\n"));
    let ran = checked(
        &format!("apiVersion: meshgen/v1\nkind: Topology\nclusters:\n{clusters}services:\n{services}"),
        "",
    );
    assert!(ran.stdout.contains("error MG0451"), "{}", ran.stdout);
}

#[test]
fn a_large_mesh_is_built_once_the_limits_are_raised() {
    let services = repeated(1000, |number| {
        format!("  s{number}: {{ports: 80, versions: {{v1: c, v2: d}}}} # {}\n", "x".repeat(2000))
    });
    let text = format!(
        "apiVersion: meshgen/v1\nkind: Topology\nclusters: {{c: {{gateway: 203.0.113.1}}, d: {{gateway: 203.0.113.2}}}}\nservices:\n{services}"
    );
    let world = World::new();
    world.write("topology.yaml", &text);
    let ran = world.run("check topology.yaml --max-input-size 1MiB");
    assert_eq!((ran.code, ran.stdout.contains("error MG0103")), (1, true), "{}", ran.stdout);
    assert_eq!(world.run("check topology.yaml --max-input-size 3MiB").code, 0);
}
