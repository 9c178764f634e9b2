//! Regular expressions: what they match by `meshgen trace` is what they match by Go, which reads them as RE2 does.
//!
//! Enters: a build of `tests/istio`. Leaves: lines of the table, one an expression.

use std::collections::BTreeMap;

use meshgen::trace::expression;

use crate::expressions;
use crate::istio::Istio;
use crate::table::Table;

/// The row.
const ROW: &str = "what expressions match";

/// Go takes no single byte, and takes an escaped underscore for one, which RE2 does not.
const OTHERWISE_IN_GO: [&str; 2] = ["\\C", "\\_"];

/// What one dialect reads otherwise than another.
const WRITTEN: [&str; 24] = [
    "[a&&b]",
    "[[a]]",
    "[a-b-c]",
    "[&&]",
    "[a~~b]",
    "[[:word:]-]+",
    "[[:^digit:]]",
    "\\<a\\>",
    "\\d+",
    "\\w+",
    "\\s",
    "[\\w-]+",
    "[^\\D]",
    "\\Ba",
    "é\\b",
    "\\Qa.b\\E+",
    "\\101",
    "\\x{e9}",
    "a{,2}",
    "a{",
    "(?i)É",
    "(?i)k",
    "\\pL+",
    "(?m)^a$",
];

/// Texts that tell them apart.
const TEXTS: [&str; 30] = [
    "", "a", "b", "c", "&", "a]", "]", "-", "~", "<a>", "٣", "5", "é", "É", "éa", "aé", "a-b", "a.b", "a.bb",
    "A", "a{,2}", "aa", "a{", "\u{a0}", "\u{212a}", "K", "a\n", "_", "ab", "a b",
];

/// Compares every expression with every text.
pub fn judge(istio: &Istio, table: &mut Table) {
    let expressions = WRITTEN.map(str::to_owned).into_iter().chain(expressions::all());
    let expressions =
        expressions.filter(|expression| !OTHERWISE_IN_GO.iter().any(|escape| expression.contains(escape)));
    let pairs: Vec<(String, String)> =
        expressions.flat_map(|expression| TEXTS.map(|text| (expression.clone(), text.to_owned()))).collect();
    let column = istio.column();
    let matches = match istio.matches(&pairs) {
        Ok(matches) if matches.len() == pairs.len() => matches,
        Ok(matches) => {
            return table.broken(&column, &format!("{} of {} answers", matches.len(), pairs.len()));
        }
        Err(why) => return table.broken(&column, &why),
    };
    let mut differences: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((expression, text), judged) in pairs.iter().zip(matches) {
        let differences = differences.entry(expression).or_default();
        let traced = expression::matches(expression, text);
        if judged.unwrap_or(false) != traced {
            differences.push(format!("{text:?}: judge {judged:?}, trace {traced}"));
        }
    }
    for (expression, differences) in differences {
        table.check(ROW, &column, &format!("`{expression}`"), &differences);
    }
}
