//! A condition that people state apart from any object: which requests they mean.
//!
//! Enters: the words of a VirtualService's `match`. Leaves: whether a request is meant. Refuses to know: where it goes.

use serde::Deserialize as _;

use super::condition;
use super::object::virtual_service::HttpMatch;
use super::request::Request;

/// All of its words must hold.
#[derive(Clone, Debug)]
pub struct Stated(HttpMatch);

impl Stated {
    /// Reads the words as Istio's `HTTPMatchRequest` has them; nothing if it has no such words.
    #[must_use]
    pub fn read(words: serde_json::Value) -> Option<Self> {
        HttpMatch::deserialize(words).ok().map(Self)
    }

    /// Whether a request is meant.
    #[must_use]
    pub fn means(&self, request: &Request) -> bool {
        let Self(words) = self;
        let caller = &request.caller;
        words.port.is_none_or(|port| port == request.port)
            && words.source_namespace.as_ref().is_none_or(|namespace| *namespace == caller.namespace)
            && words.source_labels.iter().all(|(key, value)| caller.labels.get(key) == Some(value))
            && condition::holds(words, request, u8::MAX)
    }

    /// How much it says of a request, port and name left out.
    #[must_use]
    pub fn words(&self) -> usize {
        let HttpMatch { uri, scheme, method, headers, without_headers, query_params, .. } = &self.0;
        [uri, scheme, method].into_iter().flatten().count()
            + headers.len()
            + without_headers.len()
            + query_params.len()
            + self.0.source_labels.len()
            + usize::from(self.0.source_namespace.is_some())
    }
}
