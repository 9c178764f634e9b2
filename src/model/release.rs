//! Which Istio a cluster runs.

use std::fmt;

/// An Istio release, `1.30` or `1.8.5`. Without a patch it means every patch of the minor release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Release {
    /// The 30 of `1.30.2`.
    pub minor: u8,
    /// The 2 of `1.30.2`, if written.
    pub patch: Option<u8>,
}

impl Release {
    /// The first that meshgen writes for.
    pub const FIRST: Self = Self { minor: 1, patch: None };
    /// The newest that meshgen knows.
    pub const LAST: Self = Self { minor: 32, patch: None };
    /// What `mesh.istio` is when nobody says.
    pub const DEFAULT: Self = Self { minor: 31, patch: None };

    /// The label on the pods of the gateway that Istio's documents have other clusters enter by: a default of the
    /// topology, where nobody chose another.
    #[must_use]
    pub fn gateway_label(self) -> (&'static str, &'static str) {
        ("istio", if self.brings_gateway() { "ingressgateway" } else { "eastwestgateway" })
    }

    /// Whether Istio's own installation brings the gateway along, port and all.
    #[must_use]
    pub fn brings_gateway(self) -> bool {
        self.minor < 10
    }

    /// Whether meshgen writes for its minor release.
    #[must_use]
    pub fn is_known(self) -> bool {
        (Self::FIRST.minor..=Self::LAST.minor).contains(&self.minor)
    }

    /// The last patch of this minor release that is known; none where it is not.
    #[must_use]
    pub fn last_patch(self) -> Option<u8> {
        // Those that get no more patches, from 1.1 on; then those that do, as they were when this was written.
        const ENDED: [u8; 24] =
            [17, 10, 8, 10, 10, 14, 8, 6, 9, 6, 8, 9, 9, 6, 7, 7, 8, 7, 10, 8, 6, 8, 6, 6];
        match self.minor {
            30 => Some(8),
            31 => Some(4),
            32 => Some(0),
            minor => ENDED.get(usize::from(minor).checked_sub(1)?).copied(),
        }
    }

    /// `1.30` or `1.30.2`; nothing for text that is not of that form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| {
            let plain =
                part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            if plain { part.parse().ok() } else { None }
        };
        let mut parts = text.split('.');
        let (major, minor, patch) = (parts.next()?, parts.next()?, parts.next());
        if major != "1" || parts.next().is_some() {
            return None;
        }
        Some(Self {
            minor: number(minor)?,
            patch: patch.map(number).map_or(Some(None), |patch| patch.map(Some))?,
        })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)?;
        match self.patch {
            Some(patch) => write!(f, ".{patch}"),
            None => Ok(()),
        }
    }
}
