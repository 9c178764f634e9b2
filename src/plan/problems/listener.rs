//! Servers of gateways that cannot stand beside each other.

use crate::diagnostic::{Code, Finding};
use crate::model::Cluster;
use crate::model::ingress::Server;
use crate::source::{At, Place};

pub fn entrance(server: &Server, cluster: &Cluster, gateway: Place) -> Finding {
    let Server { port, .. } = server;
    Finding::new(Code::MG0244, format!("port {port} of this workload is the way into `{}`", cluster.name))
        .at(port.place, "wanted for ingress")
        .at(gateway, "the same labels and the same port")
        .help("take another port, or write the labels of another workload in `selector`")
}

pub fn protocols(server: &Server, first: &Server) -> Finding {
    Finding::new(
        Code::MG0244,
        format!(
            "port {} of one workload is to speak {} and {}",
            server.port,
            server.speaks(),
            first.speaks()
        ),
    )
    .at(server.port.place, server.speaks())
    .at(first.port.place, first.speaks())
    .help("Istio leaves one of them out: give each a port of its own, or a workload of its own in `selector`")
}

pub fn same_host(server: &Server, host: &At<String>, first: Place) -> Finding {
    Finding::new(Code::MG0244, format!("`{host}` is listed twice for TLS on port {}", server.port))
        .at(host.place, "again")
        .at(first, "first here")
        .help("Istio leaves a server out that names a host again: name it once, with one certificate")
}

pub fn overlap(gateways: [&str; 2], server: &Server, host: &At<String>, first: Place) -> Finding {
    let [one, other] = gateways;
    Finding::new(
        Code::MG0245,
        format!("`{one}` and `{other}` are both open for `{host}` on port {} of one workload", server.port),
    )
    .at(host.place, format!("`{other}`"))
    .at(first, format!("`{one}`"))
    .help("name the host in one of them, or give them different workloads in `selector`")
}
