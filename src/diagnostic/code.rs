//! The registry of codes: one line each. A code is never reused, and one without a page does not compile.

use std::fmt;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The inputs are wrong; nothing is written.
    Error,
    /// Likely not what was meant; an error under `--deny warnings`.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

macro_rules! codes {
    ($($code:ident $severity:ident $title:literal)*) => {
        /// Stable name of a kind of finding. `MG01xx` reading, `MG02xx` topology, `MG03xx` routing,
        /// `MG04xx` reachability, `MG05xx` Istio release, `MG06xx` output.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$code,)*];

            /// As printed: `MG0302`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// How grave it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity,)* }
            }

            /// One line: what it is about.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }

            /// Its page, Markdown: what, an example that triggers it, the fix, what Istio would have done.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Self::$code => include_str!(concat!("../../docs/errors/", stringify!($code), ".md")),)* }
            }
        }
    };
}

codes! {
    MG0101 Error "the text is not UTF-8"
    MG0150 Error "an `include` matches no file"
    MG0610 Warning "a file is left from an earlier run"
    MG0611 Error "the directory is not what the inputs give"
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
