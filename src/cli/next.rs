//! `meshgen next`: a directory of bundles, one safe step on.
//!
//! Enters: a directory, and what it is to become. Leaves: its files as they are after the next step, and what is to be done
//! in clusters. Refuses to know: how steps are found, and which were done before.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::arguments::{Next as Asked, Sides as Paths};
use super::diff::unreadable;
use super::failure::{Failure, shown};
use super::layout::Layout;
use super::report::Reporter;
use super::sides::{self, Sides};
use super::write::{Changed, Staging, Written, objects};
use super::{Ending, stream};
use crate::bundle::StandIn;
use crate::change::commands::heading;
use crate::change::next::Next;
use crate::change::plan::{Plan, plan};
use crate::change::scene::Scene;
use crate::change::state::State;
use crate::change::told::{Told, summary};
use crate::source::mark::Mark;

/// What is said of one run.
struct Said<'s> {
    step: &'s str,
    what: String,
    left: Vec<&'s str>,
    files: Vec<String>,
    removed: Vec<String>,
    commands: Vec<String>,
}

/// Writes the next step, if there is one.
pub(super) fn run(arguments: &Asked, reporter: &Reporter) -> Result<Ending, Failure> {
    let Asked { directory, paths, world, bounds } = arguments;
    if !sides::holds_bundles(directory)? {
        return Err(Failure::new(format!("{} is no directory of bundles", shown(directory))).help(
            "name what is applied, as `meshgen build` wrote it; an empty directory for the first time",
        ));
    }
    let layout = Layout::of(directory);
    if layout == Layout::Split {
        return Err(Failure::new(format!("{} is laid out for a first installation", shown(directory)))
            .help("build what is applied with another `--layout` first"));
    }
    let paths = [std::slice::from_ref(directory), paths].concat();
    let both = Paths { paths, base: None, istio: None, world: world.clone(), bounds: bounds.clone() };
    let Some(Sides { old, new, contexts }) = sides::of("next", &both, reporter)? else {
        return Ok(Ending::Untried);
    };
    let scene = Scene::under_way(old, new);
    let plan = plan(&scene).map_err(unreadable)?;
    let context = |cluster: &str| contexts.of(cluster);
    let (text, ending) = match plan.next(&scene) {
        Next::Nowhere | Next::Yours => (refusal(&scene, &plan, &context, reporter), Ending::Wrong),
        Next::Done => {
            write(directory, layout, &scene.new.state)?;
            let said = json!({"version": 1, "step": null, "left": []});
            let text = heading("nothing", &[format!("left to do: {} is as wanted", shown(directory))]);
            (either(reporter, &said, text), Ending::Done)
        }
        Next::Step { step, left, state } => {
            let clusters: Vec<String> = scene.clusters().into_iter().collect();
            let written = write(directory, layout, &state)?;
            let said = Said {
                step: step.name,
                what: summary(step, &clusters),
                left: left.iter().map(|step| step.name).collect(),
                files: written.changed.iter().map(|path| shown(path)).collect(),
                removed: written.pruned.iter().map(|stale| shown(&stale.path)).collect(),
                commands: commands(&written.change, &context),
            };
            (either(reporter, &said.json(), said.human()), Ending::Stepped)
        }
    };
    stream::data(text.as_bytes())?;
    Ok(ending)
}

fn either(reporter: &Reporter, said: &serde_json::Value, text: String) -> String {
    if reporter.is_json() { format!("{said}\n") } else { text }
}

/// Why nothing is written.
fn refusal(scene: &Scene, plan: &Plan, context: &dyn Fn(&str) -> String, reporter: &Reporter) -> String {
    let told = Told::of(scene, plan, context);
    let mut text = told.why();
    for wait in &told.waits {
        text.push_str(&heading("yours", std::slice::from_ref(&wait.what)));
    }
    if !told.waits.is_empty() {
        let what =
            "was written, because bundles do not show whether that is done; `meshgen plan` has the steps";
        text.push_str(&heading("nothing", &[what.to_owned()]));
    }
    either(reporter, &json!({"version": 1, "plan": told.json()}), text)
}

/// Puts a state into the files of a directory; those that nothing is in any more go.
fn write(directory: &Path, layout: Layout, state: &State) -> Result<Written, Failure> {
    let nothing = BTreeSet::new();
    let mut staging = Staging::new(directory, &nothing);
    let mut meshes = BTreeSet::new();
    for (name, cluster) in &state.clusters {
        meshes.extend(Mark::of(&cluster.title).map(|mark| mark.mesh));
        let stand_ins = cluster.objects.iter().filter(|document| document.is_stand_in());
        let stand_ins: Vec<StandIn> = stand_ins
            .map(|document| StandIn {
                service: document.id.name.clone(),
                namespace: document.id.namespace.clone(),
                name: document.id.name.clone(),
                text: format!("{}{}", cluster.title, document.text),
            })
            .collect();
        let text = cluster.text(|document| !document.is_stand_in());
        for (file, text) in layout.files_of(name, text.as_deref().unwrap_or_default(), None, &stand_ins) {
            staging.stage(&file, &text)?;
        }
    }
    let mut stale = Vec::new();
    for mesh in &meshes {
        stale.extend(staging.left_over(mesh)?.stale);
    }
    staging.commit(stale)
}

/// What no apply does.
fn commands(change: &Changed, context: &dyn Fn(&str) -> String) -> Vec<String> {
    let Changed { gone, ported, moved, adds: _ } = change;
    let deleted = gone.iter().flat_map(|gone| objects::deletions(&context(&gone.cluster), &gone.objects));
    let patched = ported.iter().map(|(cluster, object, ports)| object.with_ports(&context(cluster), ports));
    let taken = moved.iter().map(|(cluster, object)| object.stand_in(&context(cluster)));
    deleted.chain(patched).chain(taken).collect()
}

impl Said<'_> {
    fn json(&self) -> serde_json::Value {
        let Self { step, what: _, left, files, removed, commands } = self;
        json!({"version": 1, "step": step, "left": left, "written": files, "removed": removed, "commands": commands})
    }

    fn human(&self) -> String {
        let Self { step, what, left, files, removed, commands } = self;
        let mut text = heading(step, std::slice::from_ref(what));
        for (title, files) in [("wrote", files), ("removed", removed)] {
            if !files.is_empty() {
                text.push_str(&heading(title, &[files.join(", ")]));
            }
        }
        for (index, command) in commands.iter().enumerate() {
            let title = if index == 0 { "then" } else { "" };
            text.push_str(&heading(title, &[command.replace(' ', "\u{a0}")]).replace('\u{a0}', " "));
        }
        let what = match left.as_slice() {
            [] => "this was the last step".to_owned(),
            left => format!(
                "{}: apply this in all clusters, wait until proxies know of it, run it again",
                left.join(", ")
            ),
        };
        text + &heading("left", &[what])
    }
}
