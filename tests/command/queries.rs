//! `meshgen test`: what is to stay true, how it is told, and what is written.

use serde_json::Value;

use super::world::World;

const HEAD: &str = "apiVersion: meshgen/v1\nkind: Queries\nqueries:\n";

fn with(queries: &str) -> World {
    let world = World::new();
    world.write("queries.yaml", &format!("{HEAD}{queries}"));
    world
}

#[test]
fn what_holds_and_what_does_not_is_a_line_each() {
    let world = with(
        "- {name: half, from: cluster1, url: \"http://reviews:9080/\", expect: {v1@cluster1: 50, v2: 50}}\n\
         - {from: \"cluster2/shop,app=web\", url: \"http://reviews.default:9080/\", expect: v2@cluster2}\n\
         - {from: cluster1, url: \"http://ratings:9080/\", down: cluster2/gateway, expect: {dead: no-endpoints}}\n\
         - {from: cluster1, url: \"http://ratings:9080/\", expect: any@cluster2, features: [timeout=5s]}\n",
    );
    let ran = world.run("test topology.yaml routing.yaml queries.yaml");
    let expected = "\
ok    1  half
FAIL  2  cluster2/shop,app=web  http://reviews.default:9080/   queries.yaml:5
      expected  v2@cluster2 100
      is        v1@cluster1 50 · v2@cluster2 50
      by        the rule at routing.yaml:4
ok    3  cluster1  http://ratings:9080/  down cluster2/gateway
FAIL  4  cluster1  http://ratings:9080/   queries.yaml:7
      expected  timeout=5s
      is        nothing of the kind
      by        the rule at topology.yaml:7
2 of 4 failed
asked about  1 of 1 rules, 3 of 3 destinations, 3 of 3 crossings: 100 %
";
    assert_eq!((ran.stdout.as_str(), ran.code), (expected, 1));
    assert_eq!(world.run("build topology.yaml routing.yaml queries.yaml -o dist").code, 0);
    let of_files = world.run("test topology.yaml routing.yaml queries.yaml --bundles dist");
    assert!(of_files.stdout.contains("by        the route at dist/cluster2.yaml:"), "{}", of_files.stdout);
}

#[test]
fn what_nobody_asks_about_is_named_and_counted() {
    let world = with("- {from: cluster1, url: \"http://reviews:9080/\", expect: {v1: 50, v2: 50}}\n");
    let ran = world.run("test topology.yaml routing.yaml queries.yaml --fail-under 80");
    let expected = "\
ok    1  cluster1  http://reviews:9080/
all 1 hold
asked about  1 of 1 rules, 2 of 3 destinations, 1 of 3 crossings: 57 %, less than 80 %
  no query meets the destination ratings at topology.yaml:7
  no query meets the crossing cluster1 to cluster2 for ratings
  no query meets the crossing cluster2 to cluster1 for reviews
";
    assert_eq!((ran.stdout.as_str(), ran.code), (expected, 1));
    assert_eq!(world.run("test topology.yaml routing.yaml queries.yaml --fail-under 57").code, 0);
    let junit = world.run("test topology.yaml routing.yaml queries.yaml --fail-under 80 --format junit");
    assert!(junit.stdout.contains("<testsuites tests=\"2\" failures=\"1\">"), "{}", junit.stdout);
    let json = world.run("test topology.yaml routing.yaml queries.yaml --format json");
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["coverage"]["percent"], 57);
    assert_eq!(document["queries"][0]["is"][1]["end"], "v2@cluster2");
}

/// Comments, order and the form of each query stay.
#[test]
fn write_fills_what_is_missing_and_touches_nothing_else() {
    let before = "\
# ours
- {from: cluster1, url: \"http://reviews:9080/\"} # flow
- from: cluster1   # block
  url: \"http://ratings:9080/\"  # last
  headers:
    a: b # deeper

- {
    from: cluster1, url: \"http://ratings:9080/\",
    down: [cluster2/gateway],
  }
- {from: cluster1, url: \"http://ratings:9080/\", expect: v1}
-
  url: \"http://reviews:9080/\"
  from: cluster2";
    let after = "\
# ours
- {from: cluster1, url: \"http://reviews:9080/\", expect: {v1@cluster1: 50, v2@cluster2: 50}} # flow
- from: cluster1   # block
  url: \"http://ratings:9080/\"  # last
  headers:
    a: b # deeper
  expect: v1@cluster2

- {expect: {dead: no-endpoints},
    from: cluster1, url: \"http://ratings:9080/\",
    down: [cluster2/gateway],
  }
- {from: cluster1, url: \"http://ratings:9080/\", expect: v1}
-
  url: \"http://reviews:9080/\"
  from: cluster2
  expect: {v1@cluster1: 50, v2@cluster2: 50}";
    let world = with(before);
    let refused = world.run("test topology.yaml routing.yaml queries.yaml");
    assert!(refused.code == 1 && refused.stderr.contains("MG0803"), "{}", refused.stderr);
    let ran = world.run("test topology.yaml routing.yaml queries.yaml --write");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "wrote queries.yaml: 4 queries filled\n"));
    assert_eq!(world.read("queries.yaml"), format!("{HEAD}{after}"));
    assert_eq!(world.run("test topology.yaml routing.yaml queries.yaml").code, 0);
    assert_eq!(world.run("test topology.yaml routing.yaml queries.yaml --write").stderr, "");
}

/// Where a place in the text does not say which query it is, nothing is written.
#[test]
fn write_refuses_what_it_cannot_fill_in_place() {
    let shared = "- &q {from: cluster1, url: \"http://ratings:9080/\"}\n- *q\n";
    let world = with(shared);
    let ran = world.run("test topology.yaml routing.yaml queries.yaml --write");
    assert!(ran.code == 2 && ran.stderr.contains("cannot fill queries.yaml in place"), "{}", ran.stderr);
    assert_eq!(world.read("queries.yaml"), format!("{HEAD}{shared}"));
}

#[test]
fn what_nobody_can_ask_or_meet_is_found_where_it_stands() {
    for (query, expected) in [
        (
            "{from: cluster9, url: \"http://reviews:9080/\", expect: v1}",
            "MG0801: there is no cluster `cluster9`",
        ),
        ("{from: cluster1, url: \"reviews:9080\", expect: v1}", "MG0801: `reviews:9080` is no URL"),
        ("{from: cluster1, url: \"http://a/\", address: x, expect: v1}", "MG0801: `x` is no IP address"),
        (
            "{from: cluster1, url: \"http://a/\", down: cluster2/v7, expect: v1}",
            "MG0801: nothing in cluster2 is called `v7`",
        ),
        (
            "{from: cluster1, url: \"http://a/\", gateway: g, expect: v1}",
            "MG0801: cluster1 has no ingress gateway `g`",
        ),
        (
            "{from: cluster1, url: \"http://a/\", expect: v1@cluster3}",
            "MG0802: there is no cluster `cluster3`",
        ),
        (
            "{from: cluster1, url: \"http://a/\", expect: {dead: no-rout}}",
            "MG0802: no request is lost by `no-rout`",
        ),
        ("{from: cluster1, url: \"http://a/\", expect: cluster2/v1}", "did you mean `v1@cluster2`?"),
        (
            "{from: cluster1, url: \"http://a/\", expect: {v1: 50, v2: 49}}",
            "MG0802: the shares add up to 99, not to 100",
        ),
        ("{from: cluster1, url: \"http://a/\", expects: v1}", "did you mean `expect`?"),
        ("{url: \"http://a/\", expect: v1}", "MG0121"),
        ("7", "MG0123"),
        ("{from: cluster1, url: \"http://a/\", expect: [[]]}", "MG0123"),
        ("{from: cluster1, url: \"http://a/\", expect: {v1:100}}", "MG0165"),
        ("{from: TODO, url: \"http://a/\", expect: v1}", "MG0704"),
    ] {
        let world = with(&format!("- {query}\n"));
        let ran = world.run("test topology.yaml routing.yaml queries.yaml");
        assert!(ran.code == 1 && ran.stderr.contains(expected), "{query}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{query}");
        // Whoever asks nothing reads none of it, but for what is not decided.
        let built = world.run("build topology.yaml routing.yaml queries.yaml");
        assert_eq!(built.code, 0, "{query}: {}", built.stderr);
    }
    let ran = with("[]\n").run("test topology.yaml routing.yaml");
    assert!(ran.code == 2 && ran.stderr.contains("there are no queries"), "{}", ran.stderr);
}

/// The end that says most counts, and all ends count once.
#[test]
fn ends_are_named_as_precisely_as_one_likes() {
    for (expect, holds) in [
        ("any", true),
        ("{v1@cluster1: 50, any: 50}", true),
        ("{any: 50, v1@cluster1: 50}", true),
        ("{any@cluster2: 50, v1: 50}", true),
        ("{\"reviews:v1\": 50, v2: 50}", true),
        ("{version: v1}", false),
        ("{version: v1, cluster: cluster2}", false),
        ("{v1: 50, v2: 50, dead: 0}", true),
        ("{v1: 49.5, v2: 50.5}", false),
        ("dead", false),
        ("{redirect: 302}", false),
        ("\"direct:503\"", false),
        ("unknown", false),
    ] {
        let query = format!("- {{from: cluster1, url: \"http://reviews:9080/\", expect: {expect}}}\n");
        let ran = with(&query).run("test topology.yaml routing.yaml queries.yaml");
        assert_eq!(ran.code, i32::from(!holds), "{expect}: {}{}", ran.stdout, ran.stderr);
    }
}
