//! When each object takes which form.
//!
//! Enters: an object that changes. Leaves: its form in the state after each step. Refuses to know: whether that is safe.

use std::sync::Arc;

use super::document::{Document, Id};
use super::mix::Move;
use super::state::Unit;
use super::union::union;
use crate::trace::object::Unreadable;

/// The steps there may be, in order. A step in which nothing changes is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// Unions of who answers.
    Serve,
    /// Unions of whom callers know.
    Call,
    /// Routes as wanted.
    Migrate,
    /// Whom callers know, as wanted.
    Uncall,
    /// Who answers, as wanted.
    Unserve,
    /// Second names go.
    Clean,
}

/// What an object is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Others get in, and are told apart.
    Serve,
    /// Callers know whom to ask.
    Call,
    /// Requests are sent.
    Route,
}

/// An object that changes, with all forms that it may take.
#[derive(Clone, Debug)]
pub struct Forms {
    /// Where.
    pub cluster: String,
    /// Which.
    pub id: Id,
    /// What it is for.
    pub role: Role,
    /// As it is.
    pub old: Option<Arc<Document>>,
    /// Both at once, if that can be.
    pub union: Option<Arc<Document>>,
    /// As it is to be.
    pub new: Option<Arc<Document>>,
}

/// When an object changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// It is both from one step to another.
    Both(Slot, Slot),
    /// It changes as a whole.
    Whole(Slot),
    /// It is there for a while only.
    While(Slot, Slot),
}

/// How steps are divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Who answers comes before whom callers know.
    pub expand: bool,
    /// And goes after it.
    pub contract: bool,
}

impl Slot {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Serve, Self::Call, Self::Migrate, Self::Uncall, Self::Unserve, Self::Clean];
}

impl Role {
    /// Names that nothing gives but entries are for callers; `plain` are the names of Services.
    #[must_use]
    pub fn of(document: &Document, plain: &dyn Fn(&str) -> bool) -> Self {
        match document.id.kind.as_str() {
            "Service" | "Gateway" | "EnvoyFilter" | "PeerAuthentication" => Self::Serve,
            "DestinationRule" if document.piece.hosts().iter().any(|host| plain(host)) => Self::Serve,
            "ServiceEntry" | "DestinationRule" => Self::Call,
            _ => Self::Route,
        }
    }
}

impl Forms {
    /// Of an object that changes.
    pub fn of(unit: Unit, plain: &dyn Fn(&str) -> bool) -> Result<Option<Self>, Unreadable> {
        let Unit { cluster, id, old, new } = unit;
        let Some(any) = old.as_ref().or(new.as_ref()) else { return Ok(None) };
        let role = Role::of(any, plain);
        let union = match (&old, &new) {
            _ if role == Role::Route => None,
            (Some(old), Some(new)) => union(old, new)?.map(Arc::new),
            (one, other) => one.as_ref().or(other.as_ref()).cloned(),
        };
        // A union that says no more than one of both is that one.
        let union = union.map(|union| {
            let alike = [&new, &old].into_iter().flatten().find(|form| form.says_as(&union)).cloned();
            alike.unwrap_or(union)
        });
        Ok(Some(Self { cluster, id, role, old, union, new }))
    }

    /// When it changes, if nothing speaks against that; as a whole at a slot of its own if there is no union.
    #[must_use]
    pub fn path(&self, split: Split, whole: Slot) -> Path {
        let first = if split.expand { Slot::Serve } else { Slot::Call };
        let last = if split.contract { Slot::Unserve } else { Slot::Uncall };
        match (self.role, &self.union) {
            (Role::Route, _) => Path::Whole(Slot::Migrate),
            (Role::Serve, Some(_)) => Path::Both(first, last),
            (Role::Call, Some(_)) => Path::Both(Slot::Call, Slot::Uncall),
            (Role::Serve, None) => Path::Whole(match whole {
                Slot::Call => first,
                Slot::Uncall => last,
                Slot::Serve | Slot::Migrate | Slot::Unserve | Slot::Clean => whole,
            }),
            (Role::Call, None) => Path::Whole(whole),
        }
    }

    /// Its form when a step is done; before the first one it is as of old.
    #[must_use]
    pub fn after(&self, path: Path, slot: Slot) -> Option<&Arc<Document>> {
        match path {
            Path::Both(from, _) if slot < from => self.old.as_ref(),
            Path::Both(_, to) if slot < to => self.union.as_ref(),
            Path::Whole(at) if slot < at => self.old.as_ref(),
            Path::Both(..) | Path::Whole(_) => self.new.as_ref(),
            Path::While(from, to) if slot < from || slot >= to => None,
            Path::While(..) => self.union.as_ref(),
        }
    }

    /// What happens to it in a step.
    #[must_use]
    pub fn moved(&self, path: Path, slots: &[Slot]) -> Option<Move> {
        let first = slots.first()?;
        let before = Slot::ALL.iter().rev().find(|slot| *slot < first);
        let from = match before {
            Some(before) => self.after(path, *before),
            None => self.old.as_ref(),
        };
        let to = self.after(path, *slots.last()?);
        let same = match (from, to) {
            (None, None) => true,
            (Some(from), Some(to)) => Arc::ptr_eq(from, to) || from.says_as(to),
            (Some(_), None) | (None, Some(_)) => false,
        };
        (!same).then(|| Move {
            cluster: self.cluster.clone(),
            id: self.id.clone(),
            from: from.cloned(),
            to: to.cloned(),
        })
    }
}
