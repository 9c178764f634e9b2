//! How a run tells what it found, in the form that was asked for.
//!
//! Enters: findings, failures, words. Leaves: exactly one report a run. Refuses to know: how findings come about.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use terminal_size::{Width, terminal_size_of};

use super::arguments::{Colour, Deny, Format, Output};
use super::failure::Failure;
use super::{Ending, stream};
use crate::diagnostic::{self, Finding, Severity, agent, concise, github, human, json, sarif};
use crate::source::Sources;

/// Where findings go: words beside the data of most commands, the data itself of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// The data.
    Stdout,
    /// The words.
    Stderr,
}

/// The form of everything a run says.
#[derive(Debug)]
pub(super) struct Reporter {
    stream: Stream,
    format: Format,
    colour: Colour,
    error_limit: usize,
    quiet: bool,
    deny_warnings: bool,
}

impl Reporter {
    /// As the command line asks.
    pub(super) fn new(output: &Output, stream: Stream) -> Self {
        let Output { format, deny, color, error_limit, quiet } = output;
        Self {
            stream,
            format: *format,
            colour: *color,
            error_limit: *error_limit,
            quiet: *quiet,
            deny_warnings: *deny == Some(Deny::Warnings),
        }
    }

    /// Whether data is for programs.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether findings keep a run from writing.
    pub(super) fn denies(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| match finding.severity() {
            Severity::Error => true,
            Severity::Warning => self.deny_warnings,
            Severity::Note => false,
        })
    }

    /// The form that was asked for.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Reports what was found and why the run could not try, if it could not. Says how the run ends.
    ///
    /// Called once a run, after everything that may fail: a JSON document has no second part.
    pub(super) fn report(
        &self,
        findings: Vec<Finding>,
        sources: &Sources,
        failure: Option<&Failure>,
    ) -> Ending {
        self.report_built(findings, sources, failure, None)
    }

    /// The same, with what a build did, for programs.
    pub(super) fn report_built(
        &self,
        mut findings: Vec<Finding>,
        sources: &Sources,
        failure: Option<&Failure>,
        built: Option<&serde_json::Value>,
    ) -> Ending {
        diagnostic::sort(&mut findings);
        let reason = failure.filter(|failure| !failure.is_silent()).map(Failure::to_string);
        let text = match self.format {
            Format::Human
            | Format::Markdown
            | Format::Junit
            | Format::Mermaid
            | Format::Dot
            | Format::Html => human::render(&findings, sources, &self.style()),
            Format::Concise => concise::render(&findings, sources),
            Format::Agent => agent::render(&findings, sources),
            Format::Sarif => sarif::render(&findings, sources, reason.as_deref(), &workspace()),
            Format::Json => json::render(&findings, sources, reason.as_deref(), built),
            Format::Github => github::render(&findings, sources, reason.as_deref(), &workspace()),
        };
        let ending = match failure {
            Some(_) => Ending::Untried,
            None if self.denies(&findings) => Ending::Wrong,
            None => Ending::Done,
        };
        let tells_failures = matches!(self.format, Format::Json | Format::Github | Format::Sarif);
        let unread = self.write(&text);
        if let (false, Some(reason)) = (tells_failures, reason) {
            stream::words(&format!("error: {reason}\n"));
        }
        match unread {
            // A reader that has seen enough does not change what was found.
            Some(failure) if !failure.is_silent() => {
                stream::words(&format!("error: {failure}\n"));
                Ending::Untried
            }
            Some(_) | None => ending,
        }
    }

    /// Says something to people. Programs read findings only.
    pub(super) fn say(&self, text: &str) {
        if (self.format == Format::Human || self.format.is_drawing()) && !self.quiet {
            stream::words(text);
        }
    }

    fn write(&self, text: &str) -> Option<Failure> {
        match self.stream {
            Stream::Stdout => stream::data(text.as_bytes()).err(),
            Stream::Stderr => {
                stream::words(text);
                None
            }
        }
    }

    /// `--color`, then `NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb`, then whether a terminal reads it.
    fn style(&self) -> human::Style {
        let (terminal, size) = match self.stream {
            Stream::Stdout => (io::stdout().is_terminal(), terminal_size_of(io::stdout())),
            Stream::Stderr => (io::stderr().is_terminal(), terminal_size_of(io::stderr())),
        };
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let colour = match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if variable("NO_COLOR").is_some() => false,
            Colour::Auto if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Colour::Auto => terminal && variable("TERM").is_none_or(|value| value != "dumb"),
        };
        let logs = human::Style::default();
        let width = size.map_or(logs.width, |(Width(columns), _)| usize::from(columns).max(40));
        human::Style { colour, width, limit: self.error_limit }
    }
}

/// The working directory, seen from the root of its repository, or else from GitHub's workspace; nothing where it is the root, or
/// in neither.
fn workspace() -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = |here: &Path, root: &Path| here.strip_prefix(root).ok()?.to_str().map(str::to_owned);
    let named = || PathBuf::from(std::env::var_os("GITHUB_WORKSPACE")?).canonicalize().ok();
    here.ok()
        .and_then(|here| {
            let repository = here.ancestors().find(|directory| directory.join(".git").exists());
            repository.map(Path::to_path_buf).or_else(named).and_then(|root| below(&here, &root))
        })
        .unwrap_or_default()
}
