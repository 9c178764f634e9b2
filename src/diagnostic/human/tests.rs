//! Findings as people read them.

use rustix::time::{ClockId, clock_gettime};

use super::*;
use crate::diagnostic::Code;
use crate::source::{Found, Place, Source, SourceId, Span};

fn sources(texts: &[(&str, &str)]) -> Sources {
    let texts = texts.iter().map(|(name, text)| Source::new(*name, Found::Named, text.as_bytes().to_vec()));
    Sources { texts: texts.collect(), ..Sources::default() }
}

/// The place of the first occurrence of a piece of text.
fn place(sources: &Sources, source: u32, piece: &str) -> Place {
    let text = sources.texts[source as usize].text();
    let start = u32::try_from(text.find(piece).unwrap()).unwrap();
    let end = start + u32::try_from(piece.len()).unwrap();
    Span { source: SourceId(source), start, end }.into()
}

fn plain(finding: Finding, sources: &Sources) -> String {
    render(&[finding], sources, &Style::default())
}

fn error(message: &str) -> Finding {
    Finding::new(Code::MG0101, message)
}

const TOPOLOGY: &str = "services:\n  reviews: {versions: {v1: cluster1, v2: cluster2}}\n";
const ROUTING: &str = "routes:\n  reviews:\n  - to: {v2: 50, v9: 50}\n";

#[test]
fn a_finding_shows_both_files() {
    let sources = sources(&[("topology.yaml", TOPOLOGY), ("routing.yaml", ROUTING)]);
    let finding = error("`reviews` has no version `v9`")
        .at(place(&sources, 1, "v9"), "not a version of `reviews`")
        .at(place(&sources, 0, "{v1: cluster1, v2: cluster2}"), "its versions")
        .help("did you mean `v2`?");
    insta::assert_snapshot!(plain(finding, &sources), @r#"
    error MG0101: `reviews` has no version `v9`
       ╭─[routing.yaml:3:18]
     3 │   - to: {v2: 50, v9: 50}
       ·                  ─┬
       ·                   ╰── not a version of `reviews`
       ╰────
       ╭─[topology.yaml:2:23]
     2 │   reviews: {versions: {v1: cluster1, v2: cluster2}}
       ·                       ──────────────┬─────────────
       ·                                     ╰── its versions
       ╰────
      help: did you mean `v2`?
      more: meshgen explain MG0101
    "#);
}

#[test]
fn labels_near_each_other_share_an_excerpt() {
    let sources = sources(&[("r.yaml", "- a: 60\n  x: y\n- b: 50\n\n\n\n\n- c: 1")]);
    let finding = error("the shares add up to 111")
        .at(place(&sources, 0, "50"), "")
        .at(place(&sources, 0, "60"), "60")
        .at(place(&sources, 0, "c: 1"), "and 1");
    insta::assert_snapshot!(plain(finding, &sources), @r#"
    error MG0101: the shares add up to 111
       ╭─[r.yaml:3:6]
     1 │ - a: 60
       ·      ─┬
       ·       ╰── 60
     2 │   x: y
     3 │ - b: 50
       ·      ──
       ╰────
       ╭─[r.yaml:8:3]
     8 │ - c: 1
       ·   ──┬─
       ·     ╰── and 1
       ╰────
      more: meshgen explain MG0101
    "#);
}

#[test]
fn an_alias_is_labelled_once() {
    let sources = sources(&[("r.yaml", "w: &w {v1: x, v2: y}\n\n\n\n\nto: *w\n")]);
    let via = Some(place(&sources, 0, "*w").span);
    let finding = error("two wrong shares")
        .at(Place { via, ..place(&sources, 0, "x") }, "one")
        .at(Place { via, ..place(&sources, 0, "y") }, "two");
    insta::assert_snapshot!(plain(finding, &sources), @r#"
    error MG0101: two wrong shares
       ╭─[r.yaml:1:12]
     1 │ w: &w {v1: x, v2: y}
       ·            ┬      ┬
       ·            │      ╰── two
       ·            ╰── one
       ╰────
       ╭─[r.yaml:6:5]
     6 │ to: *w
       ·     ─┬
       ·      ╰── through this alias
       ╰────
      more: meshgen explain MG0101
    "#);
}

#[test]
fn overlapping_labels_have_an_excerpt_each() {
    let sources = sources(&[("r.yaml", "a: {b: c}")]);
    let finding =
        error("nested").at(place(&sources, 0, "b"), "inner").at(place(&sources, 0, "{b: c}"), "outer");
    insta::assert_snapshot!(plain(finding, &sources), @r#"
    error MG0101: nested
       ╭─[r.yaml:1:5]
     1 │ a: {b: c}
       ·     ┬
       ·     ╰── inner
       ╰────
       ╭─[r.yaml:1:4]
     1 │ a: {b: c}
       ·    ───┬──
       ·       ╰── outer
       ╰────
      more: meshgen explain MG0101
    "#);
}

#[test]
fn a_label_over_several_lines_ends_with_the_first() {
    let sources = sources(&[("r.yaml", "a: [b,\n  c]\n")]);
    let finding = error("too much").at(place(&sources, 0, "[b,\n  c]"), "all of it");
    insta::assert_snapshot!(plain(finding, &sources), @r#"
    error MG0101: too much
       ╭─[r.yaml:1:4]
     1 │ a: [b,
       ·    ─┬─
       ·     ╰── all of it
       ╰────
      more: meshgen explain MG0101
    "#);
}

#[test]
fn wide_characters_tabs_line_ends_and_marks_do_not_shift_labels() {
    let sources = sources(&[("r.yaml", "\u{feff}日本: größe\r\n\tx: y\u{202e}z\r\n")]);
    let finding = error("odd").at(place(&sources, 0, "größe"), "first").at(place(&sources, 0, "z"), "second");
    insta::assert_snapshot!(plain(finding, &sources), @r#"
    error MG0101: odd
       ╭─[r.yaml:1:5]
     1 │ 日本: größe
       ·       ──┬──
       ·         ╰── first
     2 │     x: y\u{202e}z
       ·                 ┬
       ·                 ╰── second
       ╰────
      more: meshgen explain MG0101
    "#);
}

#[test]
fn the_end_of_a_file_and_an_empty_file_have_places() {
    let sources = sources(&[("empty.yaml", ""), ("short.yaml", "a: b"), ("line.yaml", "a: b\n")]);
    let end = |source, offset| Span { source: SourceId(source), start: offset, end: offset + 1 }.into();
    let finding =
        error("nothing there").at(end(0, 0), "empty").at(end(1, 4), "end").at(end(2, 5), "last line");
    insta::assert_snapshot!(plain(finding, &sources), @r#"
    error MG0101: nothing there
       ╭─[empty.yaml:1:1]
     1 │
       · ▲
       · ╰── empty
       ╰────
       ╭─[short.yaml:1:5]
     1 │ a: b
       ·     ▲
       ·     ╰── end
       ╰────
       ╭─[line.yaml:2:1]
     2 │
       · ▲
       · ╰── last line
       ╰────
      more: meshgen explain MG0101
    "#);
}

#[test]
fn spans_that_lie_outside_or_within_a_character_do_no_harm() {
    let sources = sources(&[("r.yaml", "ü\n"), ("\u{1b}.yaml", "x")]);
    let wild = |source, start, end| Span { source: SourceId(source), start, end }.into();
    let finding = error("wild")
        .at(wild(0, 1, 2), "")
        .at(wild(0, 9, 3), "beyond")
        .at(wild(7, 0, 1), "no such file")
        .at(wild(1, 0, 1), "\u{1b}\n::error::forged");
    let text = plain(finding, &sources);
    assert!(!text.contains('\u{1b}'));
    assert!(text.lines().all(|line| !line.starts_with("::")));
}

#[test]
fn a_long_line_is_trimmed_to_its_labels() {
    let text = format!("{} here {}\n", "x".repeat(4000), "y".repeat(4000));
    let sources = sources(&[("r.yaml", &text)]);
    insta::assert_snapshot!(plain(error("far out").at(place(&sources, 0, "here"), "this"), &sources), @r#"
    error MG0101: far out
       ╭─[r.yaml:1:4002]
     1 │ …xxxxxxxxxxxxxxx here yyyyyyyyyyyyyyy…
       ·                  ──┬─
       ·                    ╰── this
       ╰────
      more: meshgen explain MG0101
    "#);
}

#[test]
fn a_finding_without_a_place_is_a_heading() {
    insta::assert_snapshot!(plain(error("nowhere").help("one\ntwo"), &Sources::default()), @r#"
    error MG0101: nowhere
      help: one
            two
      more: meshgen explain MG0101
    "#);
}

#[test]
fn colours_only_on_request() {
    let sources = sources(&[("r.yaml", "a")]);
    let finding = [error("x").at(place(&sources, 0, "a"), "y").help("z")];
    assert!(!render(&finding, &sources, &Style::default()).contains('\u{1b}'));
    assert!(render(&finding, &sources, &Style { colour: true, ..Style::default() }).contains('\u{1b}'));
}

#[test]
fn beyond_the_limit_findings_are_counted() {
    let findings = [error("one"), error("two"), error("three")];
    let text = render(&findings, &Sources::default(), &Style { limit: 1, ..Style::default() });
    insta::assert_snapshot!(text, @r#"
    error MG0101: one
      more: meshgen explain MG0101

    and 2 more (2 errors); --error-limit 0 shows all
    "#);
}

#[test]
fn a_thousand_findings_in_a_large_file_take_no_time() {
    let text = "  reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2}}\n".repeat(170_000);
    let sources = sources(&[("r.yaml", &text)]);
    let findings: Vec<_> = (0..1000)
        .map(|number| {
            let start = number * 11_000;
            let span = Span { source: SourceId(0), start, end: start + 3 };
            error("wrong").at(span.into(), "here")
        })
        .collect();
    // Seconds that this thread has been at work. A scan of the file for each finding takes minutes.
    let worked = || clock_gettime(ClockId::ThreadCPUTime).tv_sec;
    let before = worked();
    let text = render(&findings, &sources, &Style::default());
    assert!(text.len() > 100_000);
    assert!(worked() - before < 5);
}
