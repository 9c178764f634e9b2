//! One cause, one finding: mistakes put into a sound input are found each, each once, however many there are.

mod mistakes; // a sound input, and what can be wrong with it
mod many; // thousands of mistakes

use crate::support::chance::Chance;
use meshgen::diagnostic::Severity;
use meshgen::source::{Found, Source, Sources};
use mistakes::{MISTAKES, Mistake, SOUND};

/// How many larger sets are tried.
const SETS: usize = 60;

#[test]
fn the_input_is_sound() {
    assert_eq!(errors(SOUND), [""; 0]);
}

#[test]
fn every_mistake_is_found() {
    sound(MISTAKES.iter().filter_map(|mistake| difference(&[mistake])));
}

#[test]
fn two_mistakes_are_two_findings() {
    let pairs = MISTAKES
        .iter()
        .enumerate()
        .flat_map(|(position, first)| MISTAKES.iter().skip(position + 1).map(move |second| [first, second]));
    sound(pairs.filter_map(|pair| difference(&pair)));
}

#[test]
fn many_mistakes_are_as_many_findings() {
    let mut chance = Chance::new(1);
    let sets = (0..SETS).map(|_| {
        let share = 2 + chance.below(8);
        MISTAKES.iter().filter(|_| chance.below(share) == 0).collect::<Vec<_>>()
    });
    let all = MISTAKES.iter().collect();
    sound(sets.chain([all]).filter_map(|set| difference(&set)));
}

fn sound(differences: impl Iterator<Item = String>) {
    let differences: Vec<_> = differences.collect();
    assert!(differences.is_empty(), "{}\n{} sets", differences.join("\n"), differences.len());
}

/// Makes these mistakes; what is found, if it is not what is expected.
fn difference(mistakes: &[&Mistake]) -> Option<String> {
    let mut text = SOUND.to_owned();
    for Mistake { code, right, wrong } in mistakes {
        assert_eq!(text.matches(right).count(), 1, "{code}: `{right}`");
        text = text.replace(right, wrong);
    }
    let mut expected: Vec<_> = mistakes.iter().map(|mistake| mistake.code).collect();
    expected.sort_unstable();
    let found = errors(&text);
    let made: Vec<_> = mistakes.iter().map(|mistake| mistake.wrong).collect();
    (found != expected).then(|| format!("{made:?}: expected {expected:?}, found {found:?}"))
}

/// The codes of all errors, in order.
fn errors(text: &str) -> Vec<&'static str> {
    let source = Source::new("input.yaml", Found::Named, text.as_bytes().to_vec());
    let outcome = meshgen::compile(&Sources { texts: vec![source], ..Sources::default() }, &mut |_| {});
    let errors = outcome.findings.iter().filter(|finding| finding.severity() == Severity::Error);
    let mut codes: Vec<_> = errors.map(|finding| finding.code.name()).collect();
    codes.sort_unstable();
    codes
}
