//! `meshgen graph`: who calls what where, as a picture.
//!
//! Enters: paths, perhaps dumps. Leaves: a drawing on stdout or in a file. Refuses to know: how it is drawn.

use std::io;
use std::path::Path;

use super::arguments::{Format, Graph};
use super::failure::{Failure, shown};
use super::report::Reporter;
use super::trace::routing::Texts;
use super::trace::untraced;
use super::write::whole;
use super::{Ending, dumps, load, stream};
use crate::change::scene::Side;
use crate::change::state::{Library, State};
use crate::diagnostic::{Finding, escape, json, nearest};
use crate::graph::{Asks, MARK, Picture, dot, html, mermaid};
use crate::source::Sources;
use crate::trace::Untraced;

/// In the name of a file between the marks of Markdown.
const FENCE: [&str; 2] = ["```mermaid\n", "```\n"];

/// Draws the inputs, if they are sound.
pub(super) fn run(arguments: &Graph, reporter: &Reporter) -> Result<Ending, Failure> {
    let Graph { paths, bounds, output, service } = arguments;
    let form = Form::of(reporter.format(), output.as_deref())?;
    let (sources, findings, picture) = match dumps::named(paths)? {
        Some(named) => {
            let state = dumps::read(&named, &bounds.limits())?;
            let picture =
                Picture::of(Asks::Dumps(&state.world, &state.routing), &|_| None).map_err(untraced)?;
            (Sources::default(), state.findings, Some(picture))
        }
        None => of_inputs(arguments, reporter)?,
    };
    let (Some(mut picture), false) = (picture, reporter.denies(&findings)) else {
        return Ok(reporter.report(findings, &sources, None));
    };
    if !service.is_empty() {
        service.iter().try_for_each(|name| is_known(name, &picture))?;
        picture.keep(service);
    }
    let (text, note) = match form {
        Form::Mermaid => mermaid::draw(&picture),
        Form::Markdown => {
            let (text, note) = mermaid::draw(&picture);
            let [begin, end] = FENCE;
            (format!("{begin}{text}{end}"), note)
        }
        Form::Dot => (dot::draw(&picture), None),
        Form::Html => (html::draw(&picture, &title(paths), &listed(&findings, &sources)), None),
    };
    match output.as_deref() {
        Some(path) if path != Path::new("-") => write(path, &text)?,
        Some(_) | None => drop(stream::data(text.as_bytes())?),
    }
    let ending = reporter.report(findings, &sources, None);
    if let Some(note) = note {
        reporter.say(&format!("note: {note}\n"));
    }
    if let Some(path) = output {
        let (services, clusters) = (picture.services().count(), picture.clusters());
        reporter.say(&format!("graph     {}: {services} services in {clusters} clusters\n", shown(path)));
    }
    Ok(ending)
}

/// What inputs say; no picture where they are wrong.
fn of_inputs(
    arguments: &Graph,
    reporter: &Reporter,
) -> Result<(Sources, Vec<Finding>, Option<Picture>), Failure> {
    let bounds = arguments.bounds.limits();
    let loaded = load::load(&arguments.paths, bounds, load::DEFAULT_OUTPUT.as_ref())?;
    let world = loaded.world().value;
    let (texts, findings) = Texts::built(&loaded);
    let (Some(world), false) = (world, reporter.denies(&findings)) else {
        return Ok((loaded.sources, findings, None));
    };
    let unreadable = |unreadable| untraced(Untraced::Unreadable(unreadable));
    let state = State::read(&texts.bundles(), &mut Library::default()).map_err(unreadable)?;
    let side = Side { state, world };
    let origin = |step: &crate::trace::report::Step| {
        let span = texts.origin(step)?.span;
        let source = loaded.sources.get(span.source)?;
        let line = source.text().get(..span.start as usize)?.matches('\n').count() + 1;
        Some((escape::line(&source.name).into_owned(), line))
    };
    let picture = Picture::of(Asks::Bundles(&side), &origin).map_err(untraced)?;
    Ok((loaded.sources, findings, Some(picture)))
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Mermaid,
    /// Mermaid in a page of Markdown.
    Markdown,
    Dot,
    Html,
}

impl Form {
    fn of(format: Format, output: Option<&Path>) -> Result<Self, Failure> {
        let end = output.and_then(Path::extension).map(|end| end.to_string_lossy().to_ascii_lowercase());
        match (format, end.as_deref()) {
            (Format::Dot, _) => Ok(Self::Dot),
            (Format::Html, _) => Ok(Self::Html),
            (Format::Json, _) => Err(Failure::new("a drawing is no JSON").help(
                "`meshgen trace --all --format json` says the same to programs; `--format mermaid`, `dot` or `html` draws",
            )),
            (_, Some("md")) => Ok(Self::Markdown),
            (Format::Mermaid, _) | (_, None | Some("mmd" | "mermaid")) => Ok(Self::Mermaid),
            (_, Some("html" | "htm")) => Ok(Self::Html),
            (_, Some("dot" | "gv")) => Ok(Self::Dot),
            (_, Some(other)) => Err(Failure::new(format!("`.{}` does not say what is drawn", escape::line(other)))
                .help("end the name in .html, .dot or .md, or say `--format html`")),
        }
    }
}

fn is_known(wanted: &str, picture: &Picture) -> Result<(), Failure> {
    if picture.services().any(|name| name == wanted) {
        return Ok(());
    }
    let failure = Failure::new(format!("there is no service `{}`", escape::line(wanted)));
    Err(match nearest(wanted, picture.services()) {
        Some(near) => failure.help(format!("did you mean `--service {near}`?")),
        None => failure,
    })
}

/// What the page is about: where the inputs are.
fn title(paths: &[std::path::PathBuf]) -> String {
    paths.iter().map(|path| shown(path)).collect::<Vec<_>>().join(" ")
}

/// The findings as programs read them.
fn listed(findings: &[Finding], sources: &Sources) -> serde_json::Value {
    let text = json::render(findings, sources, None, None);
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    document.get_mut("findings").map(serde_json::Value::take).unwrap_or_default()
}

/// Writes a file that was not there, or was drawn before.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::system("write", path, &error);
    match std::fs::read(path) {
        Ok(bytes) => {
            let start = bytes.get(..bytes.len().min(400)).unwrap_or_default();
            if !bytes.is_empty() && !String::from_utf8_lossy(start).contains(MARK) {
                return Err(Failure::new(format!("{} exists already, and is no drawing", shown(path)))
                    .help("name another file, or remove it"));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    whole::replace(path, text)
}
