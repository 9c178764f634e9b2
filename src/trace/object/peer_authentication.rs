//! `PeerAuthentication`: whether pods take the mesh's TLS, or nothing else.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Spec of a `PeerAuthentication`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerAuthenticationSpec {
    /// Which pods; none selects all of the namespace, or, in the root namespace, of the mesh.
    #[serde(default)]
    pub selector: Option<Selector>,
    #[serde(default)]
    pub mtls: Option<MutualTls>,
    /// By the pods' port.
    #[serde(default, deserialize_with = "by_port")]
    pub port_level_mtls: BTreeMap<u16, MutualTls>,
}

/// Keys are texts in JSON, and perhaps in YAML.
fn by_port<'de, D: Deserializer<'de>>(reader: D) -> Result<BTreeMap<u16, MutualTls>, D::Error> {
    #[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(untagged)]
    enum Key {
        Number(u16),
        Text(String),
    }
    let said: BTreeMap<Key, MutualTls> = BTreeMap::deserialize(reader)?;
    let number = |key: Key| match key {
        Key::Number(number) => Ok(number),
        Key::Text(text) => text.parse().map_err(D::Error::custom),
    };
    said.into_iter().map(|(key, mutual)| Ok((number(key)?, mutual))).collect()
}

/// Pods by their labels.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Selector {
    #[serde(default)]
    pub match_labels: BTreeMap<String, String>,
}

/// What is taken.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct MutualTls {
    #[serde(default)]
    pub mode: MutualTlsMode,
}

/// What is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MutualTlsMode {
    /// What the next wider object says.
    #[default]
    Unset,
    /// Plaintext alone.
    Disable,
    /// Both.
    Permissive,
    /// The mesh's TLS alone.
    Strict,
}
