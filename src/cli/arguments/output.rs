//! How a run speaks: the arguments that every command takes.
//!
//! Enters: words. Leaves: the form of findings. Refuses to know: what is found.

use clap::{Args, ValueEnum};

/// How to speak; the same for every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Findings")]
pub(in crate::cli) struct Output {
    /// How findings are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(in crate::cli) format: Format,
    /// What counts as an error beside errors
    #[arg(long, global = true, value_enum, value_name = "KIND")]
    pub(in crate::cli) deny: Option<Deny>,
    /// When to use colours; by default `NO_COLOR`, `CLICOLOR_FORCE`, `TERM` and the terminal decide, in this order
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub(in crate::cli) color: Colour,
    /// How many findings to show to people; 0 for all
    #[arg(long, global = true, value_name = "N", default_value_t = 20)]
    pub(in crate::cli) error_limit: usize,
    /// Say nothing but findings
    #[arg(long, short, global = true)]
    pub(in crate::cli) quiet: bool,
}

/// The form of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// Text with the lines in question
    Human,
    /// One line a finding, as compilers write them
    Concise,
    /// One JSON document
    Json,
    /// One line a finding, with its other places and its help
    Agent,
    /// GitHub's workflow commands
    Github,
    /// SARIF 2.1.0, for code scanners
    Sarif,
    /// A comment on a pull request (diff, plan)
    Markdown,
    /// What collects the results of tests (test)
    Junit,
    /// A flowchart that GitHub draws (graph)
    Mermaid,
    /// A graph for Graphviz (graph)
    Dot,
    /// One page that asks nobody for anything (graph)
    Html,
}

/// The form of what a command answers, beside findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Data {
    /// For people.
    Words,
    /// One JSON document.
    Json,
    /// A comment on a pull request.
    Markdown,
    /// Results of tests.
    Junit,
}

impl Format {
    /// The form of answers: those forms that are for findings or pictures alone leave them in words.
    pub(in crate::cli) fn data(self) -> Data {
        match self {
            Self::Json => Data::Json,
            Self::Markdown => Data::Markdown,
            Self::Junit => Data::Junit,
            Self::Human
            | Self::Concise
            | Self::Agent
            | Self::Github
            | Self::Sarif
            | Self::Mermaid
            | Self::Dot
            | Self::Html => Data::Words,
        }
    }

    /// Whether it is a picture.
    pub(in crate::cli) fn is_drawing(self) -> bool {
        matches!(self, Self::Mermaid | Self::Dot | Self::Html)
    }
}

/// What else counts as an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Deny {
    /// Warnings do
    Warnings,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Colour {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// Even into a file
    Always,
    /// Not even on a terminal
    Never,
}
