//! The callers of each cluster: what is equal for all of them is said once.
//!
//! Enters: the rules of a service, cluster by cluster. Leaves: one list. Refuses to know: where rules come from.

use super::known::Known;
use super::node;
use super::rule::Rule;
use crate::input::join::agree;
use crate::input::tree::{Node, Value};
use crate::source::Place;

/// The clusters that may differ from each other.
pub struct Sides<'k> {
    /// None stands for all of them, where nothing is for some alone.
    clusters: Vec<Option<&'k str>>,
}

/// Rules that the callers of some clusters have.
struct Side<'k> {
    clusters: Vec<&'k str>,
    place: Place,
    rules: Vec<Rule>,
    /// The same, to be compared.
    text: Node,
}

impl<'k> Sides<'k> {
    pub fn of(known: &Known<'k>, is_tied: bool) -> Self {
        let clusters = if is_tied { known.clusters().map(Some).collect() } else { vec![None] };
        Self { clusters }
    }

    pub fn each(&self) -> impl Iterator<Item = Option<&'k str>> {
        self.clusters.iter().copied()
    }

    /// The rules of all, each for the clusters that have it; nothing if none has any.
    pub fn joined(
        &self,
        mut rules: impl FnMut(Option<&'k str>) -> Option<(Place, Vec<Rule>)>,
    ) -> Option<(Place, Node)> {
        let mut sides: Vec<Side<'k>> = Vec::new();
        let mut without = false;
        for cluster in self.each() {
            let Some((place, rules)) = rules(cluster).filter(|(_, rules)| !rules.is_empty()) else {
                without = true;
                continue;
            };
            let text = node::list(rules.iter().cloned().map(Rule::into_node).collect(), place);
            let same = sides.iter_mut().find(|side| agree(Value::root(&side.text), Value::root(&text)));
            match same {
                Some(side) => side.clusters.extend(cluster),
                None => sides.push(Side { clusters: cluster.into_iter().collect(), place, rules, text }),
            }
        }
        let place = sides.first()?.place;
        if let ([only], false) = (sides.as_slice(), without) {
            return Some((place, only.text.clone()));
        }
        let mut all = Vec::new();
        for Side { clusters, place: _, rules, text: _ } in sides {
            for mut rule in rules {
                let names = clusters.iter().map(|name| node::text(name, rule.place)).collect();
                rule.narrow("sourceClusters", &node::list(names, rule.place));
                all.push(rule.into_node());
            }
        }
        Some((place, node::list(all, place)))
    }
}
