//! Every directory below `testdata/`: its inputs give its expected files, no more and no fewer. `BLESS=1 cargo test`
//! rewrites them. What is expected is then held against what others demand of it: see `support/golden.rs`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Once;

use meshgen::diagnostic::Code;
use meshgen::source::{Source, Sources};

use crate::support::case::{self, Case, DIAGNOSTICS, Files, assert_none};
use crate::support::compiled::compile;
use crate::support::golden;
use crate::support::reversed::reversed;
use crate::support::schema::Schemas;

/// Codes that no case can show, each with the reason.
const WITHOUT_CASE: [(&str, &str); 45] = [
    ("MG0103", "an input of more than 16 MiB; shown beside the reader"),
    ("MG0119", "the inputs of a case are named outright; shown with the command"),
    ("MG0150", "the command looks for what is included; shown there"),
    ("MG0161", "the inputs of a case are named outright; shown with the command"),
    ("MG0162", "the command looks for what is included; shown there"),
    ("MG0451", "its bundles would be larger than all others together; shown with the command"),
    ("MG0601", "no input is known that shows it; shown beside the proof"),
    ("MG0602", "its bundle would be larger than all others together; shown beside the limits"),
    ("MG0610", "the command looks at the output directory; shown there"),
    ("MG0611", "the command looks at the output directory; shown there"),
    ("MG0620", "the command looks at the output directory; shown there"),
    ("MG0630", "it takes two sides; shown in tests/command/intent.rs"),
    ("MG0631", "it takes two sides; shown in tests/command/intent.rs"),
    ("MG0632", "it takes two sides; shown in tests/command/intent.rs"),
    ("MG0701", "it takes dumps; shown on its page"),
    ("MG0720", "it takes dumps; shown on its page"),
    ("MG0721", "it takes dumps; shown on its page"),
    ("MG0722", "it takes dumps; shown on its page"),
    ("MG0723", "it takes dumps; shown on its page"),
    ("MG0724", "it takes dumps; shown on its page"),
    ("MG0725", "it takes dumps; shown on its page"),
    ("MG0726", "it takes dumps; shown on its page"),
    ("MG0727", "it takes dumps; shown on its page"),
    ("MG0728", "it takes dumps; shown on its page"),
    ("MG0729", "it takes dumps; shown on its page"),
    ("MG0730", "it takes dumps; shown on its page"),
    ("MG0731", "it takes dumps; shown on its page"),
    ("MG0732", "it takes dumps; shown on its page"),
    ("MG0733", "it takes dumps; shown on its page"),
    ("MG0734", "it takes dumps; shown on its page"),
    ("MG0735", "it takes dumps; shown on its page"),
    ("MG0736", "it takes dumps; shown on its page"),
    ("MG0737", "it takes dumps; shown on its page"),
    ("MG0738", "it takes dumps; shown on its page"),
    ("MG0739", "it takes dumps; shown on its page"),
    ("MG0740", "it takes dumps; shown on its page"),
    ("MG0741", "it takes dumps; shown on its page"),
    ("MG0742", "it takes dumps; shown on its page"),
    ("MG0743", "it takes dumps; shown on its page"),
    ("MG0702", "it takes dumps; shown with the command"),
    ("MG0703", "it takes dumps; shown with the command"),
    ("MG0705", "it takes dumps; shown with the command"),
    ("MG0801", "a build reads no queries; shown with the command"),
    ("MG0802", "a build reads no queries; shown with the command"),
    ("MG0803", "a build reads no queries; shown with the command"),
];

/// What a case may hold beside its inputs. The records are those of the tests `releases`, `every_case` of the proof, and
/// `translation::goldens`.
const KINDS_OF_FILES: [&str; 6] =
    ["arguments", "expected", "trace.yaml", "releases.txt", "faults-proof.txt", "faults-trace.txt"];

/// Codes of what an import finds; shown on their pages.
const OF_IMPORTS: [&str; 4] = ["MG0706", "MG0707", "MG0708", "MG0709"];

#[test]
fn every_case_gives_what_is_expected() {
    let mut differences = Vec::new();
    for case in cases() {
        differences.extend(difference(&case.name, &case.expected(), &compile(&case.sources())));
    }
    assert_none(&differences);
}

#[test]
fn every_bundle_is_what_others_accept() {
    let schemas = Schemas::read();
    let mut faults = Vec::new();
    for case in cases() {
        for (file, text) in case.expected().iter().filter(|(file, _)| *file != DIAGNOSTICS) {
            let found = golden::faults(&schemas, file, text);
            faults.extend(found.into_iter().map(|fault| format!("{}/expected/{file}: {fault}", case.name)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn order_does_not_reach_the_output() {
    let mut differences = Vec::new();
    for case in cases() {
        let sources = case.sources();
        let mut files = compile(&sources);
        if files.remove(DIAGNOSTICS).is_some() && files.is_empty() {
            continue;
        }
        let mut other = compile(&in_another_order(&sources));
        other.remove(DIAGNOSTICS);
        differences.extend(difference(&format!("{} in another order", case.name), &files, &other));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let cases = cases();
    let found: String = cases.iter().filter_map(|case| case.expected().remove(DIAGNOSTICS)).collect();
    let excepted = |code: &Code| {
        WITHOUT_CASE.iter().any(|(name, _)| *name == code.name()) || OF_IMPORTS.contains(&code.name())
    };
    let missing = Code::ALL.iter().filter(|code| !excepted(code) && !found.contains(code.name()));
    let missing: Vec<_> = missing.map(|code| format!("no case finds {code}: {}", code.title())).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn cases_have_names_that_say_what_they_are() {
    for case in cases() {
        let (code, words) =
            case.name.split_at(case.name.find('-').filter(|_| case.name.starts_with("MG")).unwrap_or(0));
        assert!(
            code.is_empty() || Code::ALL.iter().any(|known| known.name() == code),
            "{} names no code",
            case.name
        );
        let lower_kebab = |mark: char| mark.is_ascii_lowercase() || mark.is_ascii_digit() || mark == '-';
        assert!(words.chars().all(lower_kebab), "{} is not in lower case with hyphens", case.name);
    }
}

/// What no test reads is not a case's: an input of another form, say, or a record under a name that was changed.
#[test]
fn a_case_holds_nothing_that_no_test_reads() {
    let mut strangers = Vec::new();
    for case in Case::all() {
        let named: Vec<_> = case.inputs().into_iter().map(|(name, _)| name).collect();
        let is_read = |name: &str| {
            let is_input = |input: &String| Path::new(input).starts_with(name);
            KINDS_OF_FILES.contains(&name) || named.iter().any(is_input)
        };
        let names = case.names().into_iter().filter(|name| !is_read(name));
        strangers.extend(names.map(|name| format!("{}/{name}", case.name)));
    }
    assert!(strangers.is_empty(), "{}", strangers.join("\n"));
}

/// All cases, with `BLESS` once they have been rewritten: the tests run at the same time.
fn cases() -> Vec<Case> {
    static REWRITTEN: Once = Once::new();
    let cases = Case::all();
    if std::env::var_os("BLESS").is_some() {
        REWRITTEN.call_once(|| cases.iter().for_each(|case| case.bless(&compile(&case.sources()))));
    }
    cases
}

/// The sources in reverse, each of them in reverse where that can be.
fn in_another_order(sources: &Sources) -> Sources {
    let mut other = sources.clone();
    other.texts.reverse();
    for source in &mut other.texts {
        if let Some(text) = reversed(source.text()) {
            *source = Source::new(source.name.clone(), source.found, text.into_bytes());
        }
    }
    other
}

/// What differs, file by file, as lines.
fn difference(name: &str, expected: &Files, found: &Files) -> Vec<String> {
    let files: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let text = |files: &Files, file| files.get(file).cloned().unwrap_or_default();
    let differing = files.into_iter().filter(|file| expected.get(*file) != found.get(*file));
    differing
        .map(|file| case::difference(&format!("{name}: {file}"), &text(expected, file), &text(found, file)))
        .collect()
}

/// The checks above can fail: each hand-made bundle has one fault.
#[test]
fn a_bundle_with_a_fault_is_told_from_a_sound_one() {
    const SOUND: &str = "\
# Generated by meshgen for cluster1 (Istio 1.30). Do not edit.
# reviews runs elsewhere
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: default
spec:
  hosts:
  - reviews.default.svc.cluster.local
  http:
  - match:
    - headers:
        end-user: {}
    route:
    - destination:
        host: reviews.default.svc.cluster.local
";
    let schemas = Schemas::read();
    let fault = |file: &str, text: &str| golden::faults(&schemas, file, text).join("; ");
    assert_eq!(fault("cluster1.yaml", SOUND), "");
    let twice = SOUND.to_owned() + "---\n" + SOUND;
    for (file, text, complaint) in [
        ("cluster2.yaml", SOUND, "which cluster"),
        ("cluster1.yaml", &SOUND.replace("1.30", "1.21"), "not known to Istio 1.21"),
        ("cluster1.yaml", &SOUND.replace("name: reviews", "name: no"), "something else"),
        ("cluster1.yaml", &SOUND.replace("end-user: {}", "y: {}"), "is no string"),
        ("cluster1.yaml", &SOUND.replace("end-user: {}", "end-user: 1:30"), "dialect"),
        ("cluster1.yaml", &SOUND.replace("end-user: {}", "end-user: {exact: {}}"), "exact"),
        ("cluster1.yaml", &SOUND.replace("    route:", "    name:\n    route:"), "null"),
        (
            "cluster1.yaml",
            &SOUND.replace("  http:", "  exportTo: []\n  http:"),
            "spec.exportTo is null or empty",
        ),
        (
            "cluster1.yaml",
            &SOUND.replace("  namespace: default", "  labels: {}"),
            "metadata.labels is null or empty",
        ),
        ("cluster1.yaml", &SOUND.replace("    route:", "    ruote:"), "unknown field"),
        ("cluster1.yaml", &twice, "occurs twice"),
        ("cluster1.yaml", SOUND.split("apiVersion").next().unwrap(), "no object"),
    ] {
        assert!(fault(file, text).contains(complaint), "{complaint}: {}", fault(file, text));
    }
}

#[test]
fn another_order_is_another_text_that_says_the_same() {
    let text =
        "a: {x: 1.10, y: [b, {c: 'no', d: }]}\nb: \"q: #\"\n---\n# only a comment\nz: |\n  two\n  lines\n";
    let other = reversed(text).unwrap();
    assert_eq!(
        other,
        "---\nz: \"two\\nlines\\n\"\n---\nb: \"q: #\"\na:\n  y:\n    - b\n    -\n      d: \n      c: \"no\"\n  x: 1.10\n"
    );
    assert_eq!(reversed(&reversed(text).unwrap()).map(|text| reversed(&text)), Some(Some(other)));
    assert_eq!(reversed("a: &b 1\nc: *b\n"), None);
}
