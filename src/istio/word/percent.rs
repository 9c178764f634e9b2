//! `Percent`: a share of requests, fractions allowed.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Serializes as `{value: 10}`; whole numbers without a fraction, as a person would write them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(pub f64);

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut percent = serializer.serialize_struct("Percent", 1)?;
        match whole(self.0) {
            Some(number) => percent.serialize_field("value", &number)?,
            None => percent.serialize_field("value", &self.0)?,
        }
        percent.end()
    }
}

/// The number, if it is a whole percent.
#[must_use]
pub fn whole(percent: f64) -> Option<u8> {
    (0..=100).find(|number| f64::from(*number).total_cmp(&percent).is_eq())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_no_fraction() {
        let text = |value| serde_json::to_string(&Percent(value)).unwrap();
        assert_eq!(
            [text(10.0), text(0.5), text(100.0)],
            [r#"{"value":10}"#, r#"{"value":0.5}"#, r#"{"value":100}"#]
        );
    }
}
