//! The arguments of `diff`, `plan` and `next`.
//!
//! Enters: words. Leaves: two sides, and what to make of the difference. Refuses to know: files and inputs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Bounds;

/// What is compared.
#[derive(Args, Debug)]
pub(in crate::cli) struct Sides {
    /// As it is, then as it is to be: inputs, or a directory of bundles. Everything behind the first is the second
    #[arg(required = true, value_name = "OLD NEW")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// All paths are NEW, and OLD is the same at this revision of git, such as origin/main
    #[arg(long, value_name = "REV")]
    pub(in crate::cli) base: Option<String>,
    /// NEW is for this release of Istio, whatever the inputs say; without bundles or --base OLD is the same inputs
    #[arg(long, value_name = "RELEASE", value_parser = crate::known_release)]
    pub(in crate::cli) istio: Option<String>,
    /// Inputs that say which pods and gateways there are, for bundles; by default those of the other side (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) world: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) bounds: Bounds,
}

/// `meshgen diff`
#[derive(Args, Debug)]
pub(in crate::cli) struct Diff {
    #[command(flatten)]
    pub(in crate::cli) sides: Sides,
    /// Which changes exit with 1
    #[arg(long, value_enum, value_name = "KIND", default_value_t = FailOn::Any)]
    pub(in crate::cli) fail_on: FailOn,
    /// What the change is meant to do: exit with 1 if it does anything else, with 0 if not
    #[arg(long, value_name = "FILE", conflicts_with = "fail_on")]
    pub(in crate::cli) expect: Option<PathBuf>,
    /// Write what the change does as such a document, to stdout unless a file is named
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", conflicts_with = "expect")]
    pub(in crate::cli) write_expect: Option<PathBuf>,
}

/// `meshgen plan`
#[derive(Args, Debug)]
pub(in crate::cli) struct Plan {
    #[command(flatten)]
    pub(in crate::cli) sides: Sides,
    /// Directory for the steps: for each the whole bundles, what of them changes, and what is to be deleted
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Refuse if OLD is no longer the state with this digest, which every plan says
    #[arg(long, value_name = "DIGEST")]
    pub(in crate::cli) from: Option<String>,
    /// What the change is meant to do: its `during` says which versions may answer for others while the plan runs
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) expect: Option<PathBuf>,
}

/// `meshgen next`
#[derive(Args, Debug)]
pub(in crate::cli) struct Next {
    /// What is applied: a directory of bundles, which is rewritten
    #[arg(value_name = "DIR")]
    pub(in crate::cli) directory: PathBuf,
    /// What it is to become: inputs, or another directory of bundles
    #[arg(required = true, value_name = "NEW")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Inputs that DIR was built from: which pods and gateways there are so far; by default as NEW says (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) world: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) bounds: Bounds,
}

/// Which changes must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Requests that reach nobody any more
    Dead,
    /// These, and requests with another timeout, retry, fault or copy
    Policy,
    /// Any change at all
    Any,
}
