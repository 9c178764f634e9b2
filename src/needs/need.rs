//! A need, and the commands that provide it or show whether it is there.

use crate::model::Cluster;

/// Where Istio's own objects are.
pub const ISTIO: &str = "istio-system";

/// Something that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// A word for it that stays the same: `gateway`.
    pub topic: &'static str,
    /// What must be there, as a sentence.
    pub what: String,
    /// What happens where it is not.
    pub otherwise: &'static str,
    /// How it is provided, or seen.
    pub commands: Vec<Command>,
}

/// A command, as the words that a shell passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Whether it changes anything, or only shows what is there.
    pub changes: bool,
    /// The program and its arguments.
    pub words: Vec<String>,
}

impl Need {
    /// A need that nothing provides yet.
    pub fn new(topic: &'static str, what: impl Into<String>, otherwise: &'static str) -> Self {
        Self { topic, what: what.into(), otherwise, commands: Vec::new() }
    }

    /// A command that provides it.
    #[must_use]
    pub fn by(self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(true, words)
    }

    /// A command that shows whether it is there.
    #[must_use]
    pub fn seen_by(self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(false, words)
    }

    fn with(mut self, changes: bool, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.commands.push(Command { changes, words: words.into_iter().map(Into::into).collect() });
        self
    }
}

/// `kubectl` for a cluster, and what it is to do.
pub fn kubectl(cluster: &Cluster, words: &[&str]) -> Vec<String> {
    let start = ["kubectl", "--context", cluster.context.as_str()];
    start.iter().chain(words).map(|word| (*word).to_owned()).collect()
}

/// The command that prints a variable of istiod's environment.
pub fn istiod_says(cluster: &Cluster, variable: &str) -> Vec<String> {
    let path = format!("jsonpath={{.spec.template.spec.containers[0].env[?(@.name==\"{variable}\")].value}}");
    kubectl(cluster, &["get", "deployment", "istiod", "--namespace", ISTIO, "--output", &path])
}
