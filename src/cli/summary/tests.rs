//! The summary as people read it.

use super::*;
use crate::bundle::{StandIn, StandIns};
use crate::cli::write::Gone;
use crate::source::mark::Mark;

fn reach(cluster: &str, service: &str, versions: &[&str]) -> FarService {
    let versions = versions.iter().map(|&version| version.to_owned()).collect();
    FarService { cluster: cluster.to_owned(), service: service.to_owned(), versions }
}

fn outline(cluster: &str, objects: usize, stand_ins: &[&str], reaches: Vec<FarService>) -> Outline {
    let stand_in = |service: &&str| StandIn {
        service: (*service).to_owned(),
        namespace: "default".to_owned(),
        name: (*service).to_owned(),
        text: String::new(),
    };
    let services: Vec<_> = stand_ins.iter().map(stand_in).collect();
    let stand_ins = if services.is_empty() { None } else { Some(StandIns { services, text: String::new() }) };
    Outline::from(&Bundle {
        mesh: "mesh".to_owned(),
        configured_by: None,
        cluster: cluster.to_owned(),
        context: cluster.to_owned(),
        release: "1.30".to_owned(),
        objects,
        text: if objects == 0 { String::new() } else { "text".to_owned() },
        steps: Steps::default(),
        stand_ins,
        reaches,
        origins: Vec::new(),
    })
}

fn bookinfo() -> Vec<Outline> {
    vec![
        outline(
            "cluster1",
            9,
            &["ratings"],
            vec![reach("cluster2", "ratings", &[]), reach("cluster2", "reviews", &["v2", "v3"])],
        ),
        outline("cluster2", 10, &["details", "productpage"], vec![reach("cluster1", "reviews", &["v1"])]),
    ]
}

fn summary(place: &Place, outlines: Vec<Outline>, written: Written) -> String {
    let account = Account {
        services: 4,
        clusters: 2,
        destinations: 6,
        placeholders: 1,
        acknowledged: 2,
        steps: Vec::new(),
    };
    Summary { place, layout: Layout::Flat, outlines, account, written, took: Duration::from_millis(2) }
        .to_string()
}

#[test]
fn a_first_build() {
    let written = Written {
        changed: ["dist/cluster1.stand-ins/default.ratings.yaml", "dist/cluster1.yaml"]
            .map(Into::into)
            .to_vec(),
        ..Written::default()
    };
    insta::assert_snapshot!(summary(&Place::Directory("dist".into()), bookinfo(), written), @r#"
    cluster1  Istio 1.30   9 objects   reaches ratings, reviews v2 v3 in cluster2
    cluster2  Istio 1.30  10 objects   reaches reviews v1 in cluster1
    proved    4 services, 2 clusters: 6 destinations, for every caller of every route, lead to their pods and to no others
    note      the gateway of 1 cluster has an address of an example, which nobody has: replace it
    note      2 findings acknowledged in `mesh.allow`
    note      stand-in Services for names that run only elsewhere: ratings in cluster1, details and productpage in cluster2
    wrote     dist/cluster1.stand-ins/default.ratings.yaml  dist/cluster1.yaml, in 2 ms
    apply     for f in dist/cluster1.stand-ins/*.yaml; do kubectl --context cluster1 get -f "$f" >/dev/null 2>&1 || kubectl --context cluster1 create -f "$f"; done
              kubectl --context cluster1 apply --openapi-patch=false -f dist/cluster1.yaml
              … cluster2 likewise
    "#);
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  namespace: b\n";
const GATEWAY: &str =
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: x\n  namespace: shop\n";

fn stale() -> Stale {
    Stale {
        path: "my dir/old.yaml".into(),
        mark: Mark { cluster: "old".to_owned(), mesh: "mesh".to_owned() },
        is_last: true,
        objects: objects::of(&format!("{SERVICE}---\n{GATEWAY}")),
    }
}

#[test]
fn what_is_pruned_is_told_before() {
    insta::assert_snapshot!(before_pruning(&bookinfo(), &[stale()]), @r#"
    left    objects that no bundle has any more; apply does not delete them
            kubectl --context old delete --ignore-not-found -n shop gateway.networking.istio.io/x
            kubectl --context old patch service a -n b --type=json -p '[{"op":"test","path":"/spec/selector","value":null},{"op":"replace","path":"/metadata/labels/meshgen-stand-in","value":"unused"}]' && kubectl --context old delete service -n b -l meshgen-stand-in=unused
    "#);
    assert_eq!(before_pruning(&bookinfo(), &[]), "");
}

#[test]
fn who_is_called_comes_first() {
    let outlines = || {
        vec![
            outline("a", 1, &[], vec![reach("c", "s", &[])]),
            outline("b", 1, &[], vec![reach("a", "s", &[])]),
            outline("c", 1, &[], vec![]),
        ]
    };
    let place = Place::Directory("dist".into());
    let told = |line: &str| line.trim_start().trim_start_matches("apply").trim_start().to_owned();
    let told = |change| {
        let text = summary(&place, outlines(), Written { change, ..Written::default() });
        text.lines().rev().take(2).map(told).collect::<Vec<_>>()
    };
    let first = |cluster: &str| {
        format!("kubectl --context {cluster} apply --openapi-patch=false -f dist/{cluster}.yaml")
    };
    assert_eq!(told(Changed::default()), ["… then a, b likewise".to_owned(), first("c")]);
    // What only goes is applied first where it is called.
    let gone = vec![Gone { cluster: "c".to_owned(), objects: objects::of(GATEWAY), hosts: BTreeSet::new() }];
    assert_eq!(told(Changed { gone, ..Changed::default() })[0], "… then a, c likewise");
    // They call each other: there is no order.
    let text = summary(&place, bookinfo(), Written::default());
    assert!(text.ends_with("… cluster2 likewise\n"), "{text}");
}

#[test]
fn a_build_that_changes_little() {
    let service = || objects::of(SERVICE).pop_first().unwrap();
    let written = Written {
        changed: vec!["my dir/cluster1.yaml".into()],
        unchanged: 3,
        pruned: vec![stale()],
        change: Changed {
            gone: vec![Gone {
                cluster: "cluster1".to_owned(),
                objects: objects::of(GATEWAY),
                hosts: BTreeSet::new(),
            }],
            ported: vec![("cluster2".to_owned(), service(), r#"[{"port":1}]"#.to_owned())],
            moved: vec![("cluster1".to_owned(), service())],
            adds: true,
        },
    };
    insta::assert_snapshot!(summary(&Place::Directory("my dir".into()), bookinfo(), written), @r#"
    cluster1  Istio 1.30   9 objects   reaches ratings, reviews v2 v3 in cluster2
    cluster2  Istio 1.30  10 objects   reaches reviews v1 in cluster1
    proved    4 services, 2 clusters: 6 destinations, for every caller of every route, lead to their pods and to no others
    note      the gateway of 1 cluster has an address of an example, which nobody has: replace it
    note      2 findings acknowledged in `mesh.allow`
    note      stand-in Services for names that run only elsewhere: ratings in cluster1, details and productpage in cluster2
    wrote     my dir/cluster1.yaml, in 2 ms; 3 files unchanged in my dir
    pruned    my dir/old.yaml
    left      objects that no bundle has any more; apply does not delete them
              kubectl --context cluster1 delete --ignore-not-found -n shop gateway.networking.istio.io/x
    ports     of stand-ins changed, which `create` does not change
              kubectl --context cluster2 patch service a -n b --type=json -p '[{"op":"test","path":"/spec/selector","value":null},{"op":"replace","path":"/spec/ports","value":[{"port":1}]}]'
    moved     b/a in cluster1: new stand-ins. Where the service runs still, make its Service one after the apply, before its pods go
              kubectl --context cluster1 patch service a -n b --type=merge -p '{"metadata":{"labels":{"meshgen-stand-in":"true"}},"spec":{"selector":null}}'
    apply     for f in 'my dir/cluster1.stand-ins'/*.yaml; do kubectl --context cluster1 get -f "$f" >/dev/null 2>&1 || kubectl --context cluster1 create -f "$f"; done
              kubectl --context cluster1 apply --openapi-patch=false -f 'my dir/cluster1.yaml'
              … cluster2 likewise
    "#);
}

#[test]
fn one_bundle_on_stdout() {
    let outlines = bookinfo().into_iter().take(1).collect();
    insta::assert_snapshot!(summary(&Place::Stdout, outlines, Written::default()), @r#"
    cluster1  Istio 1.30  9 objects   reaches ratings, reviews v2 v3 in cluster2
    proved    4 services, 2 clusters: 6 destinations, for every caller of every route, lead to their pods and to no others
    note      the gateway of 1 cluster has an address of an example, which nobody has: replace it
    note      2 findings acknowledged in `mesh.allow`
    note      stand-in Services for names that run only elsewhere: ratings in cluster1
              they are left out here: `meshgen build -o DIR` writes them to a file of their own
    "#);
}

#[test]
fn a_large_mesh_is_shortened() {
    let reaches: Vec<_> = (0..9).map(|number| reach("far", &format!("s{number}"), &[])).collect();
    let outlines =
        (0..30).map(|number| outline(&format!("c{number}"), number, &[], reaches.clone())).collect();
    let text = summary(&Place::Comparison("dist".into()), outlines, Written::default());
    let lines: Vec<_> = text.lines().skip(18).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    c18      Istio 1.30  18 objects   reaches s0, s1, s2, s3 and 5 more in far
    c19      Istio 1.30  19 objects   reaches s0, s1, s2, s3 and 5 more in far
    …        and 10 more clusters
    proved   4 services, 2 clusters: 6 destinations, for every caller of every route, lead to their pods and to no others
    note     the gateway of 1 cluster has an address of an example, which nobody has: replace it
    note     2 findings acknowledged in `mesh.allow`
    checked  dist is what the inputs give, in 2 ms
    "#);
}
