//! A rule of meshgen's language, while it is put together.
//!
//! Enters: conditions, destinations and actions taken from an object. Leaves: the rule as a value of the language. Refuses
//! to know: which kind of object it comes from.

use super::node;
use crate::input::join::agree;
use crate::input::tree::{Entry, Node, Value};
use crate::source::{At, Place};

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    pub place: Place,
    /// Any of them; none means every request.
    pub clauses: Vec<Clause>,
    /// Everything but `match`, in the words of the language.
    pub fields: Vec<Entry>,
}

/// One map of `match`.
#[derive(Clone, Debug)]
pub struct Clause {
    pub place: Place,
    pub words: Vec<Entry>,
}

impl Clause {
    /// A clause that holds for everything.
    pub fn empty(place: Place) -> Self {
        Self { place, words: Vec::new() }
    }

    pub fn get(&self, word: &str) -> Option<&Node> {
        self.words.iter().find(|entry| &*entry.key.value == word).map(|entry| &entry.value)
    }

    pub fn text(&self, word: &str) -> Option<&str> {
        match &self.get(word)?.shape {
            crate::input::tree::Shape::Scalar(scalar) => Some(&scalar.text),
            crate::input::tree::Shape::List(_)
            | crate::input::tree::Shape::Map(_)
            | crate::input::tree::Shape::Illegible => None,
        }
    }

    /// Whether it has a word that only requests have.
    pub fn speaks_http(&self) -> bool {
        const OF_ANY: [&str; 6] =
            ["port", "sourceLabels", "sourceNamespace", "sourceClusters", "sniHosts", "destinationSubnets"];
        self.words.iter().any(|entry| !OF_ANY.contains(&&*entry.key.value))
    }
}

impl Rule {
    /// A rule without conditions and answer.
    pub fn new(place: Place) -> Self {
        Self { place, clauses: Vec::new(), fields: Vec::new() }
    }

    pub fn is_unconditional(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Adds a word to every clause.
    pub fn narrow(&mut self, word: &str, value: &Node) {
        if self.clauses.is_empty() {
            self.clauses.push(Clause::empty(self.place));
        }
        for clause in &mut self.clauses {
            clause.words.push(node::entry(word, value.clone()));
        }
    }

    /// The same for the callers of one namespace; nothing if it is for those of others.
    pub fn of_namespace(mut self, namespace: &str) -> Option<Self> {
        let place = self.place;
        if self.clauses.is_empty() {
            self.clauses.push(Clause::empty(place));
        }
        self.clauses.retain(|clause| clause.text("sourceNamespace").is_none_or(|only| only == namespace));
        for clause in &mut self.clauses {
            if clause.get("sourceNamespace").is_none() {
                clause.words.push(node::entry("sourceNamespace", node::text(namespace, place)));
            }
        }
        (!self.clauses.is_empty()).then_some(self)
    }

    /// The same for callers outside some namespaces, as far as it names others by themselves.
    pub fn not_of(mut self, namespaces: &[&str]) -> Option<Self> {
        let was = self.clauses.len();
        self.clauses
            .retain(|clause| clause.text("sourceNamespace").is_none_or(|only| !namespaces.contains(&only)));
        (was == 0 || !self.clauses.is_empty()).then_some(self)
    }

    /// The same for these ports alone, where it names none.
    pub fn of_ports(mut self, ports: &[At<u16>]) -> Self {
        if self.clauses.is_empty() {
            self.clauses.push(Clause::empty(self.place));
        }
        self.clauses = self
            .clauses
            .into_iter()
            .flat_map(|clause| {
                if clause.get("port").is_some() {
                    return vec![clause];
                }
                let at = |port: &At<u16>| {
                    let mut clause = clause.clone();
                    clause.words.push(node::entry("port", node::plain(&port.value.to_string(), port.place)));
                    clause
                };
                ports.iter().map(at).collect()
            })
            .collect();
        self
    }

    /// The same as far as it is for these ports.
    pub fn at_ports(mut self, ports: &[At<u16>]) -> Option<Self> {
        if ports.is_empty() {
            return None;
        }
        let was = self.clauses.len();
        let is_in = |text: &str| ports.iter().any(|port| port.value.to_string() == text);
        self.clauses.retain(|clause| clause.text("port").is_none_or(is_in));
        (was == 0 || !self.clauses.is_empty()).then(|| self.of_ports(ports))
    }

    /// Its conditions alone, to be compared.
    pub fn conditions(&self) -> Node {
        let clauses = self.clauses.iter().map(|clause| node::map(clause.words.clone(), clause.place));
        node::list(clauses.collect(), self.place)
    }

    /// Whether both stem from one rule of an object and do the same, so that they can be one with more conditions.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let fields = |rule: &Self| node::map(rule.fields.clone(), rule.place);
        self.place == other.place
            && !self.is_unconditional()
            && !other.is_unconditional()
            && agree(Value::root(&fields(self)), Value::root(&fields(other)))
    }

    /// In the words of the language.
    pub fn into_node(self) -> Node {
        let Self { place, clauses, fields } = self;
        let mut entries = Vec::new();
        let mut clauses: Vec<Node> =
            clauses.into_iter().map(|clause| node::map(clause.words, clause.place)).collect();
        if clauses.len() > 1 {
            entries.push(node::entry("match", node::list(clauses, place)));
        } else if let Some(only) = clauses.pop() {
            entries.push(node::entry("match", only));
        }
        entries.extend(fields);
        node::map(entries, place)
    }
}
