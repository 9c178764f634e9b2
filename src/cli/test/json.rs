//! The answers for programs: one document.
//!
//! Enters: what was asked. Leaves: JSON on one line. Refuses to know: streams.

use serde_json::{Value, json};

use super::{Asked, line, title};
use crate::query::Expected;
use crate::query::coverage::{Coverage, Part, counted};
use crate::source::Place;

/// Of the shape below.
const VERSION: u32 = 1;

/// The document, and a line end.
pub(super) fn render(asked: &Asked<'_>) -> String {
    let place =
        |place: Place| line(place, asked.sources).map(|(file, line)| json!({"file": file, "line": line}));
    let queries = asked.answered.iter().map(|answered| {
        let query = &answered.query;
        json!({
            "name": title(query),
            "from": query.from,
            "url": query.url,
            "at": place(query.place),
            "holds": answered.holds(),
            "expected": query.expected.as_deref().map(ends),
            "is": ends(&answered.is),
            "missingFeatures": answered.missing_features(),
            "features": answered.trace.features,
            "by": answered.by,
        })
    });
    let queries: Vec<Value> = queries.collect();
    let failed = asked.answered.iter().filter(|answered| !answered.holds()).count();
    let coverage = asked.coverage.map(|coverage| {
        let Coverage { rules, destinations, crossings } = coverage;
        json!({
            "percent": coverage.percent(),
            "rules": part(rules, |rule| json!({"service": rule.service, "at": place(rule.place)})),
            "destinations": part(destinations, |to| json!({"destination": to.text, "at": place(to.place)})),
            "crossings": part(crossings, |to| json!({"from": to.from, "to": to.to, "service": to.service})),
        })
    });
    let summary = json!({"queries": queries.len(), "failed": failed});
    json!({"version": VERSION, "queries": queries, "summary": summary, "coverage": coverage}).to_string()
        + "\n"
}

fn ends(ends: &[Expected]) -> Vec<Value> {
    let round = |percent: f64| (percent * 100.0).round() / 100.0;
    ends.iter().map(|to| json!({"end": to.end.to_string(), "percent": round(to.percent)})).collect()
}

fn part<T>(parts: &[Part<T>], name: impl Fn(&T) -> Value) -> Value {
    let (met, all) = counted(parts);
    let unmet: Vec<Value> = parts.iter().filter(|part| !part.is_met).map(|part| name(&part.part)).collect();
    json!({"met": met, "all": all, "unmet": unmet})
}
