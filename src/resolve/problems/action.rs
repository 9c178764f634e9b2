//! What is said about actions that contradict themselves or each other.

use crate::diagnostic::{Code, Finding};
use crate::source::Place;

pub(in crate::resolve) fn no_attempts(place: Place) -> Finding {
    Finding::new(Code::MG0363, "`retries` does not say how often")
        .at(place, "")
        .help("write `attempts:`; 0 turns off the two retries that Istio makes unasked")
}

pub(in crate::resolve) fn zero_attempts(attempts: Place, other: Place) -> Finding {
    Finding::new(Code::MG0363, "`retries` with no attempts cannot say more")
        .at(attempts, "no attempts")
        .at(other, "yet this says how")
        .help("write at least one attempt, or leave the other words out")
}

pub(in crate::resolve) fn exclusive(
    first_word: &str,
    first: Place,
    second_word: &str,
    second: Place,
) -> Finding {
    Finding::new(Code::MG0365, format!("`{first_word}` and `{second_word}` exclude each other"))
        .at(second, "")
        .at(first, "")
        .help("keep one of them")
}

pub(in crate::resolve) fn authority_twice(second: Place, first: Place) -> Finding {
    Finding::new(Code::MG0365, "the host of the request is set twice")
        .at(second, "again")
        .at(first, "first here")
        .help("keep one of them")
}

pub(in crate::resolve) fn says_nothing(place: Place, word: &str) -> Finding {
    let words = match word {
        "rewrite" => "`uri`, `authority` or `uriRegexRewrite`",
        "redirect" => "`uri`, `authority`, `port`, `derivePort` or `scheme`",
        "fault" => "`delay` or `abort`",
        "corsPolicy" => "`allowOrigins`, and what they may do,",
        "headers" => "`request` or `response`",
        "request" | "response" => "`set`, `add` or `remove`",
        _ => "`string` or `bytes`",
    };
    Finding::new(Code::MG0367, format!("`{word}` says nothing"))
        .at(place, "")
        .help(format!("write {words} below it, or leave it out"))
}

pub(in crate::resolve) fn abort_without_status(place: Place) -> Finding {
    Finding::new(Code::MG0367, "`abort` does not say with what")
        .at(place, "")
        .help("write `httpStatus: 503`, or `grpcStatus: UNAVAILABLE`")
}

pub(in crate::resolve) fn body_too_large(place: Place, size: usize) -> Finding {
    Finding::new(Code::MG0368, format!("the body has {size} bytes, and Istio takes 1 MiB"))
        .at(place, "")
        .help("let a workload answer that")
}

pub(in crate::resolve) fn not_base64(place: Place) -> Finding {
    Finding::new(Code::MG0368, "the body is not Base64").at(place, "").help("write plain text as `string:`")
}

pub(in crate::resolve) fn beside_answer(word: &str, action: Place, answer: &str, place: Place) -> Finding {
    Finding::new(Code::MG0371, format!("`{word}` does nothing beside `{answer}`"))
        .at(action, "")
        .at(place, "no request goes on from here")
        .help(format!("leave `{word}` out, or send the requests somewhere with `to:`"))
}
