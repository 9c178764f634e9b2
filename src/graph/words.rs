//! What is said of requests, of their ends and of what is down.
//!
//! Enters: what a trace says. Leaves: words for people and for a shell. Refuses to know: where they stand.

use super::asked::Kind;
use crate::trace::report::End;
use crate::trace::request::{Request, Speaks};
use crate::trace::survival::{Outage, Part as What};

pub(super) fn name_of(Outage { cluster, what }: &Outage) -> String {
    match what {
        What::Cluster => cluster.clone(),
        What::Gateway => format!("the gateway of {cluster}"),
        What::Version { namespace: _, service: _, workload } => format!("{workload} in {cluster}"),
    }
}

pub(super) fn ended(end: &End) -> (Kind, String) {
    match end {
        End::Pods { cluster, workload, app: _, version: _, port } => {
            (Kind::Pods, format!("pods of {workload} in {cluster}, port {port}"))
        }
        End::Redirect { code } => (Kind::Other, format!("redirect, status {code}")),
        End::Direct { status } => (Kind::Other, format!("answered by the proxy, status {status}")),
        End::Passthrough => (Kind::Nameless, "the name means nothing to these callers".to_owned()),
        End::External { address, mesh: false } => (Kind::Other, format!("leaves the mesh to {address}")),
        End::External { address, mesh: true } => {
            (Kind::Dead, format!("no cluster has the address {address}, and the mesh's TLS is spoken to it"))
        }
        End::Unknown { what } => (Kind::Unknown, format!("not known: {what}")),
        End::Dead { reason, why } => (Kind::Dead, format!("{why} ({reason})")),
    }
}

/// What follows `--from CLUSTER`.
pub(super) fn question(request: &Request) -> String {
    let Request { caller, host, port, method, path, headers, down: _, speaks, address: _ } = request;
    let (scheme, usual) = match speaks {
        Speaks::Http => ("http", "GET"),
        Speaks::Tls { .. } => ("tls", "GET"),
        Speaks::Bytes => ("tcp", "GET"),
    };
    let mut words = Vec::new();
    if let Some(gateway) = &caller.gateway {
        words.push(format!(" --gateway {}", quoted(gateway)));
    } else {
        words.push(format!("/{}", caller.namespace));
        words.extend(caller.labels.iter().map(|(key, value)| format!(",{key}={value}")));
    }
    words.push(format!(" {}", quoted(&format!("{scheme}://{host}:{port}{path}"))));
    if method != usual {
        words.push(format!(" -X {}", quoted(method)));
    }
    for (name, value) in headers {
        words.push(format!(" -H {}", quoted(&format!("{name}: {value}"))));
    }
    words.concat()
}

/// A word for a shell.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percent is between 0 and 100")]
pub(super) fn hundredths(percent: f64) -> u32 {
    (percent.clamp(0.0, 100.0) * 100.0).round() as u32
}
