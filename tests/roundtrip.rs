//! Whatever is written is read back the same: by readers that share nothing with the writer, by the rules of
//! YAML 1.1 and of 1.2, for strings picked by hand and for random values.

use std::collections::BTreeMap;

use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use crate::support::{hostile, readers, yaml_1_1};

fn written(value: &Value) -> String {
    let mut text = String::new();
    meshgen::yaml::write(value, &mut text);
    text
}

/// Every reader's answer that is not `value`.
fn misreadings(value: &Value) -> Vec<String> {
    let text = written(value);
    let expected = Ok(vec![value.clone()]);
    readers::ALL
        .iter()
        .map(|(name, read)| (name, read(&text)))
        .filter(|(_, read)| *read != expected)
        .map(|(name, read)| format!("{name} reads\n{text}as {read:?}"))
        .collect()
}

#[test]
fn strings_survive_in_every_place() {
    let mut misread = Vec::new();
    for text in hostile::STRINGS {
        let beside = json!({"before": 1, *text: [*text, {*text: *text}, [[*text]]], "zz": *text});
        misread.extend(misreadings(&beside));
        misread.extend(misreadings(&json!([*text])));
        misread.extend(misreadings(&json!(*text)));
    }
    assert!(misread.is_empty(), "{}", misread.join("\n"));
}

#[test]
fn random_values_survive() {
    hostile::runner(4000)
        .run(&hostile::value(), |value| match misreadings(&value).as_slice() {
            [] => Ok(()),
            [first, ..] => Err(TestCaseError::fail(first.clone())),
        })
        .unwrap();
}

#[test]
fn strings_need_no_schema_to_be_strings() {
    let strict = || serde_saphyr::options! { no_schema: true };
    hostile::runner(1000)
        .run(&proptest::collection::btree_map(hostile::text(), hostile::text(), 1..8), |map| {
            let mut text = String::new();
            meshgen::yaml::write(&map, &mut text);
            let read: Result<BTreeMap<String, String>, _> =
                serde_saphyr::from_str_with_options(&text, strict());
            match read {
                Ok(read) if read == map => Ok(()),
                other => Err(TestCaseError::fail(format!("{text}\n{other:?}"))),
            }
        })
        .unwrap();
}

#[test]
fn keys_beyond_the_reach_of_a_scanner_survive() {
    for length in [990, 1000, 1001, 1024, 1025, 5000] {
        let plain = "k".repeat(length);
        let quoted = "\n".repeat(length);
        let value = json!({"a": [{plain.as_str(): {quoted.as_str(): ["b", {}]}}, {quoted: "c"}], plain: []});
        assert_eq!(misreadings(&value), Vec::<String>::new());
    }
}

#[test]
fn the_rules_of_1_1_are_the_strict_ones() {
    for (plain, value) in [
        ("no", json!(false)),
        ("Y", json!(true)),
        ("~", json!(null)),
        ("1_000", json!(1000)),
        ("1.10", json!(1.1)),
        ("203.0.113.10", json!("203.0.113.10")),
    ] {
        assert_eq!(yaml_1_1::resolve(plain), Ok(value));
    }
    for refused in ["0777", "0x1F", "0b11", "12:30:00", "2024-01-01", ".inf", "<<", "="] {
        assert!(yaml_1_1::resolve(refused).is_err(), "{refused}");
    }
}
