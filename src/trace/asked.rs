//! A request as people write it: a URL, who calls, what is down.
//!
//! Enters: words. Leaves: a [`Request`], or why it is none. Refuses to know: where the words stand, and where the request goes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::request::{Caller, Down, Request, Speaks};
use super::world::{Cluster, World};
use crate::diagnostic::{escape, list, nearest};

/// Why words are no request: a fact, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Lower case, no full stop.
    pub message: String,
    /// With the nearest known name.
    pub help: Option<String>,
}

impl Wrong {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// What is asked, each word read.
#[derive(Debug)]
pub struct Asked {
    /// Who calls.
    pub caller: Caller,
    /// What is called.
    pub url: Url,
    /// `GET`, or `POST` for gRPC, if nobody says.
    pub method: Option<String>,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
    /// Endpoints that do not answer.
    pub down: Vec<Down>,
    /// The address that is dialled.
    pub address: Option<IpAddr>,
}

impl Asked {
    /// The request, with what goes without saying.
    #[must_use]
    pub fn request(self) -> Request {
        let Self { caller, url: Url { scheme, host, port, path }, method, mut headers, down, address } = self;
        let usual_method = match scheme {
            Scheme::Http | Scheme::Tls | Scheme::Tcp => "GET",
            Scheme::Grpc => {
                headers.entry("content-type".to_owned()).or_insert_with(|| "application/grpc".to_owned());
                "POST"
            }
        };
        let speaks = match scheme {
            Scheme::Http | Scheme::Grpc => Speaks::Http,
            Scheme::Tls => Speaks::Tls { sni: host.clone() },
            Scheme::Tcp => Speaks::Bytes,
        };
        let method = method.unwrap_or_else(|| usual_method.to_owned());
        Request { caller, host, port, method, path, headers, down, speaks, address }
    }
}

/// Whether what a request names exists. In dumps every gateway may be one where requests from outside arrive.
pub fn check(world: &World, request: &Request, of_dumps: bool) -> Result<(), Wrong> {
    cluster_exists(world, &request.caller.cluster)?;
    for down in &request.down {
        cluster_exists(world, &down.cluster)?;
    }
    for down in &request.down {
        let Some(cluster) = world.cluster(&down.cluster) else { continue };
        let known = what_may_be_down(cluster);
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        if !names.contains(&down.what.as_str()) {
            let message = format!("nothing in {} is called `{}`", cluster.name, escape::line(&down.what));
            return Err(unknown(message, &down.what, &names, "names there"));
        }
    }
    let Caller { cluster, gateway, namespace: _, labels: _, locality: _ } = &request.caller;
    let (Some(name), Some(cluster)) = (gateway, world.cluster(cluster)) else { return Ok(()) };
    // Nobody from outside comes in where other clusters do.
    let ingress = cluster.gateways.iter().filter(|gateway| of_dumps || gateway.addresses.is_empty());
    let known: Vec<&str> = ingress.map(|gateway| gateway.name.as_str()).collect();
    if known.contains(&name.as_str()) {
        return Ok(());
    }
    let message = format!("{} has no ingress gateway `{}`", cluster.name, escape::line(name));
    Err(unknown(message, name, &known, "ingress gateways there"))
}

/// Whether there is a cluster of this name.
pub fn cluster_exists(world: &World, name: &str) -> Result<(), Wrong> {
    if world.cluster(name).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = world.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    let message = format!("there is no cluster `{}`", escape::line(name));
    Err(unknown(message, name, &known, "clusters"))
}

/// All pods, the gateway, versions, and pods by name.
fn what_may_be_down(cluster: &Cluster) -> Vec<String> {
    let workloads = cluster.services.iter().flat_map(|service| &service.workloads);
    let pods = workloads.flat_map(|workload| {
        let numbered = (workload.replicas > 1).then_some(0..workload.replicas).into_iter().flatten();
        let numbered = numbered.map(|number| format!("{}-{number}", workload.name));
        let version = workload.labels.get("version").cloned();
        version.into_iter().chain([workload.name.clone()]).chain(numbered)
    });
    let gateway = (!cluster.gateways.is_empty()).then(|| "gateway".to_owned());
    let names: BTreeSet<String> = pods.collect();
    names.into_iter().chain(gateway).chain(["*".to_owned()]).collect()
}

fn unknown(message: String, name: &str, known: &[&str], what: &str) -> Wrong {
    let failure = Wrong::new(message);
    match nearest(name, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure.help(format!("there are no {what}")),
        None => failure.help(format!("the {what} are {}", list(known))),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Grpc,
    /// TLS that the caller speaks itself; what is in it does not show.
    Tls,
    Tcp,
}

/// What is called.
#[derive(Debug)]
pub struct Url {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

/// Reads `http://reviews:9080/path?query`.
pub fn url(text: &str) -> Result<Url, Wrong> {
    let wrong = |what: String| Wrong::new(what).help("a request looks like http://reviews:9080/path?query");
    let shown = escape::line(text);
    let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong(format!("`{shown}` is no URL")))?;
    let scheme = match scheme {
        "http" => Scheme::Http,
        "grpc" => Scheme::Grpc,
        "tls" | "https" => Scheme::Tls,
        "tcp" => Scheme::Tcp,
        other => return Err(wrong(format!("`{}://` is not followed", escape::line(other)))),
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => {
            let port = port.parse().ok().filter(|port| *port != 0);
            (host, port.ok_or_else(|| wrong(format!("`{shown}` has no port between 1 and 65535")))?)
        }
        None if scheme == Scheme::Tls => (authority, 443),
        None if scheme == Scheme::Tcp => return Err(wrong(format!("`{shown}` names no port"))),
        None => (authority, 80),
    };
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(wrong(format!("`{shown}` names no host")));
    }
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Ok(Url { scheme, host: host.to_owned(), port, path })
}

/// `cluster1/shop,app=web,version=v1`
pub fn caller(text: &str) -> Result<Caller, Wrong> {
    let mut parts = text.split(',');
    let place = parts.next().unwrap_or_default();
    let (cluster, namespace) = place.split_once('/').unwrap_or((place, "default"));
    let labels = parts.map(|pair| match pair.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        Some(_) | None => Err(Wrong::new(format!("`{}` is no label", escape::line(pair)))
            .help("a caller looks like cluster1/shop,app=web,version=v1")),
    });
    Ok(Caller {
        cluster: cluster.to_owned(),
        namespace: namespace.to_owned(),
        labels: labels.collect::<Result<_, _>>()?,
        ..Caller::default()
    })
}

/// Who calls from outside has no namespace and no labels that anybody knows.
pub fn outside(text: &str, gateway: &str) -> Result<Caller, Wrong> {
    if text.contains(['/', ',']) {
        return Err(Wrong::new("a request from outside has neither namespace nor labels")
            .help("who calls is the cluster of the gateway alone then, as in cluster1"));
    }
    Ok(Caller { cluster: text.to_owned(), gateway: Some(gateway.to_owned()), ..Caller::default() })
}

/// Reads `cluster2/v2`.
pub fn down(text: &str) -> Result<Down, Wrong> {
    Down::parse(text).ok_or_else(|| {
        Wrong::new(format!("`{}` does not say what is down", escape::line(text)))
            .help("say cluster2/v2, cluster2/gateway or cluster2/*")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_port_and_a_path() {
        for (text, expected) in [
            ("http://reviews:9080/x?y=1", Some(("reviews", 9080, "/x?y=1"))),
            ("http://reviews", Some(("reviews", 80, "/"))),
            ("grpc://a.b:1?c", Some(("a.b", 1, "/?c"))),
            ("reviews:9080", None),
            ("http://:80/", None),
            ("http://a:0/", None),
            ("tcp://a:1", Some(("a", 1, "/"))),
            ("tcp://a", None),
            ("https://a", Some(("a", 443, "/"))),
            ("udp://a:1", None),
        ] {
            let found = url(text).ok().map(|url| (url.host, url.port, url.path));
            let found = found.as_ref().map(|(host, port, path)| (host.as_str(), *port, path.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_caller_has_a_namespace_and_labels() {
        let found = caller("cluster1/shop,app=web").unwrap();
        assert_eq!((found.cluster.as_str(), found.namespace.as_str()), ("cluster1", "shop"));
        assert_eq!(found.labels, BTreeMap::from([("app".to_owned(), "web".to_owned())]));
        assert_eq!(caller("cluster1").unwrap().namespace, "default");
        assert!(caller("cluster1,app").is_err());
    }
}
