//! `queries`: what is to stay true of requests.
//!
//! Enters: the trees of all Queries documents. Leaves: each [`Query`] as written. Refuses to know: whether anybody can ask it.

use super::reader::{Reader, form};
use super::tree::{Node, Value, View};
use super::{Keyed, Listed, Written};
use crate::source::{At, Place, Span};

/// One element of `queries`.
#[derive(Clone, Debug)]
pub struct Query {
    /// Where it begins: its braces, or its first key.
    pub place: Place,
    /// The last of its fields, key and value, where it ends in the text; none if it is not written out there.
    pub last: Option<Span>,
    pub name: Written<String>,
    pub from: At<String>,
    pub url: At<String>,
    pub method: Written<String>,
    pub headers: Written<Listed<Keyed<At<String>>>>,
    pub gateway: Written<String>,
    pub address: Written<String>,
    pub down: Written<Listed<At<String>>>,
    pub expect: Written<Listed<Expected>>,
    pub features: Written<Listed<At<String>>>,
}

/// A place where requests are to end, and how many of them.
#[derive(Clone, Debug)]
pub struct Expected {
    /// `v2@cluster2`, `dead:no-route`, unchecked.
    pub end: At<String>,
    /// 0 to 100.
    pub percent: f64,
}

form! {
    struct QueriesFields: "a Queries", "kind: Queries" {
        api_version: "apiVersion",
        kind: "kind",
        queries: "queries",
    }
}

form! {
    struct QueryFields: "a query", "{from: cluster1, url: \"http://reviews:9080/\", expect: v1@cluster1}" {
        name: "name",
        from: "from",
        url: "url",
        method: "method",
        headers: "headers",
        gateway: "gateway",
        address: "address",
        down: "down",
        expect: "expect",
        features: "features",
    }
}

/// Keys of `expect` whose value says more of the end than how many: `{dead: no-route}`, `{redirect: 302}`.
const ENDS: [&str; 4] = ["dead", "redirect", "direct", "external"];

/// Reads all Queries documents.
pub fn read(documents: &[Node], reader: &mut Reader) -> Listed<Query> {
    let mut all = Listed::default();
    for document in documents {
        let QueriesFields { api_version: _, kind: _, queries } =
            reader.fields_or_illegible(Value::root(document));
        let listed = queries.required::<_, QueriesFields>(
            "queries",
            Value::root(document),
            reader,
            |reader, value| reader.list(value, |reader, value| Query::read(value, reader)),
        );
        match listed {
            Some(At { value: listed, place: _ }) => {
                all.complete &= listed.complete;
                all.entries.extend(listed.entries);
            }
            None => all.complete = false,
        }
    }
    all
}

impl Query {
    fn read(value: Value<'_>, reader: &mut Reader) -> Option<Self> {
        let QueryFields { name, from, url, method, headers, gateway, address, down, expect, features } =
            reader.fields(value)?;
        let from = from.required::<_, QueryFields>("from", value, reader, Reader::text);
        let url = url.required::<_, QueryFields>("url", value, reader, Reader::text);
        let query = Self {
            place: value.place(),
            last: last(value),
            name: name.read(reader, Reader::text),
            method: method.read(reader, Reader::text),
            headers: headers.read(reader, Reader::labels),
            gateway: gateway.read(reader, Reader::text),
            address: address.read(reader, Reader::text),
            down: down.read(reader, Reader::texts),
            expect: expect.read(reader, Expected::read_all),
            features: features.read(reader, Reader::texts),
            from: from?,
            url: url?,
        };
        Some(query)
    }
}

impl Expected {
    /// One end, a map of ends with shares, or one end in two words.
    fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        const EXAMPLE: &str = "expect: {v1@cluster1: 90, v2@cluster2: 10}";
        let all = |end: At<String>| Self { end, percent: 100.0 };
        if let View::Text(_) = value.view() {
            let end = reader.text(value)?;
            let place = end.place;
            return Some(At::new(Listed { entries: vec![all(end)], complete: true }, place));
        }
        if let Some(end) = in_two_words(value) {
            let place = value.place();
            return Some(At::new(Listed { entries: vec![all(end)], complete: true }, place));
        }
        reader.entries(value, "where requests end", EXAMPLE, |reader, key, value| {
            let percent = reader.percent(value)?.value;
            Some(Self { end: key.map(str::to_owned), percent })
        })
    }
}

/// `{dead: no-route}`, `{redirect: 302}`, `{version: v2}`, `{version: v2, cluster: cluster2}`; nothing for shares.
fn in_two_words(value: Value<'_>) -> Option<At<String>> {
    let View::Map(mapping) = value.view() else { return None };
    let text = |key: &str| match value.get(key)?.view() {
        View::Text(scalar) => Some(scalar.text.as_ref()),
        View::Nothing | View::List(_) | View::Map(_) | View::Illegible => None,
    };
    let is_share = |text: &str| text.parse::<f64>().is_ok();
    let place = value.place();
    if let (1, Some(end)) = (mapping.entries.len(), mapping.entries.first()) {
        let key = &*end.key.value;
        let said = ENDS.contains(&key).then(|| text(key)).flatten();
        let is_status = matches!(key, "redirect" | "direct");
        if let Some(said) = said.filter(|said| is_status || !is_share(said)) {
            return Some(At::new(format!("{key}:{said}"), place));
        }
    }
    let version = text("version").filter(|version| !is_share(version))?;
    match (mapping.entries.len(), text("cluster")) {
        (1, _) => Some(At::new(version.to_owned(), place)),
        (2, Some(cluster)) => Some(At::new(format!("{version}@{cluster}"), place)),
        _ => None,
    }
}

/// From the last key that stands in the text itself to the end of its value.
fn last(value: Value<'_>) -> Option<Span> {
    let View::Map(mapping) = value.view() else { return None };
    let own = value.place().span;
    let entries = mapping.entries.iter().filter(|entry| {
        let key = entry.key.place;
        key.via.is_none() && key.span.source == own.source && key.span.start >= own.start
    });
    let entry = entries.max_by_key(|entry| entry.key.place.span.start)?;
    let key = entry.key.place.span;
    Some(Span { end: end(value.entry(entry).1).max(key.end), ..key })
}

/// Where a value ends in the text, as far as its places tell.
fn end(value: Value<'_>) -> u32 {
    let own = value.place();
    let deeper = match value.view() {
        View::Map(_) => last(value).map(|span| span.end),
        View::List(elements) => elements.last().map(|element| end(value.element(element))),
        View::Text(_) | View::Nothing | View::Illegible => None,
    };
    own.span.end.max(deeper.filter(|_| own.via.is_none()).unwrap_or(0))
}
