//! How the output directory is laid out, and what becomes of the files of another layout.

use super::world::{TOPOLOGY, WRONG, World};

const LAYOUTS: [(&str, &[&str]); 4] = [
    ("flat", &["cluster1.stand-ins/default.ratings.yaml", "cluster1.yaml", "cluster2.yaml"]),
    ("cluster", &["cluster1/bundle.yaml", "cluster1/stand-ins/default.ratings.yaml", "cluster2/bundle.yaml"]),
    (
        "split",
        &[
            "cluster1/0-names/default.ratings.yaml",
            "cluster1/1-serve.yaml",
            "cluster1/2-call.yaml",
            "cluster1/3-route.yaml",
            "cluster2/1-serve.yaml",
            "cluster2/2-call.yaml",
            "cluster2/3-route.yaml",
        ],
    ),
    (
        "kustomize",
        &[
            "cluster1/bundle.yaml",
            "cluster1/kustomization.yaml",
            "cluster1/stand-ins/default.ratings.yaml",
            "cluster2/bundle.yaml",
            "cluster2/kustomization.yaml",
        ],
    ),
];

#[test]
fn every_layout_has_its_files_and_is_written_whole_or_not() {
    let world = World::new();
    world.write("wrong.yaml", WRONG);
    for (layout, files) in LAYOUTS {
        let refused = world.run(&format!("build topology.yaml wrong.yaml --layout {layout} -o {layout}"));
        assert_eq!(refused.code, 1);
        assert!(!world.path(layout).exists(), "{layout}");
        let built = world.run(&format!("build topology.yaml routing.yaml --layout {layout} -o {layout}"));
        assert_eq!(built.code, 0, "{}", built.stderr);
        assert_eq!(world.names(layout), files);
        let check = format!("build topology.yaml routing.yaml --layout {layout} -o {layout} --check");
        assert_eq!(world.run(&check).code, 0, "{layout}");
        let trace = format!("trace topology.yaml --bundles {layout} --from cluster1 http://ratings:9080/");
        let traced = world.run(&trace);
        assert_eq!(traced.code, 0, "{layout}: {}{}", traced.stdout, traced.stderr);
        // A foreign file anywhere keeps all of it from being written.
        let last = files.last().unwrap();
        world.write(format!("{layout}/{last}"), "mine\n");
        let more = TOPOLOGY.replace("cluster2: {gateway: 203.0.113.20}", "cluster2: {gateway: 203.0.113.21}");
        world.write("more.yaml", &more);
        let before: Vec<String> = files.iter().map(|file| world.read(&format!("{layout}/{file}"))).collect();
        assert_eq!(world.run(&format!("build more.yaml routing.yaml --layout {layout} -o {layout}")).code, 2);
        let after: Vec<String> = files.iter().map(|file| world.read(&format!("{layout}/{file}"))).collect();
        assert_eq!(before, after, "{layout}");
    }
}

#[test]
fn the_parts_of_a_split_are_the_bundle() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    world.run("build topology.yaml routing.yaml --split -o split");
    for cluster in ["cluster1", "cluster2"] {
        let whole = world.read(&format!("dist/{cluster}.yaml"));
        let mark = whole.lines().next().unwrap();
        let parts = ["1-serve", "2-call", "3-route"].map(|part| {
            let text = world.read(&format!("split/{cluster}/{part}.yaml"));
            text.strip_prefix(mark).unwrap().trim_start().to_owned()
        });
        assert_eq!(format!("{mark}\n{}", parts.join("---\n")), whole, "{cluster}");
        assert!(parts[2].contains("kind: VirtualService") && !parts[1].contains("kind: VirtualService"));
    }
}

#[test]
fn files_of_another_layout_are_pruned_without_deleting_an_object() {
    let world = World::new();
    for (layout, files) in LAYOUTS {
        let build = format!("build topology.yaml routing.yaml --layout {layout}");
        let ran = world.run(&build);
        assert!(!ran.stderr.contains("kubectl --context cluster1 delete"), "{layout}: {}", ran.stderr);
        let ran = world.run(&format!("{build} --prune"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(
            !ran.stderr.contains(" delete ") && !ran.stderr.contains("unused"),
            "{layout}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains(" moved "), "{layout}: {}", ran.stderr);
        assert_eq!(world.names("dist"), files, "{layout}");
    }
}

#[test]
fn stand_ins_of_an_earlier_release_give_way() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    let text = world.read("dist/cluster1.stand-ins/default.ratings.yaml");
    world.write("dist/cluster1.stand-ins.yaml", &text);
    std::fs::remove_dir_all(world.path("dist/cluster1.stand-ins")).unwrap();
    let ran = world.run("build topology.yaml routing.yaml --prune");
    assert!(!ran.stderr.contains("unused") && !ran.stderr.contains(" moved "), "{}", ran.stderr);
    assert_eq!(world.names("dist"), super::world::BUILT);
}

#[test]
fn argo_cd_is_told_the_order() {
    let world = World::new();
    let ran = world.run("build topology.yaml routing.yaml --annotate argocd");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let bundle = world.read("dist/cluster1.yaml");
    let waves: Vec<char> = bundle
        .lines()
        .filter_map(|line| line.trim().strip_prefix("argocd.argoproj.io/sync-wave: "))
        .filter_map(|wave| wave.chars().nth(1))
        .collect();
    assert_eq!(waves.len(), bundle.matches("\nkind: ").count());
    assert!(waves.is_sorted() && waves.contains(&'0') && waves.contains(&'2'), "{waves:?}");
    let stand_in = world.read("dist/cluster1.stand-ins/default.ratings.yaml");
    assert!(
        stand_in.contains("sync-wave: \"-1\"") && stand_in.contains("sync-options: Prune=false"),
        "{stand_in}"
    );
    assert_eq!(world.run("build topology.yaml routing.yaml --annotate argocd --check").code, 0);
    assert_eq!(world.run("build topology.yaml routing.yaml --check").code, 1);
}

#[test]
fn what_leaves_is_told_before_it_is_pruned_and_only_for_the_clusters_asked_for() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    let less = TOPOLOGY.replace("  ratings: {ports: 9080, versions: {v1: cluster2}}\n", "");
    world.write("less.yaml", &less);
    let stale = "cluster1.stand-ins/default.ratings.yaml is left from an earlier run";
    let check = |cluster: &str| {
        world.run(&format!("build less.yaml routing.yaml -o dist --check --cluster {cluster}")).stderr
    };
    assert!(check("cluster1").contains(stale), "{}", check("cluster1"));
    assert!(!check("cluster2").contains(stale));
    let ran = world.run("build less.yaml routing.yaml -o dist --cluster cluster1 --prune");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (unused, pruned) = (ran.stderr.find("meshgen-stand-in=unused"), ran.stderr.find(" pruned "));
    assert!(unused.is_some() && unused < pruned, "{}", ran.stderr);
    assert_eq!(world.names("dist"), ["cluster1.yaml", "cluster2.yaml"]);
}

#[test]
fn a_service_that_moved_away_becomes_a_stand_in_in_place() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    world.write(
        "moved.yaml",
        &TOPOLOGY.replace("{v1: cluster1, v2: cluster2}", "{v1: cluster2, v2: cluster2}"),
    );
    let ran = world.run("build moved.yaml routing.yaml");
    assert!(ran.stderr.contains("moved     reviews in cluster1"), "{}", ran.stderr);
    let patch = "kubectl --context cluster1 patch service reviews -n default --type=merge";
    assert!(ran.stderr.contains(patch), "{}", ran.stderr);
    // At first nothing was there that could have moved.
    let first = world.run("build moved.yaml routing.yaml -o new");
    assert!(!first.stderr.contains("--type=merge"), "{}", first.stderr);
}
