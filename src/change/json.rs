//! A change for programs.
//!
//! Enters: a report. Leaves: one JSON document. Refuses to know: who reads it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::class::Class;
use super::report::{ObjectChange, Report};
use super::row::Row;

/// The whole document; `plan` is part of it if there is one.
#[must_use]
pub fn render(report: &Report, plan: Option<Value>) -> String {
    let requests: BTreeMap<&str, usize> =
        Class::ALL.iter().map(|class| (class.key(), report.count(*class))).collect();
    let mut document = json!({
        "version": 1,
        "requests": requests,
        "rows": report.rows.iter().map(row).collect::<Vec<_>>(),
        "objects": report.objects.iter().map(object).collect::<Vec<_>>(),
    });
    if let (Some(plan), Some(fields)) = (plan, document.as_object_mut()) {
        fields.insert("plan".to_owned(), plan);
    }
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn row(row: &Row) -> Value {
    let (gone, come) = &row.features;
    let (old_dials, new_dials) = &row.dials;
    let shares = |share: fn(&super::row::Cell) -> f64| -> BTreeMap<&str, f64> {
        let all = row.cells.iter().map(|cell| (cell.place.as_str(), share(cell)));
        all.filter(|(_, percent)| *percent > 0.0).collect()
    };
    json!({
        "class": row.class.key(),
        "service": row.services.first(),
        "request": row.request(str::to_owned),
        "callers": row.callers,
        "requests": row.requests,
        "before": shares(|cell| cell.before),
        "after": shares(|cell| cell.after),
        "features": {"before": gone, "after": come},
        "dials": {"before": old_dials, "after": new_dials},
    })
}

fn object(object: &ObjectChange) -> Value {
    let ObjectChange { cluster, id, verb, fields } = object;
    let fields: Vec<Value> = fields
        .iter()
        .map(|field| json!({"path": field.path, "before": field.before, "after": field.after}))
        .collect();
    json!({
        "cluster": cluster,
        "kind": id.kind,
        "namespace": id.namespace,
        "name": id.name,
        "verb": verb.word(),
        "fields": fields,
    })
}
