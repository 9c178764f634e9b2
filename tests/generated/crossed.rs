//! Which word of the language must meet which, in what is built: of one service, with the clusters that run and call it.
//!
//! What goes wrong across clusters goes wrong where two words meet: the SNI and a far subset, the port of a gateway and those of a
//! service. The cases of `testdata` and the generated topologies meet every pair of the table. What they meet beyond it, and which
//! pairs nobody meets, is printed where `MESHGEN_TOPOLOGIES` is set.

mod words; // which words an input has

use std::collections::{BTreeMap, BTreeSet};

use meshgen::diagnostic::Severity;
use meshgen::source::Sources;

use super::{number, sources, told, wild};
use crate::support::case::Case;
use crate::support::compiled::compile_with_findings;

/// How many topologies, where nobody says otherwise.
const TOPOLOGIES: u64 = 150;

/// Seeds beyond these that meet what few do.
const RARE: [u64; 16] = [152, 191, 209, 223, 238, 253, 273, 293, 335, 535, 543, 600, 653, 697, 716, 1292];

/// A word, and those that it must meet.
type Row = (&'static str, &'static [&'static str]);

/// What callers may be sent to, by each way.
const TARGETS: &[&str] = &[
    "far version",
    "any",
    "@cluster",
    "shares",
    "several ports",
    "TCP port",
    "spread",
    "mirror",
    "other service",
    "ingress",
    "clients by cluster",
    "gateway port",
    "several gateway addresses",
    "sizes",
    "version policy",
    "port policy",
    "outlierDetection",
    "labels",
    "subset",
    "drain",
    "locality",
    "trustDomain",
];

/// What callers say at a far gateway, and where they must find it.
const FAR: &[&str] = &[
    "failover",
    "TLS port",
    "sniHosts",
    "per-cluster names",
    "serviceAccounts",
    "old release",
    "clients by namespace",
];

const TABLE: &[Row] = &[
    // The way decides about names, subsets and SNIs.
    ("sni", TARGETS),
    ("rewrite", TARGETS),
    ("merged", TARGETS),
    ("discovery", TARGETS),
    ("sni", FAR),
    ("rewrite", FAR),
    ("merged", &["failover", "TLS port", "serviceAccounts", "source workload"]),
    (
        "discovery",
        &[
            "failover",
            "TLS port",
            "sniHosts",
            "serviceAccounts",
            "controlPlane",
            "one network",
            "clients by namespace",
        ],
    ),
    // The SNI carries port, subset and domain.
    (
        "far version",
        &[
            "several ports",
            "TCP port",
            "TLS port",
            "subset",
            "labels",
            "clusterDomain",
            "remoteSuffix",
            "per-cluster names",
            "version policy",
            "port policy",
            "serviceAccounts",
            "expose used",
            "existing",
            "serverPort",
        ],
    ),
    ("any", &["several ports", "spread", "failover", "labels", "sizes", "drain"]),
    // What is dialled, and who sees it.
    ("gateway port", &["several ports", "failover", "several gateway addresses", "addressFrom"]),
    ("several gateway addresses", &["failover", "sizes", "spread"]),
    ("gateway by name", &["several ports", "shares"]),
    ("addressFrom", &["far version", "failover"]),
    ("remoteSuffix", &["clients by namespace", "per-cluster names", "TCP port", "rewrite"]),
    ("clients by namespace", &["several ports", "plain entry", "ingress", "far version"]),
    ("virtualIP", &["TCP port", "several ports"]),
    ("no addresses", &["far version", "several ports"]),
    ("plain entry", &["TCP port", "several ports", "far version"]),
    ("plain none", &["far version"]),
    // Which pods a subset takes.
    ("labels", &["registry", "discovery", "failover", "versionLabel"]),
    ("registry", &["sni", "rewrite", "far version", "source workload"]),
    ("one network", &["shares", "drain"]),
    // Which rule is for whom.
    ("rule port", &["several ports", "TCP port", "HTTP words", "source workload", "sourceClusters"]),
    ("source workload", &["HTTP words", "TCP port", "sourceClusters", "mirror", "far version"]),
    ("sourceClusters", &["HTTP words", "spread", "@cluster"]),
    ("sniHosts", &["several ports", "shares", "far version"]),
    ("destinationSubnets", &["shares", "far version", "several ports"]),
    ("mirror", &["spread", "far version", "actions"]),
    ("actions", &["several ports", "ingress"]),
    ("answers", &["several ports", "HTTP words"]),
    ("other service", &["far version", "several ports", "ingress"]),
    ("ingress", &["spread", "far version", "HTTP words", "several ports", "clients by cluster"]),
    // Who stands in for whom.
    (
        "failover",
        &[
            "locality",
            "drain",
            "sizes",
            "outlierDetection",
            "several ports",
            "TCP port",
            "port policy",
            "clients by cluster",
            "ingress",
        ],
    ),
    ("spread", &["drain", "locality", "several ports", "TCP port"]),
    ("drain", &["mirror", "ingress"]),
    ("headless", &["far version", "several ports", "sni"]),
    ("mixed releases", &["far version", "several ports", "mirror", "spread"]),
    ("old release", &["far version", "several ports", "TCP port", "per-cluster names"]),
];

#[test]
fn every_word_meets_those_that_it_must() {
    let first = number("MESHGEN_TOPOLOGIES_SEED").unwrap_or(0);
    let count = number("MESHGEN_TOPOLOGIES").unwrap_or(TOPOLOGIES);
    let mut met: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let mut meet = |of: &str, sources: &Sources| {
        for words in built(sources) {
            for one in &words {
                for other in words.iter().filter(|other| *other != one) {
                    met.entry((one, other)).or_insert_with(|| of.to_owned());
                }
            }
        }
    };
    for case in Case::all() {
        meet(&case.name, &case.sources());
    }
    for seed in (first..first + count).chain(RARE) {
        let files = wild::files(seed);
        meet(&format!("seed {seed}"), &sources(files.iter().map(|(name, text)| (*name, text.as_str()))));
    }
    let demanded: BTreeSet<(&str, &str)> =
        TABLE.iter().flat_map(|(one, others)| others.iter().map(move |other| (*one, *other))).collect();
    let known: BTreeSet<&str> = words::ALL.into_iter().collect();
    let missing: Vec<_> = demanded.iter().filter(|pair| !met.contains_key(*pair)).collect();
    let unknown: Vec<_> =
        demanded.iter().flat_map(|(one, other)| [one, other]).filter(|word| !known.contains(*word)).collect();
    let is_demanded = |one, other| demanded.contains(&(one, other)) || demanded.contains(&(other, one));
    let mut lines: Vec<String> = met
        .iter()
        .filter(|((one, other), of)| is_demanded(*one, *other) && of.starts_with("seed"))
        .map(|((one, other), of)| format!("{one} + {other}: first in {of}"))
        .collect();
    let pairs = words::ALL.into_iter().flat_map(|one| words::ALL.into_iter().map(move |other| (one, other)));
    let beyond = pairs.filter(|(one, other)| one < other && !is_demanded(one, other));
    let uncounted: Vec<_> = beyond.filter(|pair| !met.contains_key(pair)).collect();
    lines.push(format!(
        "{} pairs are demanded; beyond them {} are met by nobody:",
        demanded.len(),
        uncounted.len()
    ));
    lines.extend(uncounted.iter().map(|(one, other)| format!("  {one} + {other}")));
    told(&lines.join("\n"));
    assert!(missing.is_empty() && unknown.is_empty(), "never meet: {missing:?}; not words: {unknown:?}");
}

/// The words of each service of an input, if it is built.
fn built(sources: &Sources) -> Vec<BTreeSet<&'static str>> {
    let (_, findings) = compile_with_findings(sources);
    if findings.iter().any(|finding| finding.severity() == Severity::Error) {
        return Vec::new();
    }
    meshgen::resolved(sources).value.map(|text| words::of(&text)).unwrap_or_default()
}
