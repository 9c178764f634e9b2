//! The arguments of `graph`.
//!
//! Enters: words. Leaves: what is drawn, and where it goes. Refuses to know: files and inputs.

use std::path::PathBuf;

use clap::Args;

use super::Bounds;

/// `meshgen graph`
#[derive(Args, Debug)]
#[command(after_help = FORMATS)]
pub(in crate::cli) struct Graph {
    /// The inputs as for build, or dumps of clusters: `cluster1=dump.yaml cluster2=dump.yaml`
    #[arg(required = true, value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) bounds: Bounds,
    /// The file for the drawing, instead of stdout; its end says what is drawn unless --format does
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Draw only this service, as `reviews` or `shop/reviews` (repeatable)
    #[arg(long, value_name = "SERVICE")]
    pub(in crate::cli) service: Vec<String>,
}

/// How the form is found.
const FORMATS: &str = "\
--format mermaid, dot or html says what is drawn; without it the end of the file does: .html; .dot or .gv; .mmd, and .md for
Mermaid between the marks of Markdown. On stdout it is Mermaid.";
