//! `routes.KEY`: rules, and where they send requests.
//!
//! Enters: the tree of one service's routes. Leaves: [`Routes`]. Refuses to know: whether the versions exist and
//! the shares add up.

use super::action::{Actions, DirectResponse, HeaderOperations, Redirect};
use super::condition::Condition;
use super::{Listed, ServiceName, Written};
use crate::source::{At, Place};

/// `routes.KEY`
#[derive(Clone, Debug)]
pub struct Routes {
    /// The key.
    pub service: ServiceName,
    /// The characters of the whole key.
    pub place: Place,
    /// In order; one rule and one destination are lists of one.
    pub rules: Written<Listed<Rule>>,
}

/// One rule. It should have exactly one of `to`, `redirect` and `direct_response`: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it begins: its first key, its braces, or the destination that stands for it.
    pub place: Place,
    pub name: Written<String>,
    /// `match`: any of them. Absent means every request.
    pub conditions: Written<Listed<Condition>>,
    pub to: Written<Listed<Destination>>,
    pub redirect: Written<Redirect>,
    pub direct_response: Written<DirectResponse>,
    pub actions: Actions,
    pub mirrors: Written<Listed<Mirror>>,
}

/// One destination of `to`.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its text, its key among shares, or where its map begins.
    pub place: Place,
    /// A version or `any`. `resolve` judges its absence (only a map of its own can lack it).
    pub version: Written<String>,
    pub cluster: Written<String>,
    /// A service named without namespace is one of the namespace of the routes.
    pub service: Written<ServiceName>,
    /// Name or number, as written.
    pub port: Written<String>,
    /// 0 to 100. Absent where no share was written.
    pub weight: Written<u32>,
    pub headers: Written<HeaderOperations>,
}

/// One receiver of copies: `v2`, or `v2@cluster2: 10`.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// A version or `any`.
    pub version: At<String>,
    pub cluster: Option<At<String>>,
    /// 0 to 100. Absent where none was written.
    pub percent: Written<f64>,
}
