//! Answers that are not destinations: `redirect` and `directResponse`, as meant.

use super::{exclusive, one_line, problems, says_something};
use crate::diagnostic::Finding;
use crate::input::Written;
use crate::input::action as written;
use crate::input::routing::Rule;
use crate::model::action::{Body, DirectResponse, Redirect, RedirectPort, RedirectScheme};
use crate::resolve::value::{Checked, Poisoned, http, optional};
use crate::source::{At, Place};

const SCHEMES: [(&str, RedirectScheme); 2] =
    [("http", RedirectScheme::Http), ("https", RedirectScheme::Https)];

const DERIVED_PORTS: [(&str, RedirectPort); 2] = [
    ("FROM_PROTOCOL_DEFAULT", RedirectPort::ProtocolDefault),
    ("FROM_REQUEST_PORT", RedirectPort::RequestPort),
];

/// Most bytes of a body that Istio's webhook lets pass.
const LARGEST_BODY: usize = 1 << 20;

/// Nothing if a word is illegible or has a value that cannot be.
pub(in crate::resolve) fn redirect(
    at: &At<written::Redirect>,
    findings: &mut Vec<Finding>,
) -> Option<Redirect> {
    let written::Redirect { uri, authority, port, derive_port, scheme, redirect_code } = &at.value;
    let targets = [
        uri.is_absent(),
        authority.is_absent(),
        port.is_absent(),
        derive_port.is_absent(),
        scheme.is_absent(),
    ];
    let target = says_something(at.place, "redirect", &targets, findings);
    let one = exclusive(("port", port.place()), ("derivePort", derive_port.place()), findings);
    let uri = optional(uri, |at| one_line(at, "uri", findings));
    let authority = optional(authority, |at| one_line(at, "authority", findings));
    let port = optional(port, |at| Ok(At::new(RedirectPort::Number(at.value), at.place)));
    let derived = optional(derive_port, |at| http::one_of(at, "derivePort", &DERIVED_PORTS, findings));
    let scheme = optional(scheme, |at| http::one_of(at, "scheme", &SCHEMES, findings));
    let code = optional(redirect_code, |at| {
        http::redirect_status(at, findings).map(|status| At::new(status, at.place))
    });
    let checked = || -> Checked<Redirect> {
        target?;
        one?;
        Ok(Redirect {
            uri: uri?,
            authority: authority?,
            port: port?.or(derived?),
            scheme: scheme?,
            redirect_code: code?,
        })
    };
    checked().ok()
}

/// Nothing if a word is illegible or has a value that cannot be.
pub(in crate::resolve) fn direct_response(
    at: &At<written::DirectResponse>,
    findings: &mut Vec<Finding>,
) -> Option<DirectResponse> {
    let written::DirectResponse { status, body: answer } = &at.value;
    let sound_status = http::status(status, findings);
    let body = optional(answer, |at| body(at, findings));
    Some(DirectResponse { status: At::new(sound_status.ok()?, status.place), body: body.ok()? })
}

fn body(at: &At<written::Body>, findings: &mut Vec<Finding>) -> Checked<Body> {
    let written::Body { string, bytes } = &at.value;
    says_something(at.place, "body", &[string.is_absent(), bytes.is_absent()], findings)?;
    exclusive(("string", string.place()), ("bytes", bytes.place()), findings)?;
    let text = optional(string, |at| {
        fits(at.value.len(), at.place, findings)?;
        Ok(Body::Text(at.value.clone()))
    });
    let bytes = optional(bytes, |at| {
        let Some(size) = decoded_size(&at.value) else {
            findings.push(problems::not_base64(at.place));
            return Err(Poisoned);
        };
        fits(size, at.place, findings)?;
        Ok(Body::Bytes(at.value.clone()))
    });
    text?.or(bytes?).ok_or(Poisoned)
}

fn fits(size: usize, place: Place, findings: &mut Vec<Finding>) -> Checked<()> {
    if size <= LARGEST_BODY {
        return Ok(());
    }
    findings.push(problems::body_too_large(place, size));
    Err(Poisoned)
}

/// How many bytes a Base64 text stands for, if it is one.
fn decoded_size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let sound = text.len().is_multiple_of(4)
        && padding <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/');
    sound.then(|| text.len() / 4 * 3 - padding)
}

/// Finds actions that an answer without destination cannot have: Istio refuses `rewrite` and `fault` there, and
/// nothing would be waited for, repeated or copied.
pub(in crate::resolve) fn contradictions(rule: &Rule, findings: &mut Vec<Finding>) {
    let answer = [("redirect", rule.redirect.place()), ("directResponse", rule.direct_response.place())];
    let Some((answer, place)) = answer.into_iter().find_map(|(word, place)| Some((word, place?))) else {
        return;
    };
    if let (Written::As(_), _) | (_, Written::As(_)) = (&rule.to, &rule.steps) {
        // Two answers are a mistake of their own; which actions belong to which is anybody's guess.
        return;
    }
    let actions = [
        ("rewrite", rule.actions.rewrite.place()),
        ("fault", rule.actions.fault.place()),
        ("timeout", rule.actions.timeout.place()),
        ("retries", rule.actions.retries.place()),
        ("mirror", rule.mirrors.place()),
    ];
    for (word, action) in actions {
        if let Some(action) = action {
            findings.push(problems::beside_answer(word, action, answer, place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_base64() {
        assert_eq!(["", "aGk=", "aGV5", "aA=="].map(decoded_size), [Some(0), Some(2), Some(3), Some(1)]);
        assert_eq!(["aGk", "a===", "a b=", "a=a="].map(decoded_size), [None; 4]);
    }
}
