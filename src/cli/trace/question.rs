//! The request that is asked about, as people write it.
//!
//! Enters: words of the command line. Leaves: a request, or why it is none. Refuses to know: where it goes.

use std::path::PathBuf;

use crate::cli::arguments::Trace;
use crate::cli::failure::Failure;
use crate::diagnostic::escape;
use crate::trace::asked::{self, Asked};
use crate::trace::request::Request;

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
    let asked = Asked {
        caller: match gateway {
            Some(gateway) => asked::outside(from, gateway)?,
            None => asked::caller(from)?,
        },
        url: asked::url(&url.to_string_lossy())?,
        method: method.clone(),
        headers: headers.iter().map(|text| header(text)).collect::<Result<_, _>>()?,
        down: down.iter().map(|text| asked::down(text)).collect::<Result<_, _>>()?,
        address: *address,
    };
    Ok((paths, asked.request()))
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

fn header(text: &str) -> Result<(String, String), Failure> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        }
        Some(_) | None => Err(Failure::new(format!("`{}` is no header", escape::line(text)))
            .help("a header looks like -H 'end-user: jason'")),
    }
}
