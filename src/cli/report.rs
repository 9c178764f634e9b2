//! How a run tells what it found, in the form that was asked for.
//!
//! Enters: findings, failures, words. Leaves: exactly one report a run. Refuses to know: how findings come about.

use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size_of};

use super::arguments::{Colour, Deny, Format, Output};
use super::failure::Failure;
use super::{Ending, stream};
use crate::diagnostic::{self, Finding, Severity, github, human, json};
use crate::source::Sources;

/// The form of everything a run says.
#[derive(Debug)]
pub(super) struct Reporter {
    format: Format,
    colour: Colour,
    error_limit: usize,
    quiet: bool,
    deny_warnings: bool,
}

/// Where findings go: they are words beside the data of most commands, and the data of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// The data.
    Stdout,
    /// The words.
    Stderr,
}

impl Reporter {
    /// As the command line asks.
    pub(super) fn new(output: &Output) -> Self {
        let Output { format, deny, color, error_limit, quiet } = output;
        Self {
            format: *format,
            colour: *color,
            error_limit: *error_limit,
            quiet: *quiet,
            deny_warnings: *deny == Some(Deny::Warnings),
        }
    }

    /// Whether findings keep a run from writing.
    pub(super) fn denies(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| match finding.severity() {
            Severity::Error => true,
            Severity::Warning => self.deny_warnings,
            Severity::Note => false,
        })
    }

    /// Reports findings, put in order, and says how the run ends.
    pub(super) fn findings(
        &self,
        mut findings: Vec<Finding>,
        sources: &Sources,
        stream: Stream,
    ) -> Result<Ending, Failure> {
        diagnostic::sort(&mut findings);
        let text = match self.format {
            Format::Human => human::render(&findings, sources, &self.style(stream)),
            Format::Json => json::render(&findings, sources, None),
            Format::Github => github::render(&findings, sources, None),
        };
        let ending = if self.denies(&findings) { Ending::Wrong } else { Ending::Done };
        match stream {
            Stream::Stderr => stream::words(&text),
            // A reader that has seen enough does not change what was found.
            Stream::Stdout => match stream::data(text.as_bytes()) {
                Err(failure) if failure != Failure::silent() => return Err(failure),
                Ok(_) | Err(_) => {}
            },
        }
        Ok(ending)
    }

    /// Reports why the run could not try.
    pub(super) fn failure(&self, failure: &Failure) -> Ending {
        if !failure.message.is_empty() {
            let nothing = Sources::default();
            let text = failure.to_string();
            stream::words(&match self.format {
                Format::Human => format!("error: {text}\n"),
                Format::Json => json::render(&[], &nothing, Some(&text)),
                Format::Github => github::render(&[], &nothing, Some(&text)),
            });
        }
        Ending::Untried
    }

    /// Says something to people. Programs read findings only.
    pub(super) fn say(&self, text: &str) {
        if self.format == Format::Human && !self.quiet {
            stream::words(text);
        }
    }

    fn style(&self, stream: Stream) -> human::Style {
        let (terminal, size) = match stream {
            Stream::Stdout => (io::stdout().is_terminal(), terminal_size_of(io::stdout())),
            Stream::Stderr => (io::stderr().is_terminal(), terminal_size_of(io::stderr())),
        };
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let colour = match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let forced = variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
                let dumb = variable("TERM").is_some_and(|value| value == "dumb");
                variable("NO_COLOR").is_none() && (forced || !dumb && terminal)
            }
        };
        let width = size.map_or(human::Style::default().width, |(Width(columns), _)| usize::from(columns).max(40));
        human::Style { colour, width, limit: self.error_limit }
    }
}
