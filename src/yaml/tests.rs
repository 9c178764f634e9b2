//! The layout, word for word; that readers agree with the writer is shown in tests/roundtrip.rs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::write;

fn text<T: Serialize>(value: &T) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

#[test]
fn sequences_stand_no_further_in_than_their_key() {
    let value = serde_json::json!({"hosts": ["a", "b"], "http": [{"match": [{"port": 80}], "name": "x"}]});
    assert_eq!(text(&value), "hosts:\n- a\n- b\nhttp:\n- match:\n  - port: 80\n  name: x\n");
}

#[test]
fn sequences_of_sequences_stay_on_the_line() {
    assert_eq!(text(&vec![vec![1, 2], vec![], vec![3]]), "- - 1\n  - 2\n- []\n- - 3\n");
}

#[test]
fn what_is_empty_is_said_on_the_line() {
    let value = serde_json::json!({"a": {}, "b": [], "c": [{}], "d": ""});
    assert_eq!(text(&value), "a: {}\nb: []\nc:\n- {}\nd: \"\"\n");
    assert_eq!(text(&serde_json::json!({})), "{}\n");
}

#[test]
fn left_out_fields_leave_no_trace() {
    #[derive(Serialize)]
    struct Port {
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'static str>,
    }
    assert_eq!(text(&Port { number: None, name: Some("http") }), "name: http\n");
    assert_eq!(text(&vec![Port { number: None, name: None }]), "- {}\n");
}

#[test]
fn numbers_are_decimal() {
    assert_eq!(text(&[0.5, 100.0, 1e-7, f64::NAN]), "- 0.5\n- 100\n- 0.0000001\n- null\n");
    assert_eq!(text(&0.1_f32), "0.1\n");
    assert_eq!(text(&u64::MAX), "18446744073709551615\n");
}

#[test]
fn variants_are_named_by_their_key() {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum StringMatch {
        Exact(&'static str),
        Any,
        Between(u8, u8),
        Ranges { from: u8 },
    }
    assert_eq!(
        text(&[
            StringMatch::Exact("no"),
            StringMatch::Any,
            StringMatch::Between(1, 2),
            StringMatch::Ranges { from: 1 }
        ]),
        "- exact: \"no\"\n- any\n- between:\n  - 1\n  - 2\n- ranges:\n    from: 1\n"
    );
}

#[test]
fn keys_are_text() {
    assert_eq!(text(&BTreeMap::from([(1, true), (2, false)])), "\"1\": true\n\"2\": false\n");
    assert_eq!(text(&BTreeMap::from([(false, 1)])), "\"false\": 1\n");
}

#[test]
fn a_key_too_long_to_look_past_is_announced() {
    let key = "k".repeat(1001);
    let value = BTreeMap::from([("a", BTreeMap::from([(key.as_str(), vec!["b"])]))]);
    assert_eq!(text(&value), format!("a:\n  ? {key}\n  :\n  - b\n"));
}

#[test]
fn what_is_plain_stays_plain() {
    for plain in [
        "reviews.default.svc.cluster.local",
        "outbound_.9080_.v2_.reviews.default.svc.cluster.local",
        "203.0.113.10",
        "/api/v1",
        "^v[0-9]{1,2}$",
        "spiffe://cluster.local/ns/default/sa/reviews",
        "10s",
        "v1.10",
        "fully qualified",
        ".*",
        "$host",
    ] {
        assert_eq!(text(&plain), format!("{plain}\n"));
    }
}

#[test]
fn what_a_reader_could_mistake_is_quoted() {
    for hostile in [
        "",
        "no",
        "NO",
        "y",
        "on",
        "Off",
        "null",
        "~",
        "=",
        "<<",
        "1.10",
        "2024-01-01",
        "2024.11.1",
        "1_000",
        "0x1F",
        "1e3",
        "12:30:00",
        ".inf",
        "-",
        "- x",
        "a: b",
        "a #b",
        "a:",
        " a",
        "a ",
        "*.local",
        "...",
        "... x",
        "---",
        "2001:db8::1",
        "fe80::1",
        "{a: b}",
        "[1]",
        "!!int 3",
        "@a",
        "`a",
        "%a",
        "|",
        ">",
        "1,000",
    ] {
        assert_eq!(text(&hostile), format!("\"{hostile}\"\n"));
    }
}

#[test]
fn what_does_not_show_is_escaped() {
    assert_eq!(text(&"a\nb\t\"\\\u{0}"), "\"a\\nb\\t\\\"\\\\\\u0000\"\n");
    assert_eq!(text(&"größe"), "\"größe\"\n");
    assert_eq!(
        text(&"\u{85}\u{2028}\u{feff}\u{202e}\u{1f600}"),
        "\"\\u0085\\u2028\\ufeff\\u202e\\U0001f600\"\n"
    );
}

#[test]
fn a_comment_stays_one_line() {
    let mut out = String::new();
    super::comment("why\n---\r\u{1b} `größe`", &mut out);
    assert_eq!(out, "# why\\n---\\r\\u001b `größe`\n");
}
