//! What does not hold, as it is found.

use crate::model::ClusterId;

/// What does not hold, by the cluster whose callers notice.
#[derive(Debug, Default)]
pub struct Broken(pub(super) Vec<(ClusterId, String)>);

impl Broken {
    /// Something does not hold for callers of a cluster.
    pub fn say(&mut self, cluster: ClusterId, what: String) {
        self.0.push((cluster, what));
    }

    /// The value, if it holds; else what does not is said.
    pub fn check<T>(&mut self, cluster: ClusterId, held: Result<T, String>) -> Option<T> {
        match held {
            Ok(value) => Some(value),
            Err(what) => {
                self.say(cluster, what);
                None
            }
        }
    }
}
