//! The picture of a mesh: for Markdown, for Graphviz, for browsers.

use serde_json::Value;

use super::world::World;
use crate::support::document::blocks;

/// What a page must not do, and a drawing must not take for its own words.
const HOSTILE: &str = r#"</script><script>alert(1)</script> "] --> x {{script}} <!--"#;

fn data(page: &str) -> Value {
    let (_, rest) = page.split_once(r#"<script id="data" type="application/json">"#).unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn hostile() -> World {
    let world = World::new();
    let value = HOSTILE.replace('"', "\\\"");
    world.write(
        "routing.yaml",
        &format!(
            "apiVersion: meshgen/v1\nkind: Routing\nroutes:\n  reviews:\n  - match: {{headers: {{who: \"{value}\"}}}}\n    to: v2\n  - to: v1\n"
        ),
    );
    world
}

#[test]
fn the_readme_shows_the_picture() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let world = World::new();
    assert_eq!(world.run("init example").code, 0);
    let drawn = world.run("graph example/topology.yaml");
    assert_eq!(blocks(&readme, "mermaid"), [drawn.stdout.as_str()]);
}

#[test]
fn the_end_of_a_file_says_what_is_drawn() {
    let world = World::new();
    for (file, start) in [
        ("mesh.mmd", "%% written by meshgen graph\nflowchart LR\n"),
        ("mesh.md", "```mermaid\n%% written by meshgen graph\n"),
        ("mesh.dot", "// written by meshgen graph\ndigraph mesh {\n"),
        ("mesh.html", "<!doctype html>\n<!-- written by meshgen graph -->\n"),
    ] {
        let ran = world.run(&format!("graph topology.yaml routing.yaml -o {file}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        assert!(world.read(file).starts_with(start), "{file}");
        // What was drawn may be drawn again.
        assert_eq!(world.run(&format!("graph topology.yaml routing.yaml -o {file}")).code, 0);
    }
    world.refuses("graph topology.yaml -o topology.dot.yaml", "`.yaml` does not say what is drawn");
    world.refuses("graph topology.yaml --format html -o routing.yaml", "is no drawing");
    world.refuses("graph topology.yaml --service review", "did you mean `--service reviews`?");
    world.refuses("build topology.yaml --format mermaid", "only `meshgen graph` draws");
}

#[test]
fn words_of_the_inputs_are_data_in_a_page() {
    let world = hostile();
    let ran = world.run("graph topology.yaml routing.yaml --format html");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = ran.stdout;
    assert_eq!(page.matches("</script").count(), 2, "the data and the script end, and nothing else does");
    assert_eq!(page.matches("<script").count(), 2);
    let data = data(&page);
    let texts = data["picture"]["texts"].as_array().unwrap();
    assert!(texts.iter().any(|text| text.as_str().unwrap() == format!("who: {HOSTILE}")), "{texts:?}");
}

#[test]
fn words_of_the_inputs_are_data_in_a_drawing() {
    let world = hostile();
    let mermaid = world.run("graph topology.yaml routing.yaml").stdout;
    let arrow = mermaid.lines().find(|line| line.contains("who:")).unwrap();
    assert_eq!(arrow.matches('"').count(), 2, "{arrow}");
    assert!(!arrow.contains(['<', '{', '[', '&']), "{arrow}");
    let dot = world.run("graph topology.yaml routing.yaml --format dot").stdout;
    let arrow = dot.lines().find(|line| line.contains("who:")).unwrap();
    assert!(arrow.contains("\\\"] --> x"), "{arrow}");
}

/// Shares of 50 for everybody, and nobody left while the other cluster is down.
#[test]
fn a_page_has_every_answer_and_what_outages_change() {
    let world = World::new();
    let page = world.run("graph topology.yaml routing.yaml --format html").stdout;
    let picture = &data(&page)["picture"];
    let services = picture["services"].as_array().unwrap();
    let reviews = services.iter().find(|service| service["name"] == "reviews").unwrap();
    let ask = &reviews["asks"][0];
    let shares = |answer: &Value| -> Vec<(u64, String)> {
        let shares = picture["answers"][number(answer)]["shares"].as_array().unwrap();
        shares
            .iter()
            .map(|share| (share["percent"].as_u64().unwrap(), share["kind"].as_str().unwrap().to_owned()))
            .collect()
    };
    assert_eq!(shares(&ask["answer"]), [(5000, "pods".to_owned()), (5000, "pods".to_owned())]);
    let outages: Vec<&str> = ask["down"]
        .as_object()
        .unwrap()
        .keys()
        .map(|id| {
            let label = &picture["outages"][id.parse::<usize>().unwrap()][0];
            picture["texts"][number(label)].as_str().unwrap()
        })
        .collect();
    assert!(outages.contains(&"cluster2") && outages.contains(&"the gateway of cluster2"), "{outages:?}");
    for answer in ask["down"].as_object().unwrap().values() {
        assert!(shares(answer).contains(&(5000, "dead".to_owned())));
    }
    let origins = reviews["origins"].as_object().unwrap();
    assert!(origins.contains_key("cluster1 VirtualService reviews 0"), "{origins:?}");
}

#[test]
fn a_mesh_that_github_does_not_draw_is_drawn_in_numbers() {
    let world = World::new();
    let service = |number: usize| format!("  s{number}: {{ports: 80, versions: {{v1: cluster2}}}}\n");
    let services = (0..300).map(service).collect::<Vec<_>>().concat();
    let topology = format!(
        "apiVersion: meshgen/v1\nkind: Topology\nclusters:\n  cluster1: {{gateway: 203.0.113.10}}\n  cluster2: {{gateway: 203.0.113.20}}\nservices:\n{services}"
    );
    world.write("topology.yaml", &topology);
    let ran = world.run("graph topology.yaml");
    assert!(ran.stderr.contains("300 services are more than GitHub draws"), "{}", ran.stderr);
    assert!(ran.stdout.ends_with("  s0 ==>|\"300 services\"| s1\n"), "{}", ran.stdout);
    let one = world.run("graph topology.yaml --service s7");
    assert!(one.stdout.contains("s7 v1") && !one.stderr.contains("note: "), "{}", one.stderr);
}
