//! Fields and scalars.

use super::*;
use crate::input::condition::{Presence, TextMatch};
use crate::input::{Listed, Written};

/// A topology with the cluster `a`.
pub(super) fn cluster(fields: &str) -> String {
    topology(&format!("clusters: {{a: {fields}}}\n"))
}

/// A topology with the service `s`.
pub(super) fn service(fields: &str) -> String {
    topology(&format!("services: {{s: {fields}}}\n"))
}

/// A routing for the service `s`.
pub(super) fn routes(rules: &str) -> String {
    routing(&format!("routes: {{s: {rules}}}\n"))
}

pub(super) fn names(listed: &Written<Listed<crate::source::At<String>>>) -> Vec<&str> {
    listed.value().unwrap().entries.iter().map(|name| name.value.as_str()).collect()
}

#[test]
fn unknown_fields_come_with_the_nearest_or_with_an_example() {
    let found = findings(&cluster("{gatway: x}"));
    assert_eq!(found[0].message, "a cluster has no field `gatway`");
    let help = found[0].help.as_deref().unwrap();
    assert_eq!(help, "did you mean `gateway`?");
    let found = findings(&cluster("{region: eu, whatever: x}"));
    let helps: Vec<_> = found.iter().filter_map(|finding| finding.help.as_deref()).collect();
    assert_eq!(helps[0], "that is said by `locality: europe`, with the zone `europe/a`");
    assert!(helps[1].starts_with("a cluster is written as in"), "{helps:?}");
    let input = crate::input::parse(&sources([&cluster("{gatway: x}")])).value.unwrap();
    assert!(input.clusters.entries[0].gateway.is_illegible(), "it was meant, so that nobody asks for it");
    assert!(input.clusters.entries[0].network.is_absent());
}

#[test]
fn the_wrong_form_is_named_in_the_words_of_the_user() {
    assert_found([
        (cluster("[x]"), &[r#"MG0123 "[x]""#]),
        (cluster("{istio: [x]}"), &[r#"MG0123 "[x]""#]),
        (cluster("{istio: {x: y}}"), &[r#"MG0123 "{x: y}""#]),
        (
            cluster("{gateway: {address: [x, [y]], selector: [a], port: {}}}"),
            &[r#"MG0123 "[y]""#, r#"MG0123 "{}""#, r#"MG0123 "[a]""#],
        ),
        (service("{ports: [9080, 9090]}"), &[r#"MG0123 "[9080, 9090]""#]),
        (service("{versions: [v1, v2]}"), &[r#"MG0123 "[v1, v2]""#]),
        (service("{versions: v1}"), &[r#"MG0123 "v1""#]),
        (topology("clusters: [a, b]\n"), &[r#"MG0123 "[a, b]""#]),
        (topology("mesh: shop\n"), &[r#"MG0123 "shop""#]),
        (topology("services:\n- a\n- b\n"), &[r#"MG0123 "-""#]),
        (topology("services:\n  s:\n    ports:\n      http:\n      - 80\n"), &[r#"MG0123 "-""#]),
        (routes("[[x]]"), &[r#"MG0123 "[x]""#]),
    ]);
    let found = findings(&service("{versions: [v1, v2]}"));
    assert_eq!(found[0].message, "expected a map of versions, found a list");
    assert_eq!(found[0].help.as_deref(), Some("write it as in `versions: {v1: cluster1}`"));
}

#[test]
fn what_cannot_be_read_keeps_its_name() {
    let text = format!("{}services: {{s: 5, t: {{versions: {{v1: }}}}}}", cluster("5"));
    let outcome = crate::input::parse(&sources([&text]));
    assert_eq!(outcome.findings.len(), 3);
    let input = outcome.value.unwrap();
    assert_eq!(input.clusters.entries[0].name.value, "a");
    assert!(input.clusters.entries[0].gateway.is_illegible());
    assert!(input.services.entries[0].ports.is_illegible());
    assert!(input.services.entries[1].versions.value().unwrap().entries[0].clusters.is_illegible());
    assert!(input.clusters.complete && input.services.complete);
}

#[test]
fn a_value_that_is_missing_is_no_default() {
    assert_found([
        (topology("clusters:\n"), &[r#"MG0122 "clusters""#]),
        (topology("clusters:\n  größe:\n"), &[r#"MG0122 "größe""#]),
        (cluster("{gateway: ~}"), &[r#"MG0122 "gateway""#]),
        (cluster("{gateway: null, istio: }"), &[r#"MG0122 "gateway""#, r#"MG0122 "istio""#]),
        (cluster("{gateway: {address: [x, ~]}}"), &[r#"MG0122 "~""#]),
        (topology("clusters:\n  a:\n    gateway:\n    - x\n    -\n"), &[r#"MG0122 "-""#]),
        (service("{ports: {http: }}"), &[r#"MG0122 "http""#]),
        (routes("[{to: }]"), &[r#"MG0122 "to""#]),
    ]);
    assert_eq!(sound(&cluster("{network: \"null\", context: '~'}")).clusters.entries.len(), 1);
}

#[test]
fn text_stays_as_written() {
    let texts =
        "no on y NO true 1.10 1.0 2 2024-01-01 12:30:00 2001-12-14t21:59:43.10-05:00 0777 0x50 1e3 .inf";
    for text in texts.split(' ') {
        let input = sound(&topology(&format!(
            "clusters: {{{text}: {{istio: {text}}}}}\nservices: {{s: {{versions: {{{text}: {text}}}}}}}\n"
        )));
        assert_eq!(input.clusters.entries[0].name.value, text);
        assert_eq!(input.clusters.entries[0].istio.value().unwrap(), text);
        let version = &input.services.entries[0].versions.value().unwrap().entries[0];
        assert_eq!(version.name.value, text);
        assert_eq!(version.clusters.value().unwrap().entries[0].cluster.value, text);
    }
}

#[test]
fn hostile_texts_arrive_byte_for_byte() {
    let hostile = "= << ? - : --- ... #x @a `a %a &a *a !a | > [1] {} '' ä😀";
    for text in hostile.split(' ').chain(["a: b", "a #b", "x\u{2028}y", " 80", "- x", "!!int 3"]) {
        let quoted = text.replace('\'', "''");
        let input = sound(&routes(&format!("[{{match: {{headers: {{'h{quoted}': '{quoted}'}}}}, to: v1}}]")));
        let rule = &input.routes.entries[0].rules.value().unwrap().entries[0];
        let header = &rule.conditions.value().unwrap().entries[0].headers.value().unwrap().entries[0];
        assert_eq!(header.key.value, format!("h{text}"));
        let Presence::Says(TextMatch::Exact(value)) = &header.value else { panic!("{text}") };
        assert_eq!(value.value, text);
    }
}

#[test]
fn numbers_are_plain_decimals() {
    for (written, instead) in [
        ("0777", "write 777"),
        ("0x50", "write 80"),
        ("80.0", "write 80"),
        ("8e1", "write 80"),
        ("\"80\"", "write 80"),
        ("\" 80\"", "write 80"),
        ("+80", "write 80"),
        ("8_0", "write 80"),
        ("http", "write plain decimal digits"),
        ("1.5", "write a whole number: 1 or 2"),
        ("80%", "write 80"),
    ] {
        let text = service(&format!("{{ports: {written}}}"));
        assert_eq!(brief(&text), [format!("MG0124 {written:?}")], "{text}");
        assert_eq!(findings(&text)[0].help.as_deref(), Some(instead), "{text}");
    }
    for written in ["0", "-1", "65536", "100000", "4294967376", "99999999999999999999"] {
        assert_eq!(brief(&service(&format!("{{ports: {written}}}"))), [format!("MG0125 {written:?}")]);
    }
    assert_found([
        (
            routes("{to: {v1: 101, v2: -1, v3: 50.5, v4: 50%, v5: \"50\", v6: 2147483648}}"),
            &[
                r#"MG0125 "101""#,
                r#"MG0125 "-1""#,
                r#"MG0124 "50.5""#,
                r#"MG0124 "50%""#,
                r#"MG0124 "\"50\"""#,
                r#"MG0125 "2147483648""#,
            ],
        ),
        (
            routes("{to: v1, mirror: {v1: 150, v2: 0.5, v3: 100, v4: 10%, v5: 1.}}"),
            &[r#"MG0125 "150""#, r#"MG0124 "10%""#, r#"MG0124 "1.""#],
        ),
        (service("{clusters: {a: 0, b: 3, c: 1.5}}"), &[r#"MG0125 "0""#, r#"MG0124 "1.5""#]),
    ]);
}

#[test]
fn booleans_are_true_and_false() {
    for written in ["yes", "on", "True", "1", "\"true\""] {
        let text = cluster(&format!("{{gateway: {{existing: {written}}}}}"));
        assert_eq!(brief(&text), [format!("MG0126 {written:?}")]);
    }
    let input = sound(&cluster("{gateway: {existing: true}}"));
    assert_eq!(input.clusters.entries[0].gateway.value().unwrap().existing.value(), Some(&true));
}

#[test]
fn words_are_known_unknown_or_for_later() {
    assert_found([
        (
            topology(
                "mesh: {reach: sni, remoteNames: per-cluster, plainNames: entry, acrossClusters: spread}\n",
            ),
            &[],
        ),
        (
            topology("mesh: {reach: snii, remoteNames: per_cluster, plainNames: None}\n"),
            &[r#"MG0127 "snii""#, r#"MG0127 "per_cluster""#, r#"MG0127 "None""#],
        ),
        (topology("mesh: {reach: rewrite, acrossClusters: failover}\n"), &[]),
        (cluster("{reach: merged}"), &[]),
        (service("{reach: discovery}"), &[]),
        (cluster("{controlPlane: b, registry: c}"), &[]),
    ]);
}

#[test]
fn words_for_connections_are_lists_of_texts() {
    let input = sound(&routes("[{match: {sniHosts: a, destinationSubnets: [10.0.0.0/8, 1]}, to: v1}]"));
    let rules = &input.routes.entries[0].rules.value().unwrap().entries;
    let condition = &rules[0].conditions.value().unwrap().entries[0];
    assert_eq!(names(&condition.sni_hosts), ["a"]);
    assert_eq!(names(&condition.destination_subnets), ["10.0.0.0/8", "1"]);
    assert_found([(
        service("{ports: {db: {number: 1, targetPort: [2]}}, headless: yes, clusters: c}"),
        &[r#"MG0123 "[2]""#, r#"MG0126 "yes""#][..],
    )]);
}
