//! What becomes of a case in a release.

use std::collections::BTreeSet;

use meshgen::diagnostic::{Code, Finding, Severity};

use super::pinned;
use crate::support::case::Case;
use crate::support::compiled::compile_with_findings;
use crate::support::readers;
use crate::support::schema::Schemas;

/// What becomes of a case in one release.
pub enum Verdict {
    /// It builds; what the schemas of the release say against it.
    Builds(Vec<String>),
    /// It does not: its errors.
    Refused(Vec<Finding>),
}

/// Builds a case for a release.
pub fn of(schemas: &Schemas, case: &Case, release: &str) -> Verdict {
    let (files, findings) = compile_with_findings(&pinned::sources(case, release));
    let errors: Vec<_> =
        findings.into_iter().filter(|finding| finding.severity() == Severity::Error).collect();
    if !errors.is_empty() {
        return Verdict::Refused(errors);
    }
    let minor = release.split('.').nth(1).unwrap().parse().unwrap();
    let objects = files.values().flat_map(|text| readers::by_serde_yaml(text).unwrap());
    let faults = objects.flat_map(|object| {
        let faults = schemas.faults(minor, &object);
        faults
            .into_iter()
            .map(move |fault| format!("{} {}: {fault}", object["kind"], object["metadata"]["name"]))
    });
    Verdict::Builds(faults.collect())
}

/// What is wrong with the verdicts about one case.
pub fn faults(releases: &[&str], verdicts: &[Verdict]) -> Vec<String> {
    let mut faults = Vec::new();
    for (release, verdict) in releases.iter().zip(verdicts) {
        match verdict {
            Verdict::Builds(found) => {
                faults.extend(found.iter().map(|fault| format!("in {release}: {fault}")));
            }
            Verdict::Refused(errors) => {
                for error in errors {
                    let fault = unfounded(error, releases, verdicts);
                    faults.extend(fault.map(|fault| format!("in {release}: {}: {fault}", error.message)));
                }
            }
        }
    }
    faults
}

/// Why an error is not one about a release, or not a true one.
fn unfounded(error: &Finding, releases: &[&str], verdicts: &[Verdict]) -> Option<String> {
    // Either form can be said once the patch is known.
    const PATCHES: [&str; 4] = ["1.8.5", "1.8.6", "1.9.4", "1.9.5"];
    if ![Code::MG0501, Code::MG0502, Code::MG0530].contains(&error.code) {
        return Some(format!("{} is not about releases, but it builds elsewhere", error.code));
    }
    let named = if error.code == Code::MG0530 { PATCHES.into() } else { needed(&error.message) };
    if named.is_empty() {
        return Some("it does not say which release it needs".to_owned());
    }
    let is_there = |release: &&str| match releases.iter().position(|known| known == release) {
        Some(at) => match &verdicts[at] {
            Verdict::Builds(_) => false,
            Verdict::Refused(errors) => errors.iter().any(|other| what(other) == what(error)),
        },
        None => true,
    };
    let wrong = named.into_iter().find(is_there)?;
    Some(format!("in {wrong} it is no better"))
}

/// `1.8.6, 1.9.5 or 1.10` of "`expose: used` needs Istio 1.8.6, 1.9.5 or 1.10, but …".
fn needed(message: &str) -> BTreeSet<&str> {
    let Some((_, releases)) = message.split_once(" needs Istio ") else { return BTreeSet::new() };
    let words = releases.split([' ', ',']).filter(|word| !word.is_empty() && *word != "or");
    words.take_while(|word| word.starts_with("1.")).collect()
}

/// What an error is about, whichever release it is said of.
fn what(error: &Finding) -> (Code, &str) {
    (error.code, error.message.split(" needs Istio ").next().unwrap_or_default())
}

/// `1.1–1.31`, or less, and why.
pub fn summary(releases: &[&str], verdicts: &[Verdict]) -> String {
    let mut runs: Vec<(&str, &str)> = Vec::new();
    let mut open = false;
    let mut reasons = BTreeSet::new();
    for (release, verdict) in releases.iter().zip(verdicts) {
        match verdict {
            Verdict::Builds(_) => match runs.last_mut().filter(|_| open) {
                Some((_, last)) => *last = release,
                None => runs.push((release, release)),
            },
            Verdict::Refused(errors) => reasons.extend(errors.iter().map(reason)),
        }
        open = matches!(verdict, Verdict::Builds(_));
    }
    let runs: Vec<_> = runs.iter().map(|(first, last)| format!("{first} to {last}")).collect();
    let reasons: Vec<_> = reasons.into_iter().map(|reason| format!("\n    {reason}")).collect();
    runs.join(", ") + &reasons.concat()
}

/// The part of an error that is the same in every release.
fn reason(error: &Finding) -> String {
    let end = [", but ", ", and "].iter().filter_map(|mark| error.message.find(mark)).min();
    format!("{} {}", error.code, &error.message[..end.unwrap_or(error.message.len())])
}

/// Complaints that are not true are told from those that are.
#[test]
fn a_complaint_that_is_not_true_is_a_fault() {
    let refused = |code, message: &str| Verdict::Refused(vec![Finding::new(code, message)]);
    let lacks = || refused(Code::MG0501, "`mirrors` needs Istio 1.20, but `cluster1` runs 1.19");
    let releases = ["1.19", "1.20"];
    let complaints = |verdicts: [Verdict; 2]| faults(&releases, &verdicts).join("; ");
    let builds = || Verdict::Builds(Vec::new());
    assert_eq!(complaints([lacks(), builds()]), "");
    assert!(complaints([lacks(), lacks()]).contains("in 1.20 it is no better"));
    assert!(complaints([refused(Code::MG0501, "too old"), builds()]).contains("does not say which release"));
    assert!(complaints([refused(Code::MG0301, "unknown"), builds()]).contains("is not about releases"));
    assert!(
        complaints([builds(), Verdict::Builds(vec!["unknown field".to_owned()])])
            .contains("in 1.20: unknown")
    );
}
