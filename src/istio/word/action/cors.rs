//! `corsPolicy` in Istio's words.

use crate::istio::dialect::Dialect;
use crate::istio::kind::virtual_service;
use crate::istio::release::Feature;
use crate::istio::word::condition;
use crate::istio::word::duration::Duration;
use crate::istio::word::string_match::StringMatch;
use crate::model::action::CorsPolicy;
use crate::model::condition::TextMatch;
use crate::source::At;

pub(super) fn cors_policy(written: &CorsPolicy, dialect: &mut Dialect<'_>) -> virtual_service::CorsPolicy {
    let CorsPolicy {
        allow_origins,
        allow_methods,
        allow_headers,
        expose_headers,
        max_age,
        allow_credentials,
        unmatched_preflights,
    } = written;
    let (allow_origins, allow_origin) = origins(allow_origins, dialect);
    virtual_service::CorsPolicy {
        allow_origins,
        allow_origin,
        allow_methods: allow_methods.clone(),
        allow_headers: allow_headers.clone(),
        expose_headers: expose_headers.clone(),
        max_age: max_age.map(Duration),
        allow_credentials: *allow_credentials,
        unmatched_preflights: unmatched_preflights
            .as_ref()
            .and_then(|at| dialect.say(Feature::UnmatchedPreflights, at.place, at.value.istio())),
    }
}

/// `allowOrigins`, or in its stead the older `allowOrigin`, which only knows whole texts.
fn origins(written: &[At<TextMatch>], dialect: &mut Dialect<'_>) -> (Vec<StringMatch>, Vec<String>) {
    if dialect.release().can(Feature::AllowOrigins) {
        return (written.iter().map(|at| condition::text(&at.value)).collect(), Vec::new());
    }
    let plain = written.iter().filter_map(|at| match &at.value {
        TextMatch::Exact(text) => Some(text.clone()),
        TextMatch::Prefix(_) | TextMatch::Regex(_) => {
            dialect.can(Feature::AllowOrigins, at.place);
            None
        }
    });
    (Vec::new(), plain.collect())
}
