//! `match`: what a request must look like.
//!
//! Enters: the tree of one condition. Leaves: [`Condition`]. Refuses to know: whether names, ports and expressions
//! are any good.

use super::problems;
use super::reader::{Form, Reader, form};
use super::tree::{Value, View};
use super::{Keyed, Listed, Written};
use crate::source::At;

/// All of its words must hold. An illegible word makes the whole condition unknown.
#[derive(Clone, Debug)]
pub struct Condition {
    pub source_clusters: Written<Listed<At<String>>>,
    /// Name or number, as written.
    pub port: Written<String>,
    pub uri: Written<TextMatch>,
    pub scheme: Written<TextMatch>,
    pub method: Written<TextMatch>,
    pub authority: Written<TextMatch>,
    pub headers: Written<Listed<Keyed<Presence>>>,
    pub without_headers: Written<Listed<Keyed<Presence>>>,
    pub query_params: Written<Listed<Keyed<Presence>>>,
    pub ignore_uri_case: Written<bool>,
    pub source_labels: Written<Listed<Keyed<At<String>>>>,
    pub source_namespace: Written<String>,
    /// Names, unchecked.
    pub sni_hosts: Written<Listed<At<String>>>,
    /// Addresses or networks, unchecked.
    pub destination_subnets: Written<Listed<At<String>>>,
}

/// How a text is compared: `{exact: …}`, `{prefix: …}`, `{regex: …}`; a scalar is `exact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    Exact(At<String>),
    Prefix(At<String>),
    /// RE2, unchecked.
    Regex(At<String>),
}

/// Whether a header or parameter is there, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// `{present: true}`
    Present,
    /// It is there and says this.
    Says(TextMatch),
}

form! {
    struct ConditionFields: "a condition", "match: {uri: {prefix: /cart}, headers: {end-user: jason}}" {
        uri: "uri",
        scheme: "scheme",
        method: "method",
        authority: "authority",
        headers: "headers",
        without_headers: "withoutHeaders",
        query_params: "queryParams",
        ignore_uri_case: "ignoreUriCase",
        port: "port",
        source_labels: "sourceLabels",
        source_namespace: "sourceNamespace",
        source_clusters: "sourceClusters",
        sni_hosts: "sniHosts",
        destination_subnets: "destinationSubnets",
    }
}

form! {
    struct TextMatchFields: "a comparison", "{prefix: /cart}" {
        exact: "exact",
        prefix: "prefix",
        regex: "regex",
    }
}

form! {
    struct PresenceFields: "a comparison", "{prefix: beta}" {
        exact: "exact",
        prefix: "prefix",
        regex: "regex",
        present: "present",
    }
}

impl Condition {
    /// Reads `match`: one map, or several of which any may hold.
    pub fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        if matches!(value.view(), View::List([])) {
            reader.report(problems::no_conditions(value.place()));
            return None;
        }
        reader.list(value, Self::read)
    }

    /// Reads one map of `match`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let ConditionFields {
            uri,
            scheme,
            method,
            authority,
            headers,
            without_headers,
            query_params,
            ignore_uri_case,
            port,
            source_labels,
            source_namespace,
            source_clusters,
            sni_hosts,
            destination_subnets,
        } = reader.fields(value)?;
        Some(Self {
            source_clusters: source_clusters.read(reader, Reader::texts),
            port: port.read(reader, Reader::text),
            uri: uri.read(reader, TextMatch::read),
            scheme: scheme.read(reader, TextMatch::read),
            method: method.read(reader, TextMatch::read),
            authority: authority.read(reader, TextMatch::read),
            headers: headers.read(reader, Presence::read_all),
            without_headers: without_headers.read(reader, Presence::read_all),
            query_params: query_params.read(reader, Presence::read_all),
            ignore_uri_case: ignore_uri_case.read(reader, Reader::boolean),
            source_labels: source_labels.read(reader, Reader::labels),
            source_namespace: source_namespace.read(reader, Reader::text),
            sni_hosts: sni_hosts.read(reader, Reader::texts),
            destination_subnets: destination_subnets.read(reader, Reader::texts),
        })
    }
}

impl TextMatch {
    /// Reads a text, or a map that says how it is compared.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        if let View::Text(_) = value.view() {
            return Some(At::new(Self::Exact(reader.text(value)?), value.place()));
        }
        let TextMatchFields { exact, prefix, regex } = reader.fields(value)?;
        let ways = [
            exact.read(reader, Self::exact),
            prefix.read(reader, Self::prefix),
            regex.read(reader, Self::regex),
        ];
        only(ways, TextMatchFields::FIELDS, value, reader)
    }

    fn exact(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        Some(At::new(Self::Exact(reader.text(value)?), value.place()))
    }

    fn prefix(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        Some(At::new(Self::Prefix(reader.text(value)?), value.place()))
    }

    fn regex(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        Some(At::new(Self::Regex(reader.text(value)?), value.place()))
    }
}

impl Presence {
    fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Keyed<Self>>>> {
        reader.entries(value, "a map of names", "headers: {end-user: jason}", |reader, key, value| {
            Some(Keyed { key: key.map(str::to_owned), value: Self::read(reader, value)? })
        })
    }

    fn read(reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let says = |text: At<TextMatch>| At::new(Self::Says(text.value), text.place);
        if let View::Text(_) = value.view() {
            return TextMatch::exact(reader, value).map(says).map(|at| at.value);
        }
        let PresenceFields { exact, prefix, regex, present } = reader.fields(value)?;
        let ways = [
            exact.read(reader, |reader, value| TextMatch::exact(reader, value).map(says)),
            prefix.read(reader, |reader, value| TextMatch::prefix(reader, value).map(says)),
            regex.read(reader, |reader, value| TextMatch::regex(reader, value).map(says)),
            present.read(reader, |reader, value| {
                let present = reader.boolean(value)?;
                if !present.value {
                    reader.report(problems::not_present(present.place));
                    return None;
                }
                Some(At::new(Self::Present, present.place))
            }),
        ];
        only(ways, PresenceFields::FIELDS, value, reader).map(|at| at.value)
    }
}

/// The one way of comparing that was written.
fn only<T, const N: usize>(
    ways: [Written<T>; N],
    known: &[&str],
    value: Value<'_>,
    reader: &mut Reader,
) -> Option<At<T>> {
    let count = ways.iter().filter(|way| !way.is_absent()).count();
    let legible = ways.iter().all(|way| !way.is_illegible());
    // Where only unknown ways are written, that has been said.
    let unknown = count == 0 && matches!(value.view(), View::Map(mapping) if !mapping.entries.is_empty());
    if count != 1 {
        if legible && !unknown {
            reader.report(problems::comparison(count, known, value.name_place()));
        }
        return None;
    }
    ways.into_iter().find_map(|way| match way {
        Written::As(at) => Some(at),
        Written::Absent | Written::Illegible => None,
    })
}
