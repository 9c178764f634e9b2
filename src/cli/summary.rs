//! What people read after a build: what each cluster got, what it reaches, how to apply it.
//!
//! Enters: the outline of every bundle and what was written. Leaves: a few aligned lines. Refuses to know: objects.

mod apply; // the commands that apply bundles
mod json; // the same for programs

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::failure::shown;
use super::layout::Layout;
use super::target::Place;
use super::write::{Changed, Stale, Written, objects};
use crate::bundle::{Account, AtStep, Bundle, FarService, Steps};
use crate::diagnostic::join;

/// Names of one kind shown before the rest is counted.
const FEW: usize = 4;

/// Clusters shown before the rest is counted.
const CLUSTERS: usize = 20;

/// A bundle without its text.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    cluster: String,
    context: String,
    release: String,
    configured_by: Option<String>,
    objects: usize,
    is_written: bool,
    steps: Steps,
    /// The other clusters that its callers reach.
    calls: BTreeSet<String>,
    /// The first few stand-ins; empty if there are none.
    stand_ins: String,
    /// What its callers reach, in one line.
    reaches: String,
}

impl From<&Bundle> for Outline {
    fn from(bundle: &Bundle) -> Self {
        let Bundle {
            mesh: _,
            cluster,
            context,
            release,
            configured_by,
            objects,
            text,
            steps,
            stand_ins,
            reaches,
            origins: _,
        } = bundle;
        let names = stand_ins.iter().flat_map(|some| &some.services).map(|one| one.service.clone());
        Self {
            cluster: cluster.clone(),
            context: context.clone(),
            release: release.clone(),
            configured_by: configured_by.clone(),
            objects: *objects,
            is_written: !text.is_empty(),
            steps: steps.clone(),
            calls: reaches.iter().map(|far| far.cluster.clone()).collect(),
            stand_ins: named(&names.collect::<Vec<_>>()),
            reaches: self::reaches(reaches),
        }
    }
}

impl Outline {
    /// Where in the bundle the objects of a step are.
    fn step(&self, index: usize) -> Range<usize> {
        let Steps { serve, call, route } = &self.steps;
        [serve, call, route].get(index).map(|range| (*range).clone()).unwrap_or_default()
    }
}

/// The outcome of a build.
pub(super) struct Summary<'a> {
    /// Where the bundles went.
    pub(super) place: &'a Place,
    /// How files are laid out there.
    pub(super) layout: Layout,
    /// The bundles that were asked for.
    pub(super) outlines: Vec<Outline>,
    /// What was proved.
    pub(super) account: Account,
    /// What happened to the directory.
    pub(super) written: Written,
    /// How long it took.
    pub(super) took: Duration,
}

/// The line that tells what was proved, alone.
pub(super) fn proof(account: &Account) -> String {
    let notes = notes(account);
    let rows =
        std::iter::once(("proved", proved(account))).chain(notes.into_iter().map(|note| ("note", note)));
    rows.fold(String::new(), |text, (heading, row)| format!("{text} {heading:<6}  {row}\n"))
}

fn proved(account: &Account) -> String {
    let Account { services, clusters, destinations, placeholders: _, acknowledged: _, steps: _ } = account;
    let proved = match destinations {
        0 => "no caller needs a route".to_owned(),
        1 => "the 1 destination of a route leads to its pods, and to no others".to_owned(),
        many => format!(
            "{many} destinations, for every caller of every route, lead to their pods and to no others"
        ),
    };
    format!("{}, {}: {proved}", counted(*services, "service"), counted(*clusters, "cluster"))
}

/// `reviews is at step 2 of 5, {v1: 95, v2: 5}; before step 3: wait 10m, check no alarms`
fn at_step(at: &AtStep) -> String {
    let AtStep { service, step, of, shares, pause, check } = at;
    let wait = pause.iter().map(|pause| format!("wait {pause}"));
    let gate: Vec<String> = wait.chain(check.iter().map(|check| format!("check {check}"))).collect();
    let next = if gate.is_empty() || step == of {
        String::new()
    } else {
        format!("; before step {}: {}", step + 1, gate.join(", "))
    };
    format!("{service} is at step {step} of {of}, {{{shares}}}{next}")
}

/// What else is to be known.
fn notes(account: &Account) -> Vec<String> {
    let Account { services: _, clusters: _, destinations: _, placeholders, acknowledged, steps: _ } = account;
    let (placeholders, acknowledged) = (*placeholders, *acknowledged);
    let mut notes = Vec::new();
    if placeholders > 0 {
        let have = if placeholders == 1 { "has an address" } else { "have addresses" };
        notes.push(format!(
            "the gateway{} of {} {have} of an example, which nobody has: replace {}",
            if placeholders == 1 { "" } else { "s" },
            counted(placeholders, "cluster"),
            if placeholders == 1 { "it" } else { "them" }
        ));
    }
    if acknowledged > 0 {
        notes.push(format!("{} acknowledged in `mesh.allow`", counted(acknowledged, "finding")));
    }
    notes
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<(&str, String)> = [
            self.clusters(),
            vec![("proved", proved(&self.account))],
            self.account.steps.iter().take(CLUSTERS).map(|step| ("step", at_step(step))).collect(),
            notes(&self.account).into_iter().map(|note| ("note", note)).collect(),
            self.stand_ins(),
            self.outcome(),
            self.commands(),
        ]
        .concat();
        let width = rows.iter().map(|(heading, _)| heading.chars().count()).max().unwrap_or(0);
        rows.iter().try_for_each(|(heading, text)| writeln!(f, " {heading:<width$}  {text}"))
    }
}

impl Summary<'_> {
    fn clusters(&self) -> Vec<(&str, String)> {
        let releases = self.outlines.iter().map(|outline| outline.release.len()).max().unwrap_or(0);
        let objects =
            self.outlines.iter().map(|outline| outline.objects.to_string().len()).max().unwrap_or(0);
        let row = |outline: &Outline| {
            let Outline { release, objects: count, .. } = outline;
            let ending = if *count == 1 { "object " } else { "objects" };
            let mut reaches = outline.reaches.clone();
            if let Some(head) = &outline.configured_by {
                let more = if reaches.is_empty() { String::new() } else { format!("; {reaches}") };
                reaches = format!("configured by {head}{more}");
            }
            format!("Istio {release:<releases$}  {count:>objects$} {ending}   {reaches}")
                .trim_end()
                .to_owned()
        };
        let mut rows: Vec<_> = self
            .outlines
            .iter()
            .take(CLUSTERS)
            .map(|outline| (outline.cluster.as_str(), row(outline)))
            .collect();
        if self.outlines.len() > CLUSTERS {
            rows.push(("…", format!("and {}", counted(self.outlines.len() - CLUSTERS, "more cluster"))));
        }
        rows
    }

    fn stand_ins(&self) -> Vec<(&str, String)> {
        let some: Vec<String> = self
            .outlines
            .iter()
            .filter(|outline| !outline.stand_ins.is_empty())
            .map(|outline| format!("{} in {}", outline.stand_ins, outline.cluster))
            .collect();
        if some.is_empty() {
            return Vec::new();
        }
        let names = format!("stand-in Services for names that run only elsewhere: {}", few(&some, ", "));
        let mut rows = vec![("note", names)];
        if *self.place == Place::Stdout {
            rows.push((
                "",
                "they are left out here: `meshgen build -o DIR` writes them to a file of their own".into(),
            ));
        }
        rows
    }

    fn outcome(&self) -> Vec<(&str, String)> {
        let Written { changed, unchanged, pruned, change } = &self.written;
        let took = format!("in {} ms", self.took.as_millis());
        let mut rows = Vec::new();
        match self.place {
            Place::Directory(directory) => {
                let same = match unchanged {
                    0 => String::new(),
                    _ => format!("{} unchanged in {}", counted(*unchanged, "file"), shown(directory)),
                };
                let new = few(&changed.iter().map(|path| shown(path)).collect::<Vec<_>>(), "  ");
                rows.push(match (changed.is_empty(), same.is_empty()) {
                    (true, true) => ("wrote", "nothing: no cluster needs an object".to_owned()),
                    (true, false) => ("wrote", format!("nothing: {same}, {took}")),
                    (false, true) => ("wrote", format!("{new}, {took}")),
                    (false, false) => ("wrote", format!("{new}, {took}; {same}")),
                });
                rows.extend(pruned.iter().map(|stale| ("pruned", shown(&stale.path))));
                rows.extend(self.to_do(change));
            }
            Place::Comparison(directory) => {
                rows.push(("checked", format!("{} is what the inputs give, {took}", shown(directory))));
            }
            Place::Stdout if self.outlines.iter().all(|outline| !outline.is_written) => {
                rows.push(("wrote", "nothing: the cluster needs no object".to_owned()));
            }
            Place::Stdout => {}
        }
        rows
    }

    /// The commands that delete what no file of a cluster has any more.
    fn left(&self) -> Vec<String> {
        let gone = self.written.change.gone.iter();
        gone.flat_map(|gone| objects::deletions(context(&self.outlines, &gone.cluster), &gone.objects))
            .collect()
    }

    /// The names for what runs elsewhere that went with these.
    fn hosts(&self) -> Vec<String> {
        let gone = self.written.change.gone.iter();
        gone.flat_map(|gone| gone.hosts.iter().map(|host| format!("{host} in {}", gone.cluster))).collect()
    }

    /// What is left to do in clusters beside applying.
    fn to_do(&self, change: &Changed) -> Vec<(&'static str, String)> {
        let Changed { gone: _, ported, moved, adds: _ } = change;
        let context = |cluster: &str| context(&self.outlines, cluster).to_owned();
        let hosts = self.hosts();
        let ported: Vec<String> = ported
            .iter()
            .map(|(cluster, object, ports)| object.with_ports(&context(cluster), ports))
            .collect();
        let taken: Vec<String> =
            moved.iter().map(|(cluster, object)| object.stand_in(&context(cluster))).collect();
        let names: Vec<String> =
            moved.iter().map(|(cluster, object)| format!("{} in {cluster}", object.service())).collect();
        [
            block("left", LEFT.to_owned(), self.left()),
            if hosts.is_empty() {
                Vec::new()
            } else {
                let names = few(&hosts, ", ");
                vec![("names", format!("that nobody answers any more: {names}; a share of 0 in a rule keeps one"))]
            },
            block("ports", "of stand-ins changed, which `create` does not change".to_owned(), ported),
            block(
                "moved",
                format!(
                    "{}: new stand-ins. Where the service runs still, make its Service one after the apply, before its pods go",
                    few(&names, ", ")
                ),
                taken,
            ),
        ]
        .concat()
    }
}

const LEFT: &str = "objects that no bundle has any more; apply does not delete them";

/// Commands below the line that says what they are for.
fn block(heading: &'static str, what: String, commands: Vec<String>) -> Vec<(&'static str, String)> {
    if commands.is_empty() {
        return Vec::new();
    }
    std::iter::once((heading, what)).chain(commands.into_iter().map(|command| ("", command))).collect()
}

/// What files that are about to be removed gave their clusters, with the commands that take it back.
pub(super) fn before_pruning(outlines: &[Outline], pruned: &[Stale]) -> String {
    let commands = pruned.iter().flat_map(|Stale { path: _, mark, objects, is_last }| {
        let context = context(outlines, &mark.cluster);
        if *is_last {
            objects::all_deletions(context, &mark.mesh, objects)
        } else {
            objects::deletions(context, objects)
        }
    });
    let rows = block("left", LEFT.to_owned(), commands.collect());
    rows.iter().fold(String::new(), |text, (heading, row)| format!("{text} {heading:<6}  {row}\n"))
}

/// The kubectl context of a cluster; its name where it is gone.
fn context<'s>(outlines: &'s [Outline], cluster: &'s str) -> &'s str {
    outlines.iter().find(|outline| outline.cluster == cluster).map_or(cluster, |found| &found.context)
}

/// `reaches reviews v2 v3, ratings in cluster2; details in cluster3`
fn reaches(reaches: &[FarService]) -> String {
    let places: Vec<String> = reaches
        .chunk_by(|one, next| one.cluster == next.cluster)
        .filter_map(|group| {
            let services = group.iter().map(|FarService { cluster: _, service, versions }| {
                std::iter::once(service).chain(versions).map(String::as_str).collect::<Vec<_>>().join(" ")
            });
            Some(format!("{} in {}", first(services, ", "), group.first()?.cluster))
        })
        .collect();
    if places.is_empty() { String::new() } else { format!("reaches {}", few(&places, "; ")) }
}

/// The first few names, and how many more there are.
fn few(names: &[String], separator: &str) -> String {
    first(names.iter().cloned(), separator)
}

fn first(mut names: impl ExactSizeIterator<Item = String>, separator: &str) -> String {
    let shown = names.by_ref().take(FEW).collect::<Vec<_>>().join(separator);
    match names.len() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `a, b and c`, or the first few and how many more there are.
fn named(names: &[String]) -> String {
    if names.len() > FEW { few(names, ", ") } else { join(names.iter().cloned(), "and") }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
