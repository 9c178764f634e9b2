//! A duration as every release of Istio reads it.

use std::fmt;
use std::time;

use serde::{Serialize, Serializer};

/// Serializes as seconds, to the millisecond: `5s`, `0.1s`. Istio's proto, the CRDs' CEL rules and protojson all
/// take this form; `100ms` or `1m` is Go's, which protojson does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub time::Duration);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0.as_secs(), self.0.subsec_millis());
        if millis == 0 {
            return write!(f, "{seconds}s");
        }
        write!(f, "{seconds}.{}s", format!("{millis:03}").trim_end_matches('0'))
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_with_no_more_decimals_than_needed() {
        let text = |millis| Duration(time::Duration::from_millis(millis)).to_string();
        assert_eq!(
            [text(5_000), text(1_500), text(100), text(1), text(90_000)],
            ["5s", "1.5s", "0.1s", "0.001s", "90s"]
        );
    }
}
