//! Syntax, aliases, merge keys, tags, encodings, and inputs that are meant to do harm.

use rustix::time::{ClockId, clock_gettime};

use super::*;

#[test]
fn an_error_of_syntax_points_at_the_opening_too() {
    assert_found([
        (topology("clusters: [a, b\nservices: {}\n"), &[r#"MG0104 ":" "[""#]),
        (topology("clusters: {a: {gateway: x}\n"), &[r#"MG0104 "" "{""#]),
        ("{\"kind\": \"Topology\", \"clusters\": [1, 2".into(), &[r#"MG0104 "" "[""#]),
        (topology("clusters: {a: \"x}\nservices: {}\n"), &[r#"MG0104 "" "\"""#]),
        (topology("clusters: 'größe"), &[r#"MG0104 "" "'""#]),
        (topology("clusters: {größe: @b}\n"), &[r#"MG0104 "@" "{""#]),
    ]);
}

#[test]
fn an_error_of_syntax_ends_one_file_and_no_other() {
    assert_found([
        (topology("clusters:\n  a: {}\n b: {}\n"), &[r#"MG0104 "b""#]),
        (topology("clusters:\n\ta: {}\n"), &[r#"MG0104 "a""#]),
        (topology("clusters: a: b\n"), &[r#"MG0104 ":""#]),
        ("<html>\n<body>: x".into(), &[r#"MG0104 ":""#]),
        ("a: b\n--- \nc: d\n... x\n".into(), &[r#"MG0104 "x""#]),
    ]);
    let sources = sources(["a: [", &topology("mesh: {nme: x}")]);
    let outcome = crate::input::parse(&sources);
    let found: Vec<String> = outcome.findings.iter().map(|finding| brief_one(&sources, finding)).collect();
    assert_eq!(found, [r#"MG0104 "" "[""#, r#"MG0120 "nme""#]);
    assert!(!outcome.value.unwrap().clusters.complete, "the broken file may have held any cluster");
}

#[test]
fn depth_is_bounded() {
    let block: String = (0..500).flat_map(|level| [" ".repeat(level), "a:\n".to_owned()]).collect();
    assert_found([
        ("[".repeat(100_000), &[r#"MG0105 "[""#]),
        ("[".repeat(200), &[r#"MG0105 "[""#]),
        ("{a: ".repeat(100), &[r#"MG0105 "{""#]),
        ("- ".repeat(5000), &[r#"MG0105 "-""#]),
        (block, &[r#"MG0105 "a""#]),
    ]);
}

#[test]
fn a_chain_of_aliases_is_as_deep_as_what_it_stands_for() {
    let mut text = "- &a0 [x]\n".to_owned();
    for level in 1..100 {
        writeln!(text, "- &a{level} [*a{}]", level - 1).unwrap();
    }
    assert_eq!(brief(&text), [r#"MG0105 "*a62""#]);
}

#[test]
fn an_alias_bomb_is_answered_at_once() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let elements = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{elements}]").unwrap();
    }
    let before = worked();
    assert_eq!(brief(&text), [r#"MG0106 "*a4""#]);
    assert!(worked() - before < 10);
}

#[test]
fn aliases_of_long_texts_and_merges_are_counted_in_full() {
    let entries: String = (0..100).map(|key| key.to_string() + ": x, ").collect();
    for text in [
        format!("a: &a {}\nb: [{}]", "x".repeat(10_000), "*a,".repeat(100)),
        format!("a: &a {{{entries}}}\nb: [{}]", "{<<: *a},".repeat(100)),
    ] {
        let mut sources = sources([&text]);
        sources.limits.nodes = 5000;
        let found = crate::input::parse(&sources).findings;
        assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::MG0106]);
        assert_eq!(pointed(&sources, &found[0], 0).0, "*a");
    }
}

#[test]
fn aliases_name_a_whole_value_above_in_the_same_document() {
    let two = topology("mesh: &m {name: a}\n---\napiVersion: meshgen/v1\nkind: Topology\nmesh: *m\n");
    assert_found([
        (
            topology("mesh: {name: *nope}\nclusters: {a: *x, b: *y }\n"),
            &[r#"MG0107 "*nope""#, r#"MG0107 "*x""#, r#"MG0107 "*y""#],
        ),
        (two, &[r#"MG0107 "*m""#]),
        (topology("mesh: &m {name: a, labels: *m}\n"), &[r#"MG0108 "*m" "{""#]),
        ("a: &a [*a]".into(), &[r#"MG0108 "*a" "[""#]),
    ]);
}

#[test]
fn a_mistake_behind_aliases_is_one_mistake_and_both_ends_are_known() {
    assert_found([
        (
            topology("clusters: {a: &a {gatway: 1}, b: *a, c: *a}\n"),
            &[r#"MG0120 "gatway""#, r#"MG0120 "gatway" via "*a""#],
        ),
        (
            topology("mesh: {labels: {a: &n größe}}\nclusters: {a: {gateway: {existing: *n}}}"),
            &[r#"MG0126 "größe" via "*n""#],
        ),
    ]);
}

#[test]
fn merge_keys_bring_in_maps() {
    let input = sound(&topology(
        "clusters:
  a: &a {istio: 1.2, network: n}
  b: {<<: *a, istio: 1.3}
  c: {istio: 1.4, <<: [*a, {context: c, network: m}]}
",
    ));
    let text = |written: &crate::input::Written<String>| written.value().cloned().unwrap_or_default();
    let found: Vec<[String; 4]> = input
        .clusters
        .entries
        .iter()
        .map(|c| [c.name.value.clone(), text(&c.istio), text(&c.network), text(&c.context)])
        .collect();
    assert_eq!(found, [["a", "1.2", "n", ""], ["b", "1.3", "n", ""], ["c", "1.4", "n", "c"]]);
    assert!(input.clusters.entries[1].network.place().unwrap().via.is_some());
    assert_found([
        (topology("clusters: {e: {<<: 5}}"), &[r#"MG0112 "5""#]),
        (topology("clusters: {e: {<<: [[]]}}"), &[r#"MG0112 "[[]]""#]),
        (topology("clusters: {e: {\"<<\": {}}}"), &[r#"MG0120 "\"<<\"""#]),
    ]);
}

#[test]
fn keys_are_names_and_stand_once() {
    assert_found([
        (topology("mesh: {name: a, istio: 1.3, 'name': b}\n"), &[r#"MG0109 "'name'" "name""#]),
        (topology("clusters: {größe: {}, größe: {}}\n"), &[r#"MG0109 "größe" "größe""#]),
        (topology("mesh: {}\nmesh: {}\n"), &[r#"MG0109 "mesh" "mesh""#]),
        (
            topology("mesh:\n  ? {a: b}\n  : c\n  : d\n  ~: e\n"),
            &[r#"MG0110 "{a: b}""#, r#"MG0110 ":""#, r#"MG0110 "~""#],
        ),
        (topology("mesh: {[a]: b}\n"), &[r#"MG0110 "[a]""#]),
        (topology("mesh: {\"null\": b}\n"), &[r#"MG0120 "\"null\"""#]),
    ]);
}

#[test]
fn tags_of_others_are_refused() {
    assert_found([
        (
            topology("mesh: !Ref {name: a}\nclusters: !!seq {a: {}}\n"),
            &[r#"MG0111 "!Ref""#, r#"MG0111 "!!seq""#],
        ),
        (
            topology("mesh: {name: !!python/object:os.system x, istio: &a !include f}\n"),
            &[r#"MG0111 "!!python/object:os.system""#, r#"MG0111 "!include""#],
        ),
        (
            topology(
                "mesh: {labels: !!map {a: !!str 80, b: !!int 80, c: !!int z, d: !<tag:yaml.org,2002:str> e, f: ! g}}",
            ),
            &[r#"MG0111 "!!int""#],
        ),
        (format!("%TAG ! tag:x,2020:\n---\n{}", topology("mesh: {name: !foo x}\n")), &[r#"MG0111 "!foo""#]),
        (
            topology("clusters: {a: {gateway: {port: !!str 80, existing: !!bool true}}}\n"),
            &[r#"MG0124 "80""#],
        ),
    ]);
}

#[test]
fn encodings_and_line_ends() {
    let wrong = "mesh: {nme: a}\n";
    let text = topology(wrong);
    for same in [
        format!("\u{feff}{text}"),
        text.replace('\n', "\r\n"),
        text.replacen('\n', "\r\n", 1),
        text.replace('\n', "\r"),
        text.trim_end().to_owned(),
        format!("%YAML 1.1\n---\n{text}...\n"),
        format!("# größe 😀\n{text}"),
    ] {
        assert_eq!(brief(&same), [r#"MG0120 "nme""#], "{same:?}");
    }
}

#[test]
fn control_characters_are_shown_escaped() {
    assert_found([
        (topology("mesh: {name: b\0c}"), &[r#"MG0102 "\0""#]),
        ("\0".into(), &[r#"MG0102 "\0""#]),
        (topology("mesh: {name: ä\u{1b}[31m}"), &[r#"MG0102 "\u{1b}""#]),
        (topology("mesh: {name: \u{9b}31m}"), &[r#"MG0102 "\u{9b}""#]),
    ]);
    let finding = &findings("a: \u{1b}")[0];
    assert_eq!(finding.message, r"the text holds the control character `\u{1b}`");
}

#[test]
fn bytes_that_are_no_text_are_named_by_line() {
    let bytes = b"a: b\nname: caf\xe9\n".to_vec();
    let sources = Sources { texts: vec![Source::new("x", Found::Named, bytes)], ..Sources::default() };
    let found = crate::input::parse(&sources).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "`x` is not UTF-8: byte 0xe9 at line 2, byte 10");
    assert_eq!(found[0].labels[0].place.span.start, 14);

    let elf = b"\x7fELF\x02\x01\x01\0\0\xff\xfe".to_vec();
    let sources = Sources { texts: vec![Source::new("x", Found::Named, elf)], ..Sources::default() };
    assert_eq!(crate::input::parse(&sources).findings.len(), 1);
}

#[test]
fn the_size_of_a_file_is_bounded() {
    let mut sources = sources([&topology(&"#".repeat(1000))]);
    sources.limits.input_size = 1000;
    let found = crate::input::parse(&sources).findings;
    assert_eq!(found[0].message, "`0.yaml` exceeds the limit of 1000 bytes a file");
    sources.limits.input_size = 2000;
    assert_eq!(crate::input::parse(&sources).findings, []);
}

#[test]
fn a_file_without_documents_is_empty() {
    for text in ["", "# c", "---\n---\n", "\n\n", "...", "\u{feff}", "~"] {
        assert_eq!(brief(text), [r#"MG0113 """#], "{text:?}");
    }
}

#[test]
fn json_is_yaml() {
    let json = r#"{"apiVersion": "meshgen/v1", "kind": "Topology",
        "clusters": {"cluster1": {"gateway": ["2001:db8::1"]}},
        "services": {"reviews": {"ports": 9080, "versions": {"v1": "cluster1"}}}}"#;
    assert_eq!(sound(json).clusters.entries.len(), 1);
}

#[test]
fn many_documents_are_read_in_linear_time() {
    let text = topology("clusters: {a: {}}\n---\n").repeat(5000);
    let before = worked();
    assert_eq!(brief(&text), <[&str; 0]>::default());
    assert!(worked() - before < 10);
}

/// Seconds that this thread has been at work.
fn worked() -> i64 {
    clock_gettime(ClockId::ThreadCPUTime).tv_sec
}

#[test]
fn no_broken_text_breaks_the_reader() {
    let sound = format!(
        "{TOPOLOGY}---\n{}",
        routing("routes: {größe: &a [{match: {uri: {prefix: /}}, to: {v1: 100}}], b: *a}\n")
    );
    let mut broken = Vec::new();
    for (at, _) in sound.char_indices() {
        let (before, after) = sound.split_at(at);
        let rest = after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap();
        broken.push(before.to_owned());
        for replacement in
            ["", "[", "}", "\"", ":", "\n", "- ", "*a", "&b ", "!x ", "<<", "\t", "é", "#", "~"]
        {
            broken.push(format!("{before}{replacement}{rest}"));
        }
    }
    for text in broken {
        let sources = sources([&text]);
        for finding in crate::input::parse(&sources).findings {
            assert!(!finding.labels.is_empty());
            // Slicing asserts that every place lies inside the text, between characters.
            brief_one(&sources, &finding);
        }
    }
}

#[test]
fn messages_repeat_no_more_of_a_text_than_can_be_read() {
    let text = topology(&format!("clusters: {{a: {{gateway: {{port: \"\\x1b{}\"}}}}}}", "x".repeat(100)));
    let finding = &findings(&text)[0];
    assert_eq!(finding.message, format!("`\"\\u{{1b}}{}…` is text, not a number", "x".repeat(58)));
}
