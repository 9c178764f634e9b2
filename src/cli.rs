//! The outside world: arguments, files, streams, time.
//!
//! Enters: the command line. Leaves: files, text on the streams, an exit code. Refuses to know: what the inputs mean; it
//! hands texts to the compiler and bundles to the file system. Nothing outside this module touches either.

#![expect(
    clippy::disallowed_methods,
    reason = "the one module that may touch the file system and the environment"
)]

mod against;
mod arguments;
mod base;
mod build;
mod check;
mod diff;
mod dumps;
mod explain;
mod failure;
mod graph;
mod import;
mod init;
mod intent;
mod layout;
mod load;
mod needs;
mod next;
mod pattern;
mod plan;
mod problems;
mod report;
mod resolve;
mod shell;
mod sides;
mod stream;
mod summary;
mod target;
mod test;
mod trace;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use arguments::{Arguments, Command, Format};
use failure::Failure;
use report::{Reporter, Stream};

use crate::source::Sources;

/// How a run ends, whatever the format of its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Done, perhaps with warnings.
    Done,
    /// The inputs are wrong, or `--check` found a difference. Nothing was written.
    Wrong,
    /// Could not try: usage, input and output, a foreign file in the way. Nothing was written.
    Untried,
    /// A step was written, and it is not known yet whether it is the last.
    Stepped,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::from(0),
            Ending::Wrong => Self::from(1),
            Ending::Untried => Self::from(2),
            Ending::Stepped => Self::from(3),
        }
    }
}

/// Runs the command line, its first word being the program's own name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(problem) => {
            // Nobody is left to tell if this cannot be printed.
            let _ = problem.print();
            return if problem.use_stderr() { Ending::Untried } else { Ending::Done }.into();
        }
    };
    let findings = match arguments.command {
        Command::Check(_) => Stream::Stdout,
        Command::Build(_)
        | Command::Resolve(_)
        | Command::Needs(_)
        | Command::Trace(_)
        | Command::Graph(_)
        | Command::Test(_)
        | Command::Diff(_)
        | Command::Plan(_)
        | Command::Next(_)
        | Command::Explain(_)
        | Command::Import(_)
        | Command::Init(_)
        | Command::Completions(_)
        | Command::Version => Stream::Stderr,
    };
    let takes_markdown = matches!(arguments.command, Command::Diff(_) | Command::Plan(_));
    let reporter = Reporter::new(&arguments.output, findings);
    let asks_for_markdown = arguments.output.format == Format::Markdown;
    let asks_for_drawing = arguments.output.format.is_drawing();
    let asks_for_junit = arguments.output.format == Format::Junit;
    let ending = match &arguments.command {
        _ if asks_for_markdown && !takes_markdown => {
            Err(Failure::new("only `meshgen diff` and `meshgen plan` write Markdown"))
        }
        _ if asks_for_drawing && !matches!(arguments.command, Command::Graph(_)) => {
            Err(Failure::new("only `meshgen graph` draws"))
        }
        _ if asks_for_junit && !matches!(arguments.command, Command::Test(_)) => {
            Err(Failure::new("only `meshgen test` writes JUnit's XML"))
        }
        Command::Build(build) => build::run(build, &reporter),
        Command::Check(check) => check::run(check, &reporter),
        Command::Resolve(resolve) => resolve::run(resolve, &reporter),
        Command::Needs(needs) => needs::run(needs, &reporter),
        Command::Trace(trace) => trace::run(trace, &reporter),
        Command::Graph(graph) => graph::run(graph, &reporter),
        Command::Test(test) => test::run(test, &reporter),
        Command::Diff(diff) => diff::run(diff, &reporter),
        Command::Plan(plan) => plan::run(plan, &reporter),
        Command::Next(next) => next::run(next, &reporter),
        Command::Explain(explain) => explain::run(explain, &reporter),
        Command::Import(import) => import::run(import, &reporter),
        Command::Init(init) => init::run(init, &reporter),
        Command::Completions(shell) => completions(shell.shell),
        Command::Version => stream::data(Arguments::command().render_version().as_bytes()),
    };
    ending.unwrap_or_else(|failure| reporter.report(Vec::new(), &Sources::default(), Some(&failure))).into()
}

fn completions(shell: clap_complete::Shell) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "meshgen", &mut script);
    stream::data(&script)
}
