//! The commands of a plan, for people who paste them.
//!
//! Enters: a plan, the directory of its files, how kubectl reaches clusters. Leaves: lines. Refuses to know: terminals.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::human::line;
use super::plan::{Step, Verdict};
use super::scene::Scene;
use super::step::ClusterStep;
use super::told::{Told, summary};

/// How to say a path or a context to a shell.
pub type Quote<'q> = &'q dyn Fn(&str) -> String;

/// Some lines below a heading.
#[must_use]
pub fn heading(heading: &str, items: &[String]) -> String {
    line(heading, items)
}

/// All that is printed with a plan.
#[derive(Clone, Copy)]
pub struct Commands<'c> {
    /// What is told.
    pub told: &'c Told<'c>,
    /// The change.
    pub scene: &'c Scene,
    /// Where the files are, if they were written.
    pub directory: Option<&'c str>,
    /// The kubectl context of a cluster.
    pub context: &'c dyn Fn(&str) -> String,
    /// For a shell.
    pub quote: Quote<'c>,
}

/// The first release, of 1, whose gateways notice a change of a kind by themselves.
const NOTICES: [(u8, &str); 2] = [(12, "DestinationRule"), (23, "Gateway")];

impl Commands<'_> {
    /// For people at a terminal.
    #[must_use]
    pub fn human(&self) -> String {
        let plan = self.told.plan;
        let mut text = self.told.why();
        if plan.verdict == Verdict::None {
            return text;
        }
        if plan.steps.is_empty() {
            return line("nothing", &["to apply: both sides say the same".to_owned()]);
        }
        if !self.told.before.is_empty() {
            text.push_str(&line("before", &self.told.before));
        }
        if !self.told.at_once.is_empty() {
            text.push_str(&line("at once", &self.told.at_once));
        }
        let clusters: Vec<String> = self.scene.clusters().into_iter().collect();
        text.push_str(&self.yours(0));
        for (index, step) in plan.steps.iter().enumerate() {
            let number = index + 1;
            text.push_str(&line(&format!("{number} {}", step.name), &[summary(step, &clusters)]));
            for command in self.of_step(step, number) {
                text.push_str(&line("", &[command]));
            }
            if plan.waits_at != Some(number) && number < plan.steps.len() {
                for command in self.wait(step) {
                    text.push_str(&line("", &[command]));
                }
            }
            text.push_str(&self.yours(number));
        }
        if !self.told.after.is_empty() {
            let mut after = self.told.after.clone();
            after.push("may go".to_owned());
            text.push_str(&line("after", &after));
        }
        let until = if plan.steps.len() > 1 { "; each step may be undone" } else { "" };
        text.push_str(&line(
            "proved",
            &[format!("no mix of old and new in any step loses one of {} requests{until}", plan.guarded)],
        ));
        text.push_str(&line(
            "from",
            &[format!("{} (digest of what is applied)", self.scene.old.state.digest())],
        ));
        text
    }

    /// What only people can do, when so many steps are done.
    fn yours(&self, steps: usize) -> String {
        let mut text = String::new();
        for wait in self.told.waits_after(steps) {
            text.push_str(&line("wait for you", std::slice::from_ref(&wait.what)));
            text.push_str(&line("", std::slice::from_ref(&wait.command)));
        }
        text
    }

    /// The commands of one step, in full for the first cluster.
    fn of_step(&self, step: &Step, number: usize) -> Vec<String> {
        let Some(directory) = self.directory else { return Vec::new() };
        let clusters: Vec<&str> = canary_first(step);
        let mut commands = Vec::new();
        for cluster in &clusters {
            commands.extend(self.in_cluster(step, number, cluster, directory));
        }
        if let [canary, others @ ..] = clusters.as_slice()
            && !others.is_empty()
        {
            commands.push(format!("in any order; in waves: {canary} first, then the others"));
        }
        commands
    }

    fn in_cluster(&self, step: &Step, number: usize, cluster: &str, directory: &str) -> Vec<String> {
        let done: ClusterStep = step.in_cluster(cluster);
        let kubectl = format!("kubectl --context {}", (self.quote)(&(self.context)(cluster)));
        let file = |ending: &str| {
            (self.quote)(&format!("{directory}/{number}-{}/{cluster}.{ending}.yaml", step.name))
        };
        let mut commands = Vec::new();
        if !done.created.is_empty() {
            commands.push(format!("{kubectl} create -f {}", file("create")));
        }
        for (namespace, name, patch) in done.patches() {
            let patch = (self.quote)(&patch);
            commands.push(format!("{kubectl} -n {namespace} patch service {name} --type json -p {patch}"));
        }
        if !done.applied.is_empty() {
            commands.push(format!("{kubectl} apply --openapi-patch=false -f {}", file("changed")));
        }
        if !done.deleted.is_empty() {
            commands.push(format!("{kubectl} delete --ignore-not-found -f {}", file("delete")));
        }
        commands
    }

    /// Until proxies know of a step.
    fn wait(&self, step: &Step) -> Vec<String> {
        let mut commands: Vec<String> = Vec::new();
        for cluster in step.clusters() {
            let restarts = self.scene.joint.first.cluster(cluster).is_some_and(|known| {
                let changes = |kind: &str| {
                    step.moves.iter().any(|change| change.cluster == cluster && change.id.kind == kind)
                };
                NOTICES.iter().any(|(release, kind)| known.release < *release && changes(kind))
            });
            if restarts {
                commands.push(format!(
                    "kubectl --context {} -n istio-system rollout restart deploy/istio-eastwestgateway",
                    (self.quote)(&(self.context)(cluster))
                ));
            }
        }
        let contexts: BTreeSet<String> =
            step.clusters().into_iter().map(|cluster| (self.quote)(&(self.context)(cluster))).collect();
        let mut wait = "wait: sleep 15".to_owned();
        for context in contexts {
            let _ = write!(wait, "; istioctl --context {context} proxy-status");
        }
        commands.push(wait);
        commands.push("until no line of a caller or gateway says STALE or NOT SENT".to_owned());
        commands
    }

    /// The page beside the files.
    #[must_use]
    pub fn page(&self) -> String {
        let mut text = format!(
            "# Plan: {}\n\nFrom {} (digest of what is applied when it was made).\n{}",
            self.told.verdict().unwrap_or_else(|| "nothing to apply".to_owned()),
            self.scene.old.state.digest(),
            self.told.markdown(self.directory)
        );
        let yours = |text: &mut String, steps| {
            for wait in self.told.waits_after(steps) {
                let _ = write!(text, "\nWait for you: {}.\n\n```sh\n{}\n```\n", wait.what, wait.command);
            }
        };
        yours(&mut text, 0);
        for (index, step) in self.told.plan.steps.iter().enumerate() {
            let number = index + 1;
            let _ = write!(text, "\n## {number} {}\n\n```sh\n", step.name);
            for cluster in canary_first(step) {
                for command in self.in_cluster(step, number, cluster, self.directory.unwrap_or(".")) {
                    let _ = writeln!(text, "{command}");
                }
            }
            if number < self.told.plan.steps.len() {
                for command in self.wait(step) {
                    let _ = writeln!(text, "# {command}");
                }
            }
            text.push_str("```\n");
            yours(&mut text, number);
        }
        text
    }
}

/// The cluster with the fewest changes is the first to try.
fn canary_first(step: &Step) -> Vec<&str> {
    let mut clusters: Vec<&str> = step.clusters().into_iter().collect();
    clusters.sort_by_key(|cluster| step.moves.iter().filter(|change| change.cluster == *cluster).count());
    clusters
}
