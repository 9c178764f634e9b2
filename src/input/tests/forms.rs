//! Shorthands: every form that says the same.

use super::language::{cluster, names, routes, service};
use super::*;
use crate::input::Listed;
use crate::input::condition::TextMatch;
use crate::input::service::{Clients, Namespaces};

#[test]
fn gateways_have_three_forms() {
    for form in ["x", "[x]", "{address: x}", "{address: [x]}"] {
        let input = sound(&cluster(&format!("{{gateway: {form}}}")));
        assert_eq!(names(&input.clusters.entries[0].gateway.value().unwrap().addresses), ["x"], "{form}");
    }
    let long =
        "{address: [x, y], port: 31443, serverPort: 443, namespace: n, selector: {istio: i}, expose: used}";
    let input = sound(&cluster(&format!("{{gateway: {long}, locality: eu/a}}")));
    let gateway = input.clusters.entries[0].gateway.value().unwrap();
    assert_eq!(names(&gateway.addresses), ["x", "y"]);
    assert_eq!((gateway.port.value(), gateway.server_port.value()), (Some(&31443), Some(&443)));
    let locality = input.clusters.entries[0].locality.value().unwrap();
    assert_eq!((locality.region.value.as_str(), locality.zone.as_ref().unwrap().value.as_str()), ("eu", "a"));
}

#[test]
fn a_gateway_has_other_addresses_for_some_callers() {
    let input = sound(&cluster("{gateway: {address: x, addressFrom: {b: y, c: [y, z]}}}"));
    let gateway = input.clusters.entries[0].gateway.value().unwrap();
    let from = &gateway.address_from.value().unwrap().entries;
    let read: Vec<_> = from
        .iter()
        .flat_map(|from| from.value.entries.iter().map(|address| (&*from.key.value, &*address.value)))
        .collect();
    assert_eq!(read, [("b", "y"), ("c", "y"), ("c", "z")]);
}

#[test]
fn ports_have_three_forms() {
    let ports = |form: &str| -> Vec<(Option<String>, Option<u16>, Option<String>)> {
        let input = sound(&service(&format!("{{ports: {form}}}")));
        let ports = input.services.entries[0].ports.value().unwrap().entries.clone();
        ports
            .into_iter()
            .map(|port| {
                (
                    port.name.map(|name| name.value),
                    port.number.value().copied(),
                    port.protocol.value().cloned(),
                )
            })
            .collect()
    };
    assert_eq!(ports("9080"), [(None, Some(9080), None)]);
    assert_eq!(ports("[9080]"), [(None, Some(9080), None)]);
    assert_eq!(
        ports("{http: 80, db: {number: 3306, protocol: MySQL}}"),
        [(Some("http".into()), Some(80), None), (Some("db".into()), Some(3306), Some("MySQL".into()))]
    );
    assert_found([
        (service("{ports: {db: {protocol: TCP}}}"), &[r#"MG0121 "db""#]),
        (service("{ports: {db: {nubmer: 5}}}"), &[r#"MG0120 "nubmer""#]),
    ]);
}

#[test]
fn versions_have_four_forms() {
    let placements = |form: &str| -> Vec<(String, Option<u32>)> {
        let input = sound(&service(&format!("{{versions: {{v: {form}}}}}")));
        let version = &input.services.entries[0].versions.value().unwrap().entries[0];
        let listed = version.clusters.value().unwrap();
        listed
            .entries
            .iter()
            .map(|place| (place.cluster.value.clone(), place.size.value().copied()))
            .collect()
    };
    assert_eq!(placements("c"), [("c".into(), None)]);
    assert_eq!(placements("[c, d]"), [("c".into(), None), ("d".into(), None)]);
    assert_eq!(placements("{c: 3, labels: 1}"), [("c".into(), Some(3)), ("labels".into(), Some(1))]);
    assert_eq!(placements("{clusters: {c: 3}, labels: {a: b}, subset: s}"), [("c".into(), Some(3))]);
    assert_eq!(placements("{clusters: c}"), [("c".into(), None)]);
    assert_found([
        (service("{versions: {v: {clsuters: [c]}}}"), &[r#"MG0120 "clsuters""#]),
        (service("{versions: {v: {c: many}}}"), &[r#"MG0124 "many""#]),
    ]);
}

#[test]
fn clients_have_four_forms() {
    let clients = |form: &str| {
        let input = sound(&service(&format!("{{clients: {form}}}")));
        input.services.entries[0].clients.value().unwrap().clone()
    };
    assert!(matches!(clients("all"), Clients::All));
    assert!(
        matches!(clients("[]"), Clients::Clusters(Listed { entries, complete: true }) if entries.is_empty())
    );
    assert!(matches!(clients("c"), Clients::Clusters(listed) if listed.entries.len() == 1));
    let Clients::Clusters(listed) = clients("{c: [shop, web], d: all, e: shop}") else { panic!("clusters") };
    let namespaces = listed.entries.iter().map(|client| match client.namespaces.value().unwrap() {
        Namespaces::All => 0,
        Namespaces::Named(listed) => listed.entries.len(),
    });
    assert_eq!(namespaces.collect::<Vec<_>>(), [2, 0, 1]);
}

#[test]
fn routes_have_four_forms() {
    let forms = [
        "v1",
        "{to: v1}",
        "[{to: v1}]",
        "{rules: {to: v1}}",
        "{rules: [v1]}",
        "[v1]",
        "{to: [v1]}",
        "{to: [{version: v1}]}",
    ];
    for form in forms {
        let input = sound(&routes(form));
        let rules = input.routes.entries[0].rules.value().unwrap();
        assert_eq!(rules.entries.len(), 1, "{form}");
        let destinations = &rules.entries[0].to.value().unwrap().entries;
        assert_eq!(destinations[0].version.value().unwrap(), "v1", "{form}");
        assert!(destinations[0].weight.is_absent());
    }
    assert_found([
        (routes("{v1: 50, v2: 50}"), &[r#"MG0129 "{v1: 50, v2: 50}""#]),
        (routes("[{v1: 50, v2@c: 50}]"), &[r#"MG0129 "{v1: 50, v2@c: 50}""#]),
    ]);
    let found = findings(&routes("{v1: 50, v2: 50}"));
    assert_eq!(found[0].help.as_deref(), Some("write `to: {v1: 50, v2: 50}`"));
}

#[test]
fn destinations_are_split_at_the_last_at() {
    let text = routes("{to: {v1: 0, größe@c: 40, 'a@b@c': 60}, mirror: {v2@c: 10}}");
    let input = sound(&text);
    let rule = &input.routes.entries[0].rules.value().unwrap().entries[0];
    let slice = |place: crate::source::Place| &text[place.span.start as usize..place.span.end as usize];
    let found = rule.to.value().unwrap().entries.iter().map(|destination| {
        let version = slice(destination.version.place().unwrap());
        assert_eq!(version, destination.version.value().unwrap());
        (version, destination.cluster.place().map_or("", slice), *destination.weight.value().unwrap())
    });
    assert_eq!(found.collect::<Vec<_>>(), [("v1", "", 0), ("größe", "c", 40), ("a@b", "c", 60)]);
    let mirror = &rule.mirrors.value().unwrap().entries[0];
    assert_eq!((mirror.version.value.as_str(), mirror.percent.value()), ("v2", Some(&10.0)));
    assert_found([
        (
            routes("[v1@, '@c', \"\", {to: {v2@: 100}}, {to: v1, mirror: x@}]"),
            &[r#"MG0128 "v1@""#, r#"MG0128 "'@c'""#, r#"MG0128 "\"\"""#, r#"MG0128 "v2@""#, r#"MG0128 "x@""#],
        ),
        (
            topology("services: {a/b/c: {}, /a: {}, b/: {}}\n"),
            &[r#"MG0128 "a/b/c""#, r#"MG0128 "/a""#, r#"MG0128 "b/""#],
        ),
        (cluster("{locality: eu/a/b}"), &[r#"MG0128 "eu/a/b""#]),
    ]);
}

#[test]
fn conditions_say_how_text_is_compared() {
    let rule = |condition: &str| routes(&format!("[{{match: {condition}, to: v1}}]"));
    let all = "{uri: {prefix: /a}, scheme: https, method: {exact: GET}, authority: {regex: a.*}, \
               headers: {a: b, c: {present: true}}, withoutHeaders: {d: {prefix: e}}, queryParams: {f: {regex: g}}, \
               ignoreUriCase: true, port: grpc, sourceLabels: {app: web}, sourceNamespace: n, sourceClusters: [x, y]}";
    let input = sound(&rule(all));
    let conditions = input.routes.entries[0].rules.value().unwrap().entries[0].conditions.value().unwrap();
    assert_eq!(conditions.entries.len(), 1);
    assert!(
        matches!(conditions.entries[0].uri.value().unwrap(), TextMatch::Prefix(text) if text.value == "/a")
    );
    assert_eq!(names(&conditions.entries[0].source_clusters), ["x", "y"]);
    assert_found([
        (rule("[{port: 1}, {port: 2}]"), &[]),
        (rule("{uri: {exact: a, prefix: b}}"), &[r#"MG0133 "uri""#]),
        (rule("{uri: {}}"), &[r#"MG0133 "uri""#]),
        (rule("{headers: {a: {}, b: {exact: x, present: true}}}"), &[r#"MG0133 "a""#, r#"MG0133 "b""#]),
        (rule("{headers: {a: {present: false}}}"), &[r#"MG0127 "false""#]),
        (
            rule("{headers: {a: {contains: x}, b: {perfix: y}}}"),
            &[r#"MG0120 "contains""#, r#"MG0120 "perfix""#],
        ),
        (rule("{uri: [a]}"), &[r#"MG0123 "[a]""#]),
    ]);
    let input = crate::input::parse(&sources([&rule("{headers: {a: {}, b: c}}")])).value.unwrap();
    let conditions = input.routes.entries[0].rules.value().unwrap().entries[0].conditions.value().unwrap();
    assert!(!conditions.entries[0].headers.value().unwrap().complete);
}

#[test]
fn actions_are_istios() {
    let actions = "{to: v1, name: n, rewrite: {uri: /, uriRegexRewrite: {match: a, rewrite: b}}, timeout: 5s, \
                   retries: {attempts: 3, perTryTimeout: 2s, retryOn: 5xx}, \
                   fault: {delay: {fixedDelay: 5s, percentage: {value: 0.1}}, abort: {httpStatus: 500, percentage: 10}}, \
                   corsPolicy: {allowOrigins: [a, {prefix: b}], allowCredentials: true, maxAge: 1h}, \
                   headers: {request: {set: {a: b}, add: {c: d}, remove: e}}}";
    let input = sound(&routes(actions));
    let rule = &input.routes.entries[0].rules.value().unwrap().entries[0];
    let fault = rule.actions.fault.value().unwrap();
    assert_eq!(fault.delay.value().unwrap().percentage.value(), Some(&0.1));
    assert_eq!(fault.abort.value().unwrap().http_status.value(), Some(&500));
    assert_eq!(rule.actions.cors_policy.value().unwrap().allow_origins.value().unwrap().entries.len(), 2);
    assert_eq!(names(&rule.actions.headers.value().unwrap().request.value().unwrap().remove), ["e"]);
    sound(&routes("[{redirect: {uri: /x, port: 80, redirectCode: 302}}, {directResponse: {status: 503}}]"));
    assert_found([
        (routes("{directResponse: {body: {string: x}}}"), &[r#"MG0121 "directResponse""#]),
        (
            routes("{to: v1, fault: {delay: {percentage: 5}, abort: {percentage: {}}}}"),
            &[r#"MG0121 "delay""#, r#"MG0121 "percentage""#],
        ),
        (
            routes("{to: v1, rewrite: {uriRegexRewrite: {}}}"),
            &[r#"MG0121 "uriRegexRewrite""#, r#"MG0121 "uriRegexRewrite""#],
        ),
        (routes("{to: v1, retries: {attempts: -1}, timout: 5s}"), &[r#"MG0120 "timout""#, r#"MG0125 "-1""#]),
        (routes("{to: v1, mirrors: [v2]}"), &[r#"MG0120 "mirrors""#]),
    ]);
}
