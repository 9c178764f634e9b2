//! A trace for people.
//!
//! Enters: what becomes of a request. Leaves: a line for each share, and below it the steps with their objects. Refuses to
//! know: how it was found.

use std::fmt;

use super::routing::Texts;
use super::wrap::wrapped;
use crate::diagnostic::escape;
use crate::source::{Place, Sources};
use crate::trace::object::ObjectPlace;
use crate::trace::report::{End, Share, Step, Trace};
use crate::trace::request::Request;

/// Before what a step says.
const INDENT: usize = 18;
/// Less is too narrow for a column of places beside the steps.
const NARROW: usize = 60;

/// Displays as the answer to one question.
pub(super) struct Answer<'a> {
    /// What was asked.
    pub(super) request: &'a Request,
    /// What becomes of it.
    pub(super) trace: &'a Trace,
    /// Where the routes come from.
    pub(super) texts: &'a Texts,
    /// The inputs.
    pub(super) sources: &'a Sources,
    /// Columns of the terminal.
    pub(super) width: usize,
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Request { caller, host, port, .. } = self.request;
        let shared = self.shared();
        write!(f, "{}:{port} from ", escape::line(host))?;
        match &caller.gateway {
            Some(gateway) => writeln!(f, "outside, at {} of {}", escape::line(gateway), caller.cluster)?,
            None => writeln!(f, "{}", caller.cluster)?,
        }
        for step in shared {
            self.step(f, step)?;
        }
        for feature in &self.trace.features {
            f.write_str(&wrapped("      ", &escape::line(feature), self.width))?;
        }
        for share in &self.trace.shares {
            let start = format!("{:>5} %  ", percent(share.percent));
            f.write_str(&wrapped(&start, &end(share), self.width))?;
            for step in share.steps.iter().skip(shared.len()) {
                self.step(f, step)?;
            }
        }
        if let Some(name) = self.trace.shares.iter().find_map(|share| share.end.page()) {
            f.write_str(&wrapped(
                "help: ",
                &format!("`meshgen explain {name}` says why that may be"),
                self.width,
            ))?;
        }
        for note in self.trace.notes.iter().chain(&self.trace.remarks) {
            f.write_str(&wrapped("note: ", &escape::line(note), self.width))?;
        }
        Ok(())
    }
}

impl Answer<'_> {
    /// The steps that all shares take together: to the route that answers.
    fn shared(&self) -> &[Step] {
        let Some((first, others)) = self.trace.shares.split_first() else { return &[] };
        let alike = |(at, step): (usize, &Step)| others.iter().all(|share| share.steps.get(at) == Some(step));
        let by_route = first.steps.iter().position(|step| step.route.is_some()).map_or(0, |at| at + 1);
        let number =
            first.steps.iter().take(by_route).enumerate().take_while(|(at, step)| alike((*at, step)));
        first.steps.get(..number.count()).unwrap_or_default()
    }

    /// The places of all steps begin in one column, if there is room for one; else each stands below its step.
    fn step(&self, f: &mut fmt::Formatter<'_>, step: &Step) -> fmt::Result {
        let start = format!("      {:<10}  ", step.cluster);
        let column = self.width.saturating_sub(self.longest()).min(self.column());
        let places = self.places(step).join("  ");
        let is_beside = column >= NARROW;
        let text = wrapped(&start, &escape::line(&step.what), if is_beside { column } else { self.width });
        match text.split_once('\n') {
            Some((first, others)) if is_beside && !places.is_empty() => {
                let gap = column.saturating_sub(first.chars().count());
                write!(f, "{first}{:gap$}{places}\n{others}", "")
            }
            Some(_) if !places.is_empty() => writeln!(f, "{text}{:INDENT$}{places}", ""),
            Some(_) | None => f.write_str(&text),
        }
    }

    /// Where a step is said: in a bundle that is in a file, in the inputs.
    fn places(&self, step: &Step) -> Vec<String> {
        let bundle = step.object.as_ref().and_then(ObjectPlace::file_and_line);
        let origin = self.texts.origin(step).and_then(|place| self.line(place));
        bundle.into_iter().chain(origin).collect()
    }

    /// Behind the longest of the steps.
    fn column(&self) -> usize {
        let steps = self.trace.shares.iter().flat_map(|share| &share.steps);
        let length = |step: &Step| INDENT + step.what.chars().count() + 2;
        steps.map(length).max().unwrap_or(0).max(NARROW)
    }

    /// With two blanks before them.
    fn longest(&self) -> usize {
        let steps = self.trace.shares.iter().flat_map(|share| &share.steps);
        let length = |step: &Step| self.places(step).join("  ").chars().count();
        steps.map(length).max().map_or(0, |length| length + 2)
    }

    fn line(&self, place: Place) -> Option<String> {
        let source = self.sources.get(place.span.source)?;
        let line = source.text().get(..place.span.start as usize)?.matches('\n').count() + 1;
        Some(format!("{}:{line}", escape::line(&source.name)))
    }
}

/// Where a share ends, in one line.
fn end(share: &Share) -> String {
    let dials = share.dial().map(|dial| format!("  {}  sni {}", dial.address, dial.sni)).unwrap_or_default();
    let place = match &share.end {
        End::Pods { cluster, workload, app: _, version, port: _ } => {
            format!("{}  {cluster}", version.as_ref().unwrap_or(workload))
        }
        End::Redirect { code } => format!("redirect, status {code}"),
        End::Direct { status } => format!("answered by the proxy, status {status}"),
        End::Passthrough => "DEAD  the mesh does not know where this goes".to_owned(),
        End::Unknown { what } => format!("not known: {what}"),
        End::External { address, mesh: false } => format!("leaves the mesh to {address}"),
        End::External { address, mesh: true } => {
            format!("DEAD  no cluster has the address {address}, and the mesh's TLS is spoken to it")
        }
        End::Dead { reason, why } => format!("DEAD  {why} ({reason})"),
    };
    escape::line(&format!("{place}{dials}")).into_owned()
}

/// At most two decimals, and no more than there are.
pub(in crate::cli) fn percent(percent: f64) -> String {
    let text = format!("{percent:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
