//! The command line as people write it.
//!
//! Enters: words. Leaves: what is to be done, and how to speak about it. Refuses to know: files and inputs.

mod change; // those of changes
mod graph;
mod output; // how findings are told

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use change::{Diff, FailOn, Next, Plan, Sides};
pub(super) use graph::Graph;
pub(super) use output::{Colour, Data, Deny, Format, Output};

use super::layout::Layout;
use super::load;
use crate::source::{Limits, StepChoice};

/// Compiles a topology and a routing spec into one bundle of Istio manifests per cluster.
#[derive(Debug, Parser)]
#[command(name = "meshgen", version, arg_required_else_help = true, after_help = ENDINGS)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) output: Output,
}

/// What ends the help.
const ENDINGS: &str = "\
Exit codes: 0 done, 1 the inputs are wrong or --check found a difference, 2 could not try (usage, files),
3 `meshgen next` wrote a step

Example: meshgen build topology.yaml routing.yaml";

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write one bundle per cluster, or nothing if the inputs are wrong
    Build(Build),
    /// Do everything but write; findings go to stdout
    Check(Check),
    /// Say who notices a change; exit with 1 if somebody does
    Diff(Diff),
    /// Say in which order a change loses no request; exit with 1 if there is none
    Plan(Plan),
    /// Rewrite a directory of bundles to the next step of a plan; exit with 3 if one was written, 1 if there is none
    Next(Next),
    /// Say where a request goes, hop by hop; exit with 1 if some of it reaches nobody
    Trace(Trace),
    /// Draw who calls what where, with shares: for Markdown, for Graphviz, or as a page for browsers
    Graph(Graph),
    /// Ask what is to stay true of requests, as Queries say it; exit with 1 if something is otherwise
    Test(Test),
    /// Print the page of a code such as MG0101
    Explain(Explain),
    /// Print the inputs with every default written out
    Resolve(Resolve),
    /// Print what each cluster must provide, with the commands that provide it
    Needs(Needs),
    /// Print the topology and the routing spec of what runs, from dumps of clusters
    Import(Import),
    /// Write a topology and a routing spec to start from
    Init(Init),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the version
    #[command(hide = true)]
    Version,
}

/// Where the inputs are.
#[derive(Args, Debug)]
pub(super) struct Inputs {
    /// Files, directories (every *.yaml, *.yml and *.json below) or - for stdin
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) bounds: Bounds,
}

/// What keeps hostile inputs from doing harm.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub(super) struct Bounds {
    /// Largest file to read, in bytes or as 64KiB, 16MiB, 1GiB
    #[arg(long, value_name = "SIZE", default_value = "16MiB", value_parser = size)]
    pub(super) max_input_size: usize,
    /// Most values in one file, every alias counted with all it stands for
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().nodes)]
    pub(super) max_values: usize,
    /// Most destinations in all bundles: every cluster asks for every service unless `clients` says otherwise
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().destinations)]
    pub(super) max_destinations: usize,
    /// Let `include` and links lead out of the directory that was named, or that of the file
    #[arg(long)]
    pub(super) allow_include_outside: bool,
    /// What not to read in directories: a name, or a path from the directory that was named; `*` stands for any part of
    /// a name (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub(super) exclude: Vec<String>,
    /// Which of the `steps` of a service is built, from 1, whatever its `at` says (repeatable)
    #[arg(long, value_name = "SERVICE=N", value_parser = step, help_heading = "Inputs")]
    pub(super) step: Vec<StepChoice>,
}

impl Bounds {
    /// The bounds the inputs are read under.
    pub(super) fn limits(&self) -> load::Bounds {
        load::Bounds {
            limits: Limits {
                input_size: self.max_input_size,
                nodes: self.max_values,
                destinations: self.max_destinations,
                ..Limits::default()
            },
            outside: self.allow_include_outside,
            exclude: self.exclude.clone(),
            steps: self.step.clone(),
            istio: None,
        }
    }
}

impl Inputs {
    /// The bounds the inputs are read under.
    pub(super) fn limits(&self) -> load::Bounds {
        self.bounds.limits()
    }
}

/// `meshgen build`
#[derive(Args, Debug)]
pub(super) struct Build {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Directory for the bundles, or - for stdout
    #[arg(long, short, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Only the bundle of this cluster: on stdout, or in the directory of --output (repeatable); all are proved
    #[arg(long, value_name = "NAME")]
    pub(super) cluster: Vec<String>,
    /// Write nothing; exit with 1 if the directory is not what would be written, and show what differs
    #[arg(long, conflicts_with = "prune")]
    pub(super) check: bool,
    /// Remove files that clusters of this mesh no longer have, after saying how their objects are deleted
    #[arg(long)]
    pub(super) prune: bool,
    /// How the directory is laid out
    #[arg(long, value_enum, default_value_t, value_name = "LAYOUT")]
    pub(super) layout: Layout,
    /// The same as --layout split
    #[arg(long, conflicts_with = "layout")]
    pub(super) split: bool,
    /// Annotations for a tool that applies the bundles
    #[arg(long, value_enum, value_name = "TOOL")]
    pub(super) annotate: Option<Annotate>,
}

/// Who is told the order in which objects are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Annotate {
    /// Waves of a sync: stand-ins, what answers, names, routes
    Argocd,
}

impl Build {
    /// How the directory is laid out.
    pub(super) fn layout(&self) -> Layout {
        if self.split { Layout::Split } else { self.layout }
    }
}

/// `meshgen check`
#[derive(Args, Debug)]
#[command(after_help = OF_DUMPS)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Compare the inputs with what runs: whether the topology holds, what would defeat the bundles, whether they are applied
    #[arg(long, value_name = "NAME=DUMP", num_args = 1..)]
    pub(super) against: Vec<PathBuf>,
}

/// What else `meshgen check` takes.
const OF_DUMPS: &str = "\
Instead of inputs, dumps of clusters: `meshgen check cluster1=dump.yaml cluster2=dump.yaml` says what is silently broken between
them. A dump is what `kubectl get services,pods,… -A -o yaml` prints; NAME/NAMESPACE=PATH for manifests that name no namespace.";

/// `meshgen resolve`
#[derive(Args, Debug)]
pub(super) struct Resolve {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Print instead what callers of each cluster are promised: who answers, by which way, under which name
    #[arg(long)]
    pub(super) promises: bool,
}

/// `meshgen needs`
#[derive(Args, Debug)]
pub(super) struct Needs {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Only what this cluster must provide
    #[arg(long, value_name = "NAME")]
    pub(super) cluster: Option<String>,
}

/// `meshgen trace`
#[derive(Args, Debug)]
pub(super) struct Trace {
    /// The inputs as for build, then the request unless --all or --survive asks for all, such as `http://reviews:9080/path?query`, `grpc://reviews:9090/`,
    /// `tls://shop:443` or `tcp://db:3306`. Or, instead of inputs, dumps of clusters: `cluster1=dump.yaml cluster2=dump.yaml`, as
    /// `kubectl get services,pods,… -A -o yaml` prints them
    #[arg(required = true, value_name = "PATH… [URL]")]
    pub(super) words: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) bounds: Bounds,
    /// Who calls
    #[arg(long, value_name = "CLUSTER[/NAMESPACE][,LABEL=VALUE…]", required_unless_present_any = ["all", "survive"])]
    pub(super) from: Option<String>,
    /// Who gets what from where: every service, asked for from every cluster, or from that of --from
    #[arg(long, conflicts_with_all = ["gateway", "address", "method", "headers", "down"])]
    pub(super) all: bool,
    /// What if every cluster, gateway and version were down in turn: who gets something else, and who has nobody left
    #[arg(long, conflicts_with_all = ["all", "gateway", "address", "method", "headers", "down"])]
    pub(super) survive: bool,
    /// The request comes from outside, through this one of the topology's ingress gateways in the cluster of --from
    #[arg(long, value_name = "NAME")]
    pub(super) gateway: Option<String>,
    /// The IP address that the caller connects to, where rules go by it
    #[arg(long, value_name = "IP", conflicts_with = "gateway")]
    pub(super) address: Option<std::net::IpAddr>,
    /// Follow the bundles in this directory; by default those that the inputs give
    #[arg(long, value_name = "DIR")]
    pub(super) bundles: Option<PathBuf>,
    /// GET unless it is said, POST for grpc
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub(super) method: Option<String>,
    /// A header of the request, as in 'end-user: jason'
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(super) headers: Vec<String>,
    /// What does not answer: a version, a pod, `gateway` or `*` in a cluster
    #[arg(long, value_name = "CLUSTER/VERSION")]
    pub(super) down: Vec<String>,
}

/// `meshgen test`
#[derive(Args, Debug)]
pub(super) struct Test {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Follow the bundles in this directory; by default those that the inputs give
    #[arg(long, value_name = "DIR", conflicts_with_all = ["write", "fail_under"])]
    pub(super) bundles: Option<PathBuf>,
    /// Fill every missing `expect` with what is so today, in the files themselves
    #[arg(long)]
    pub(super) write: bool,
    /// Exit with 1 if queries meet less than this many percent of the rules, destinations and crossings
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(super) fail_under: Option<u8>,
}

/// `meshgen explain`
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// A code such as MG0101, or a dead end such as no-filter-chain
    #[arg(required_unless_present = "list")]
    pub(super) code: Option<String>,
    /// Print all codes, a line each
    #[arg(long, conflicts_with = "code")]
    pub(super) list: bool,
}

/// `meshgen import`
#[derive(Args, Debug)]
pub(super) struct Import {
    /// Dumps of clusters, as `kubectl get … -A -o yaml` prints them; - for stdin; a name may stand several times
    #[arg(required_unless_present = "kinds", value_name = "NAME=DUMP…")]
    pub(super) words: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) bounds: Bounds,
    /// A new file for the text, instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Print the line that dumps a cluster, for a shell
    #[arg(long, conflicts_with = "words")]
    pub(super) kinds: bool,
}

/// `meshgen init`
#[derive(Args, Debug)]
pub(super) struct Init {
    /// Where to write the two files
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) directory: PathBuf,
}

/// `meshgen completions`
#[derive(Args, Debug)]
pub(super) struct Completions {
    pub(super) shell: clap_complete::Shell,
}

/// Places in a text are 32 bits wide, and a few bytes more than the limit are read.
const LARGEST: usize = (u32::MAX - 16) as usize;

/// A number of bytes, perhaps with a unit; `k` is 1024.
fn size(text: &str) -> Result<usize, String> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err("expected a number of bytes, such as 1048576, 64KiB or 16MiB".to_owned()),
    };
    let number: usize = number.parse().map_err(|_| "expected a number, such as 16MiB".to_owned())?;
    match number.checked_mul(1 << shift) {
        Some(size) if (1..=LARGEST).contains(&size) => Ok(size),
        Some(_) | None => Err("expected 1 byte to just under 4GiB".to_owned()),
    }
}

/// `reviews=3`
fn step(text: &str) -> Result<StepChoice, String> {
    let (service, step) = text.rsplit_once('=').ok_or("expected SERVICE=N, such as reviews=3")?;
    let step = step.parse().map_err(|_| "expected a number behind `=`, such as reviews=3")?;
    Ok(StepChoice { service: service.to_owned(), step })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_are_read_with_and_without_unit() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("16MiB"), Ok(16 << 20));
        assert_eq!(size("1g"), Ok(1 << 30));
        for wrong in ["", "MiB", "0", "-1", "1.5M", "4GiB", "99999999999999999999", "16 MiB", "ü"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
