//! A trace for programs: docs/trace.md says what each field means.
//!
//! Enters: what becomes of a request. Leaves: one JSON document, one line. Refuses to know: how it was found.

use serde::Serialize;

use super::routing::Texts;
use crate::source::{Place, Sources};
use crate::trace::object::ObjectPlace;
use crate::trace::report::{Dial, End, Step, Trace};
use crate::trace::request::{Caller, Request};

/// Of the shape below.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    request: Asked<'a>,
    shares: Vec<Share<'a>>,
    features: &'a [String],
    notes: &'a [String],
    remarks: &'a [String],
    dead: bool,
}

#[derive(Serialize)]
struct Asked<'a> {
    cluster: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<&'a str>,
    namespace: &'a str,
    host: &'a str,
    port: u16,
    method: &'a str,
    path: &'a str,
}

#[derive(Serialize)]
struct Share<'a> {
    percent: f64,
    place: String,
    end: &'a End,
    steps: Vec<StepWithOrigin<'a>>,
}

#[derive(Serialize)]
struct StepWithOrigin<'a> {
    cluster: &'a str,
    what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dials: Option<&'a Dial>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Line<'a>>,
}

#[derive(Serialize)]
struct Object<'a> {
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    /// Where the bundle is in one.
    #[serde(flatten)]
    line: Option<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    line: usize,
}

/// The document, and a line end.
pub(super) fn render<'a>(request: &Request, trace: &'a Trace, texts: &Texts, sources: &'a Sources) -> String {
    let Caller { cluster, namespace, labels: _, locality: _, gateway } = &request.caller;
    let step = |step: &'a Step| {
        let Step { cluster, what, object, route, dials } = step;
        let origin = texts.origin(step).and_then(|place| line(place, sources));
        StepWithOrigin {
            cluster,
            what,
            object: object.as_ref().map(self::object),
            route: *route,
            dials: dials.as_ref(),
            origin,
        }
    };
    let document = Document {
        version: VERSION,
        request: Asked {
            cluster,
            gateway: gateway.as_deref(),
            namespace,
            host: &request.host,
            port: request.port,
            method: &request.method,
            path: &request.path,
        },
        shares: trace
            .shares
            .iter()
            .map(|share| Share {
                percent: share.percent,
                place: share.end.place(request.app()),
                end: &share.end,
                steps: share.steps.iter().map(step).collect(),
            })
            .collect(),
        features: &trace.features,
        notes: &trace.notes,
        remarks: &trace.remarks,
        dead: trace.is_dead(),
    };
    // Only a map whose keys are no text could fail, and there is none.
    serde_json::to_string(&document).unwrap_or_default() + "\n"
}

fn object(place: &ObjectPlace) -> Object<'_> {
    let ObjectPlace { kind, namespace, name, cluster: _, file, line } = place;
    let line = (!file.is_empty()).then(|| Line { file, line: *line });
    Object { kind, namespace, name, line }
}

fn line(place: Place, sources: &Sources) -> Option<Line<'_>> {
    let source = sources.get(place.span.source)?;
    let line = source.text().get(..place.span.start as usize)?.matches('\n').count() + 1;
    Some(Line { file: &source.name, line })
}
