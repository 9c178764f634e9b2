//! Whether one condition holds whenever another does: the rule with the other, if it comes later, never answers.
//!
//! Sound, not complete: `false` may just mean that it is hard to tell. Expressions are only compared as texts.

use std::collections::BTreeMap;

use super::{Presence, ProxyMatch, TextMatch};
use crate::model::pattern;
use crate::source::At;

impl ProxyMatch {
    /// Whether these words hold for every request for which the `other` ones hold.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let Self {
            uri: _,
            ignore_uri_case: _,
            scheme,
            method,
            authority,
            headers,
            without_headers,
            query_params,
            source_labels,
            source_namespace,
            sni_hosts,
            destination_subnets,
        } = self;
        self.covers_uri(other)
            && covers_text(scheme.as_ref(), other.scheme.as_ref())
            && covers_text(method.as_ref(), other.method.as_ref())
            && covers_text(authority.as_ref(), other.authority.as_ref())
            && headers
                .iter()
                .all(|(name, wanted)| other.headers.get(name).is_some_and(|said| wanted.covers(said)))
            && without_headers.iter().all(|(name, at)| excludes(&other.without_headers, name, &at.value))
            && query_params.iter().all(|(name, at)| {
                other.query_params.get(name).is_some_and(|said| at.value.covers(&said.value))
            })
            && source_labels.iter().all(|(key, value)| other.source_labels.get(key) == Some(value))
            && source_namespace.as_ref().is_none_or(|at| {
                other.source_namespace.as_ref().is_some_and(|namespace| namespace.value == at.value)
            })
            && covers_any(sni_hosts, &other.sni_hosts, |wide, narrow| {
                pattern::covers(&wide.value, &narrow.value)
            })
            && covers_any(destination_subnets, &other.destination_subnets, |wide, narrow| {
                wide.value.contains(&narrow.value)
            })
    }

    fn covers_uri(&self, other: &Self) -> bool {
        let Some(wanted) = &self.uri else { return true };
        if wanted.is_every_uri() {
            return true;
        }
        let Some(said) = &other.uri else { return false };
        match (self.ignore_uri_case, other.ignore_uri_case) {
            (Some(_), _) => wanted.in_lower_case().covers(&said.in_lower_case()),
            (None, None) => wanted.covers(said),
            (None, Some(_)) => matches!(wanted, TextMatch::Regex(_)) && wanted == said,
        }
    }
}

impl TextMatch {
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Prefix(prefix), Self::Exact(text) | Self::Prefix(text)) => {
                text.starts_with(prefix.as_str())
            }
            (Self::Prefix(_), Self::Regex(_)) => false,
            (Self::Exact(_) | Self::Regex(_), Self::Exact(_) | Self::Prefix(_) | Self::Regex(_)) => {
                self == other
            }
        }
    }

    /// Istio, too, takes the prefix `/` for every request.
    #[must_use]
    pub fn is_every_uri(&self) -> bool {
        match self {
            Self::Prefix(prefix) => prefix.is_empty() || prefix == "/",
            Self::Exact(_) | Self::Regex(_) => false,
        }
    }

    /// `ignoreUriCase` does not reach into regular expressions.
    pub(super) fn in_lower_case(&self) -> Self {
        match self {
            Self::Exact(text) => Self::Exact(text.to_lowercase()),
            Self::Prefix(text) => Self::Prefix(text.to_lowercase()),
            Self::Regex(_) => self.clone(),
        }
    }
}

impl Presence {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Present, Self::Present | Self::Says(_)) => true,
            (Self::Says(_), Self::Present) => false,
            (Self::Says(wanted), Self::Says(said)) => wanted.covers(said),
        }
    }
}

/// Whether each of the narrower is one of the wider; no wider ones are all there are.
fn covers_any<T>(wide: &[T], narrow: &[T], covers: impl Fn(&T, &T) -> bool) -> bool {
    wide.is_empty()
        || !narrow.is_empty() && narrow.iter().all(|narrow| wide.iter().any(|wide| covers(wide, narrow)))
}

fn covers_text(wanted: Option<&TextMatch>, said: Option<&TextMatch>) -> bool {
    wanted.is_none_or(|wanted| said.is_some_and(|said| wanted.covers(said)))
}

/// Whether requests that obey `others` never have a header that says `unwanted`.
///
/// What is absent from fewer requests is implied by what is absent from more; but presence is not compared with a
/// text, for releases disagree on whether an absent header differs from a text.
fn excludes(others: &BTreeMap<String, At<Presence>>, name: &str, unwanted: &Presence) -> bool {
    let Some(other) = others.get(name) else { return false };
    match (&other.value, unwanted) {
        (Presence::Present, Presence::Present) => true,
        (Presence::Says(wider), Presence::Says(narrower)) => wider.covers(narrower),
        (Presence::Present, Presence::Says(_)) | (Presence::Says(_), Presence::Present) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, SourceId, Span};

    fn somewhere() -> Place {
        Span { source: SourceId(0), start: 0, end: 0 }.into()
    }

    fn exact(text: &str) -> TextMatch {
        TextMatch::Exact(text.to_owned())
    }

    fn prefix(text: &str) -> TextMatch {
        TextMatch::Prefix(text.to_owned())
    }

    fn uri(text: TextMatch) -> ProxyMatch {
        ProxyMatch { uri: Some(text), ..ProxyMatch::default() }
    }

    fn header(says: Presence) -> ProxyMatch {
        ProxyMatch { headers: [("end-user".to_owned(), says)].into(), ..ProxyMatch::default() }
    }

    fn without(says: Presence) -> ProxyMatch {
        ProxyMatch {
            without_headers: [("end-user".to_owned(), At::new(says, somewhere()))].into(),
            ..ProxyMatch::default()
        }
    }

    #[test]
    fn no_words_cover_everything() {
        let nothing = ProxyMatch::default();
        assert!(nothing.covers(&uri(exact("/a"))));
        assert!(!uri(exact("/a")).covers(&nothing));
    }

    #[test]
    fn a_prefix_covers_what_starts_with_it() {
        assert!(uri(prefix("/api")).covers(&uri(exact("/api/v1"))));
        assert!(uri(prefix("/api")).covers(&uri(prefix("/api/v1"))));
        assert!(!uri(prefix("/api/v1")).covers(&uri(prefix("/api"))));
        assert!(!uri(exact("/api")).covers(&uri(prefix("/api"))));
        assert!(uri(prefix("/")).covers(&ProxyMatch::default()));
    }

    #[test]
    fn case_counts_unless_the_wider_one_ignores_it() {
        let ignoring = |words: ProxyMatch| ProxyMatch { ignore_uri_case: Some(somewhere()), ..words };
        assert!(ignoring(uri(prefix("/API"))).covers(&uri(exact("/api/v1"))));
        assert!(!uri(prefix("/api")).covers(&ignoring(uri(exact("/api/v1")))));
    }

    #[test]
    fn presence_covers_every_text_and_no_text_covers_presence() {
        assert!(header(Presence::Present).covers(&header(Presence::Says(exact("jason")))));
        assert!(!header(Presence::Says(exact("jason"))).covers(&header(Presence::Present)));
    }

    #[test]
    fn exclusion_turns_the_order_around() {
        let (wide, narrow) = (Presence::Says(prefix("j")), Presence::Says(exact("jason")));
        assert!(without(narrow.clone()).covers(&without(wide.clone())));
        assert!(!without(wide).covers(&without(narrow.clone())));
        assert!(!without(narrow).covers(&without(Presence::Present)));
    }

    #[test]
    fn a_wider_name_or_network_covers_a_narrower() {
        let names = |names: &[&str]| ProxyMatch {
            sni_hosts: names.iter().map(|name| At::new((*name).to_owned(), somewhere())).collect(),
            ..ProxyMatch::default()
        };
        let networks = |networks: &[&str]| ProxyMatch {
            destination_subnets: networks
                .iter()
                .map(|network| At::new(network.parse().unwrap(), somewhere()))
                .collect(),
            ..ProxyMatch::default()
        };
        assert!(names(&["*.example.com", "a.org"]).covers(&names(&["b.example.com", "*.b.example.com"])));
        assert!(!names(&["b.example.com"]).covers(&names(&["b.example.com", "c.example.com"])));
        assert!(!names(&["b.example.com"]).covers(&names(&[])) && names(&[]).covers(&names(&["a"])));
        assert!(networks(&["10.0.0.0/8"]).covers(&networks(&["10.1.0.0/16"])));
        assert!(!networks(&["10.1.0.0/16"]).covers(&networks(&["10.0.0.0/8"])));
    }

    #[test]
    fn a_caller_with_fewer_labels_covers_one_with_more() {
        let from = |labels: &[(&str, &str)]| ProxyMatch {
            source_labels: labels
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..ProxyMatch::default()
        };
        assert!(from(&[("app", "web")]).covers(&from(&[("app", "web"), ("version", "v1")])));
        assert!(!from(&[("app", "web")]).covers(&from(&[("app", "api")])));
    }
}
