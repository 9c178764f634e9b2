//! Bundles with a fault, under traffic: the judge that counts requests sees each of them, so it can fail.
//!
//! Enters: a release of Istio, and the judge of traffic. Leaves: lines of the table, and what was counted for each fault as a remark:
//! the table in `docs/proof.md`.

use meshgen::trace::request::Request;
use meshgen::trace::world::{MeshConfig, World};

use crate::asked::Asked;
use crate::istio::Istio;
use crate::table::Table;
use crate::traffic::{COLUMN, Traffic};
use crate::translation::mutations::Change::{Remove, Replace};
use crate::translation::mutations::{self, Change, Fault};

/// The row.
const ROW: &str = "bundles with a fault";

const ENTRY: &str = "ServiceEntry reviews-global";
const REMOTE: &str = "DestinationRule reviews-global";
const LOCAL: &str = "DestinationRule reviews";
const ROUTES: &str = "VirtualService reviews";
const GATEWAY: &str = "Gateway meshgen-east-west";

const fn near(object: &'static str, change: Change) -> Fault {
    Fault { file: "cluster1.yaml", object, change, found: "" }
}

const fn far(object: &'static str, change: Change) -> Fault {
    Fault { file: "cluster2.yaml", object, change, found: "" }
}

/// What is wrong, in words, and in the text of a bundle.
const FAULTS: &[(&str, Fault)] = &[
    ("SNI of another version", near(REMOTE, Replace("9080_.v3_", "9080_.v2_"))),
    ("SNI that no gateway knows", near(REMOTE, Replace("9080_.v3_", "9080_.v9_"))),
    ("SNI of another port", near(REMOTE, Replace("9080_.v3_", "9090_.v3_"))),
    (
        "no SNI for a port",
        near(REMOTE, Replace("          sni: outbound_.9080_.v3_.reviews.default.svc.cluster.local\n", "")),
    ),
    ("far label of another version", far(LOCAL, Replace("version: v3", "version: v2"))),
    ("far label of nobody", far(LOCAL, Replace("version: v3", "version: v9"))),
    ("near label of nobody", near(LOCAL, Replace("version: v1", "version: v9"))),
    ("weight", near(ROUTES, Replace("weight: 40", "weight: 240"))),
    ("header", near(ROUTES, Replace("exact: a", "exact: b"))),
    ("subset", near(ROUTES, Replace("subset: v2--cluster3", "subset: v2--cluster2"))),
    ("address of another gateway", near(ENTRY, Replace("203.0.113.20", "203.0.113.30"))),
    ("port of no gateway", near(ENTRY, Replace("http: 15443", "http: 9080"))),
    ("hosts of the far Gateway", far(GATEWAY, Replace("\"*.local\"", "\"*.global\""))),
    ("selector of the far Gateway", far(GATEWAY, Replace("istio: eastwestgateway", "istio: ingressgateway"))),
    ("no far subsets", far(LOCAL, Remove)),
    ("no remote name", near(ENTRY, Remove)),
];

/// Judges sound bundles, then each fault, by what sound bundles do.
pub fn judge(istio: &Istio, traffic: &Traffic, table: &mut Table) {
    let sound = Asked::of(&mutations::mesh(), istio).unwrap().only(is_asked);
    let has_trust = sound.within(|world| trust(world, true));
    for (what, sound) in [("nothing", &sound), ("nothing, in two trust domains", &has_trust)] {
        check(istio, traffic, table, what, false, sound, sound);
    }
    for (what, fault) in FAULTS {
        check(istio, traffic, table, what, true, &sound.with(|files| mutations::with(files, fault)), &sound);
    }
    let no_alias = sound.within(|world| trust(world, false));
    check(istio, traffic, table, "trust domain that is nobody's alias", true, &no_alias, &sound);
}

/// Of the caller's cluster, at the plain name and one port.
fn is_asked(request: &Request) -> bool {
    request.caller.cluster == "cluster1" && !request.host.ends_with(".global") && request.port == 9080
}

/// The caller's cluster is of one trust domain, the others of another.
fn trust(world: &mut World, is_mutual: bool) {
    for cluster in &mut world.clusters {
        let (own, other) = if cluster.name == "cluster1" {
            ("east.example", "west.example")
        } else {
            ("west.example", "east.example")
        };
        cluster.mesh_config = Some(MeshConfig {
            trust_domain: own.to_owned(),
            trust_domain_aliases: is_mutual.then(|| other.to_owned()).into_iter().collect(),
            service_settings: Vec::new(),
        });
    }
}

fn check(
    istio: &Istio,
    traffic: &Traffic,
    table: &mut Table,
    what: &str,
    is_wrong: bool,
    asked: &Asked,
    sound: &Asked,
) {
    let below = tempfile::tempdir().unwrap();
    asked.write_expecting(sound, below.path());
    let counted = match traffic.count(istio, below.path(), &[]) {
        Ok(counted) => counted,
        Err(why) => return table.broken(COLUMN, &why),
    };
    let seen: Vec<String> = counted.into_iter().flat_map(|counted| counted.differences).collect();
    let faults = match (is_wrong, seen.is_empty()) {
        (true, true) => vec!["nothing was seen".to_owned()],
        (false, _) => seen.clone(),
        (true, false) => Vec::new(),
    };
    if is_wrong {
        table.remark(format!("{COLUMN}: {what}: {}", seen.join("; ")));
    }
    table.check(ROW, COLUMN, what, &faults);
}
