//! The commands that apply what was written, in an order that loses as little as one order can.
//!
//! Enters: outlines of bundles. Leaves: rows of the summary, those of one cluster in full; for the others they are the same
//! but for the names. Refuses to know: objects.

use std::collections::BTreeSet;

use super::{Outline, Summary, few};
use crate::cli::layout::{self, Layout};
use crate::cli::target::Place;
use crate::cli::write::Changed;

type Row = (&'static str, String);

impl Summary<'_> {
    pub(super) fn commands(&self) -> Vec<Row> {
        let Place::Directory(directory) = self.place else { return Vec::new() };
        let (ordered, matters) = self.in_order();
        let create = |outline: &Outline| self.layout.creates(directory, &outline.context, &outline.cluster);
        let apply = |outline: &Outline| self.layout.applies(directory, &outline.context, &outline.cluster);
        let has_stand_ins = |outline: &Outline| !outline.stand_ins.is_empty();
        let mut rows = Vec::new();
        if self.layout == Layout::Split {
            rows.extend(for_each(&ordered, matters, has_stand_ins, |outline| vec![create(outline)]));
            for step in 0..layout::STEPS {
                let has_step = |outline: &Outline| !outline.step(step).is_empty();
                rows.extend(for_each(&ordered, matters, has_step, |outline| {
                    vec![layout::apply_step(directory, &outline.context, &outline.cluster, step)]
                }));
            }
            let when =
                "each step in all clusters before the next; for a first installation and pure additions";
            rows.push(("", when.to_owned()));
        } else {
            let concerned = |outline: &Outline| outline.is_written || has_stand_ins(outline);
            rows.extend(for_each(&ordered, matters, concerned, |outline| {
                let create = has_stand_ins(outline).then(|| create(outline));
                create.into_iter().chain(outline.is_written.then(|| apply(outline))).collect()
            }));
        }
        if let Some((heading, _)) = rows.first_mut() {
            *heading = "apply";
        }
        rows
    }

    /// All commands for one cluster.
    pub(super) fn commands_of(&self, outline: &Outline) -> Vec<String> {
        let Place::Directory(directory) = self.place else { return Vec::new() };
        let Outline { cluster, context, .. } = outline;
        let create =
            (!outline.stand_ins.is_empty()).then(|| self.layout.creates(directory, context, cluster));
        let applies: Vec<String> = if self.layout == Layout::Split {
            let steps = (0..layout::STEPS).filter(|step| !outline.step(*step).is_empty());
            steps.map(|step| layout::apply_step(directory, context, cluster, step)).collect()
        } else {
            let apply = outline.is_written.then(|| self.layout.applies(directory, context, cluster));
            apply.into_iter().collect()
        };
        create.into_iter().chain(applies).collect()
    }

    /// The clusters in the order in which they are applied, and whether it matters: who is called before who calls; the
    /// other way round where something goes and nothing comes.
    pub(super) fn in_order(&self) -> (Vec<&Outline>, bool) {
        let mut waiting: Vec<&Outline> = self
            .outlines
            .iter()
            .filter(|outline| outline.is_written || !outline.stand_ins.is_empty())
            .collect();
        let as_named = waiting.clone();
        let mut left: BTreeSet<&str> = waiting.iter().map(|outline| outline.cluster.as_str()).collect();
        let mut ordered = Vec::new();
        while !waiting.is_empty() {
            let calls_nobody = |outline: &&Outline| {
                !outline.calls.iter().any(|far| *far != outline.cluster && left.contains(far.as_str()))
            };
            let Some(index) = waiting.iter().position(calls_nobody) else {
                // They call each other: no order is better than another.
                return (as_named, false);
            };
            let outline = waiting.remove(index);
            left.remove(outline.cluster.as_str());
            ordered.push(outline);
        }
        let Changed { gone, adds, ported: _, moved: _ } = &self.written.change;
        if !gone.is_empty() && !adds {
            ordered.reverse();
        }
        let matters = ordered.iter().any(|outline| !outline.calls.is_empty());
        (ordered, matters)
    }
}

/// What is run for the first of the clusters that are concerned, and who is next.
fn for_each(
    ordered: &[&Outline],
    matters: bool,
    concerned: impl Fn(&Outline) -> bool,
    commands: impl Fn(&Outline) -> Vec<String>,
) -> Vec<Row> {
    let mut concerned = ordered.iter().filter(|outline| concerned(outline));
    let Some(first) = concerned.next() else { return Vec::new() };
    let mut rows: Vec<Row> = commands(first).into_iter().map(|command| ("", command)).collect();
    let others: Vec<String> = concerned.map(|outline| outline.cluster.clone()).collect();
    if !others.is_empty() {
        let then = if matters { "then " } else { "" };
        rows.push(("", format!("… {then}{} likewise", few(&others, ", "))));
    }
    rows
}
