//! What connections need beyond what requests do: the right list, names for TLS, a way on from every port.

use super::{INPUT, all_are_noticed};

#[test]
fn routes_in_the_wrong_list_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.entry("db-global").ports[1].protocol = "HTTP",
            "TCP routes do nothing on port 3306 of `db.default.global`",
        ),
        (
            |mesh| mesh.judged_by(&INPUT.replace("tls: 443", "mysql-443: 443")),
            "TLS routes do nothing on port 443 of `db.default.svc.cluster.local`",
        ),
        (
            |mesh| {
                let route = mesh.routes("reviews").http[0].clone();
                mesh.routes("cache").http.push(route);
            },
            "HTTP routes do nothing on port 6379 of `cache.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.stand_in("cache").ports[0].name = "http-redis".to_owned(),
            "TCP routes do nothing on port 6379 of `cache.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.stand_in("cache").ports[0].app_protocol = Some("udp".to_owned()),
            "TCP routes do nothing on port 6379 of `cache.default.svc.cluster.local`",
        ),
    ]);
}

#[test]
fn ports_that_lead_nowhere_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.routes("cache").tcp.clear(),
            "no route leads on from port 6379 of `cache.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.entry("db-global").endpoints[0].ports["mysql"] = 15444,
            "no cluster is behind `203.0.113.2` port 15444",
        ),
        (
            |mesh| mesh.routes("db").tcp[0].route[1].destination.port.number = 3307,
            "a route leads to subset `v2--there` of `db.default.global` port 3307, which nobody was promised",
        ),
    ]);
}

#[test]
fn names_that_the_webhook_refuses_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| drop(mesh.routes("db").hosts.remove(0)),
            "a TLS route names the SNI `db`, which is no host of VirtualService `db`",
        ),
        (
            |mesh| mesh.routes("db").tls[0].matches[0].sni_hosts.clear(),
            "a TLS route names no SNI of VirtualService `db`",
        ),
    ]);
}

#[test]
fn shares_and_snis_of_connections_are_proved() {
    all_are_noticed(&[
        (|mesh| mesh.routes("db").tcp[0].route[0].weight = Some(49), "weights of `db` add up to 99"),
        (|mesh| mesh.routes("db").tls[0].route[0].weight = None, "weights of `db` add up to 50"),
        (
            |mesh| {
                let subset = &mut mesh.rule("here", "db-global").subsets[0];
                let policy = subset.traffic_policy.as_mut().unwrap();
                policy.port_level_settings[0].tls = policy.port_level_settings[1].tls.clone();
            },
            "port 443 is said as port 3306: `outbound_.3306_.v2_.db.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.routes("db").tls[0].route[1].destination.subset = Some("v3".to_owned()),
            "a route leads to subset `v3` of `db.default.global` port 443, which nobody was promised",
        ),
    ]);
}
