//! The request that is asked about, as people write it.
//!
//! Enters: words of the command line. Leaves: a request, or why it is none. Refuses to know: where it goes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::cli::arguments::Trace;
use crate::cli::failure::Failure;
use crate::diagnostic::{escape, list, nearest};
use crate::trace::request::{Caller, Down, Request, Speaks};
use crate::trace::world::{Cluster, World};

/// Reads the request, and tells it from the paths of the inputs.
pub(super) fn read(arguments: &Trace) -> Result<(&[PathBuf], Request), Failure> {
    let Trace {
        words,
        bounds: _,
        from,
        all: _,
        survive: _,
        gateway,
        address,
        bundles: _,
        method,
        headers,
        down,
    } = arguments;
    let from = from.as_deref().unwrap_or_default();
    let (url, paths) = words.split_last().ok_or_else(|| Failure::new("there is no request"))?;
    if paths.is_empty() {
        return Err(Failure::new("a trace needs inputs and a request")
            .help("as in `meshgen trace topology.yaml --from cluster1 http://reviews:9080/`"));
    }
    let Url { scheme, host, port, path } = self::url(&url.to_string_lossy())?;
    let mut headers = headers.iter().map(|text| header(text)).collect::<Result<BTreeMap<_, _>, _>>()?;
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
    let request = Request {
        caller: match gateway {
            Some(gateway) => outside(from, gateway)?,
            None => caller(from)?,
        },
        host,
        port,
        method: method.clone().unwrap_or_else(|| usual_method.to_owned()),
        path,
        headers,
        down: down.iter().map(|text| self::down(text)).collect::<Result<_, _>>()?,
        speaks,
        address: *address,
    };
    Ok((paths, request))
}

/// The inputs, and whose callers ask for everything, where no request is made; all if nobody is named.
pub(super) fn everything(arguments: &Trace) -> Result<(&[PathBuf], Option<&str>), Failure> {
    let Trace { words, from, .. } = arguments;
    if let Some(url) = words.iter().find(|word| word.to_string_lossy().contains("://")) {
        let url = escape::line(&url.to_string_lossy()).into_owned();
        return Err(Failure::new(format!("`{url}` is one request, and all are asked for"))
            .help("leave it out, or leave out `--all` and `--survive`"));
    }
    match from.as_deref() {
        Some(from) if from.contains(['/', ',']) => {
            Err(Failure::new("all services are asked for in their own namespaces, without labels")
                .help("`--from` names a cluster alone then"))
        }
        from => Ok((words, from)),
    }
}

/// Whether what a request names exists. In dumps every gateway may be one where requests from outside arrive.
pub(super) fn check(world: &World, request: &Request, of_dumps: bool) -> Result<(), Failure> {
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
pub(super) fn cluster_exists(world: &World, name: &str) -> Result<(), Failure> {
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

fn unknown(message: String, name: &str, known: &[&str], what: &str) -> Failure {
    let failure = Failure::new(message);
    match nearest(name, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure.help(format!("there are no {what}")),
        None => failure.help(format!("the {what} are {}", list(known))),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Grpc,
    /// TLS that the caller speaks itself; what is in it does not show.
    Tls,
    Tcp,
}

struct Url {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

fn url(text: &str) -> Result<Url, Failure> {
    let wrong = |what: String| Failure::new(what).help("a request looks like http://reviews:9080/path?query");
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
fn caller(text: &str) -> Result<Caller, Failure> {
    let mut parts = text.split(',');
    let place = parts.next().unwrap_or_default();
    let (cluster, namespace) = place.split_once('/').unwrap_or((place, "default"));
    let labels = parts.map(|pair| match pair.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        Some(_) | None => Err(Failure::new(format!("`{}` is no label", escape::line(pair)))
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
fn outside(text: &str, gateway: &str) -> Result<Caller, Failure> {
    if text.contains(['/', ',']) {
        return Err(Failure::new("a request from outside has neither namespace nor labels")
            .help("with --gateway, --from names the cluster of the gateway alone"));
    }
    Ok(Caller { cluster: text.to_owned(), gateway: Some(gateway.to_owned()), ..Caller::default() })
}

fn header(text: &str) -> Result<(String, String), Failure> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        }
        Some(_) | None => Err(Failure::new(format!("`{}` is no header", escape::line(text)))
            .help("a header looks like -H 'end-user: jason'")),
    }
}

fn down(text: &str) -> Result<Down, Failure> {
    Down::parse(text).ok_or_else(|| {
        Failure::new(format!("`{}` does not say what is down", escape::line(text)))
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
