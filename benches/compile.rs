//! How long the whole compiler takes, against copying the bytes that it makes.
//!
//! The mesh: M clusters, N services, v1 of service i in cluster i mod M, v2 and v3 in the next one, a routing rule for
//! each. The two clocks run by turns, so that what else the machine does falls on both. `cargo bench`, or other sizes:
//! `cargo bench -- 20x5000`.

#![expect(clippy::disallowed_macros, reason = "a benchmark speaks to the terminal")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use meshgen::source::{Found, Source, Sources};

/// Clusters and services.
#[derive(Clone, Copy)]
struct Size {
    clusters: usize,
    services: usize,
}

const SIZES: [Size; 3] = [
    Size { clusters: 2, services: 10 },
    Size { clusters: 5, services: 200 },
    Size { clusters: 10, services: 1000 },
];

/// Turns, of which the median counts.
const TURNS: usize = 9;

fn main() {
    // cargo adds `--bench`.
    let asked: Vec<Size> = std::env::args().skip(1).filter_map(|word| size(&word)).collect();
    println!(
        "{:>9}  {:>8}  {:>11}  {:>9}  {:>9}  {:>6}",
        "mesh", "objects", "bytes", "compile", "copy", "ratio"
    );
    for size in if asked.is_empty() { &SIZES[..] } else { &asked } {
        measure(*size);
    }
}

fn size(word: &str) -> Option<Size> {
    let (clusters, services) = word.split_once('x')?;
    Some(Size { clusters: clusters.parse().ok()?, services: services.parse().ok()? })
}

fn measure(size: Size) {
    let input = mesh(size);
    let (mut compiling, mut copying) = (Vec::new(), Vec::new());
    let (mut objects, mut bytes) = (0, 0);
    for _ in 0..TURNS {
        let (made, took) = clocked(|| compile(&input));
        compiling.push(took);
        objects = made.iter().map(|(objects, _)| objects).sum();
        bytes = made.iter().map(|(_, text)| text.len()).sum();
        let (_, took) = clocked(|| made.iter().map(|(_, text)| text.as_bytes().to_vec()).collect::<Vec<_>>());
        copying.push(took);
    }
    let (compile, copy) = (median(compiling), median(copying));
    println!(
        "{:>9}  {objects:>8}  {bytes:>11}  {:>6.1} ms  {:>6.3} ms  {:>6.1}",
        format!("{}x{}", size.clusters, size.services),
        compile.as_secs_f64() * 1e3,
        copy.as_secs_f64() * 1e3,
        compile.as_secs_f64() / copy.as_secs_f64()
    );
}

/// How many objects each bundle has, and its text.
fn compile(input: &str) -> Vec<(usize, String)> {
    let source = Source::new("mesh.yaml", Found::Named, input.as_bytes().to_vec());
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let mut bundles = Vec::new();
    let outcome = meshgen::compile(&sources, &mut |bundle| bundles.push((bundle.objects, bundle.text)));
    assert!(!outcome.has_errors(), "the mesh is sound: {:?}", outcome.findings.first());
    bundles
}

fn mesh(size: Size) -> String {
    let Size { clusters, services } = size;
    let mut text = String::from("apiVersion: meshgen/v1\nkind: Topology\nclusters:\n");
    for cluster in 0..clusters {
        line(&mut text, &format!("  c{cluster}: {{gateway: 203.0.{}.{}}}", cluster / 250, cluster % 250 + 1));
    }
    text.push_str("services:\n");
    for service in 0..services {
        let (own, next) = (service % clusters, (service + 1) % clusters);
        let versions = format!("{{v1: c{own}, v2: c{next}, v3: c{next}}}");
        line(&mut text, &format!("  service-{service}: {{ports: 9080, versions: {versions}}}"));
    }
    text.push_str("---\napiVersion: meshgen/v1\nkind: Routing\nroutes:\n");
    for service in 0..services {
        line(&mut text, &format!("  service-{service}:"));
        line(&mut text, "  - match: {headers: {end-user: jason}}\n    to: {v2: 50, v3: 50}\n  - to: v1");
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn clocked<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = black_box(work());
    (done, start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
