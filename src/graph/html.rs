//! The picture as one page for browsers, which asks nobody for anything.
//!
//! Enters: a picture, findings, a title. Leaves: a page. Refuses to know: how it is drawn; that is in `page.js`.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::MARK;
use super::asked::Picture;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page. `findings` is the list of a JSON report.
#[must_use]
pub fn draw(picture: &Picture, title: &str, findings: &Value) -> String {
    let data = json!({"title": title, "picture": picture, "findings": findings}).to_string();
    // Nothing but this script and this style counts, whatever a name contains.
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(STYLE)
    );
    let mut page = String::with_capacity(data.len() + PAGE.len() + STYLE.len() + SCRIPT.len());
    for (number, part) in PAGE.split("{{").enumerate() {
        let Some((name, rest)) = part.split_once("}}").filter(|_| number > 0) else {
            page += part;
            continue;
        };
        match name {
            "mark" => page += MARK,
            "policy" => page += &policy,
            "title" => page += &escaped(title),
            "style" => page += STYLE,
            "script" => page += SCRIPT,
            // No tag begins within the data.
            _ => {
                let data = data.replace('<', "\\u003c");
                page += &data.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
            }
        }
        page += rest;
    }
    page
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, character| {
        if character.is_ascii_alphanumeric() || " -_.".contains(character) {
            out.push(character);
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "&#{};", u32::from(character));
        }
        out
    })
}

/// What a policy calls a script: SHA-256 in base64.
fn digest(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = Sha256::digest(text);
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at)) as usize & 63).copied().unwrap_or_default();
            out.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_as_browsers_compute_it() {
        assert_eq!(digest("alert(1)"), "bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=");
        assert_eq!(digest(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
