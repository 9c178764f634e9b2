//! What a caller notices of a change.
//!
//! Enters: a request's answers before and after. Leaves: one of six classes. Refuses to know: why.

use super::answer::Answer;

/// Worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// More of it reaches nobody.
    NewlyDead,
    /// The same places, with another timeout, retries, fault, copy or identity.
    PolicyChanged,
    /// Other places, or other shares.
    Shifted,
    /// Less of it reaches nobody.
    NewlyAlive,
    /// The same places, by another address, port or SNI.
    OtherWay,
    /// Nobody notices.
    Unchanged,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NewlyDead,
        Self::PolicyChanged,
        Self::Shifted,
        Self::NewlyAlive,
        Self::OtherWay,
        Self::Unchanged,
    ];

    /// Of a request that somebody can make, before or after.
    #[must_use]
    pub fn of(before: &Answer, after: &Answer) -> Self {
        if !before.ends_as(after) {
            return match (before.lost - after.lost).partial_cmp(&0.0) {
                Some(std::cmp::Ordering::Less) if after.is_lossy() => Self::NewlyDead,
                Some(std::cmp::Ordering::Greater) if before.is_lossy() => Self::NewlyAlive,
                Some(_) | None => Self::Shifted,
            };
        }
        if before.features != after.features {
            Self::PolicyChanged
        } else if before.dials != after.dials {
            Self::OtherWay
        } else {
            Self::Unchanged
        }
    }

    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NewlyDead => "newly dead",
            Self::PolicyChanged => "policy changed",
            Self::Shifted => "shifted",
            Self::NewlyAlive => "newly alive",
            Self::OtherWay => "other way",
            Self::Unchanged => "unchanged",
        }
    }

    /// For programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::NewlyDead => "newlyDead",
            Self::PolicyChanged => "policyChanged",
            Self::Shifted => "shifted",
            Self::NewlyAlive => "newlyAlive",
            Self::OtherWay => "otherWay",
            Self::Unchanged => "unchanged",
        }
    }

    /// Whether a caller can tell.
    #[must_use]
    pub fn is_noticed(self) -> bool {
        match self {
            Self::NewlyDead | Self::PolicyChanged | Self::Shifted | Self::NewlyAlive => true,
            Self::OtherWay | Self::Unchanged => false,
        }
    }
}
