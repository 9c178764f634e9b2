//! What came of it: cases by judge and release.
//!
//! Enters: checks, one after another. Leaves: the table, every fault, and the line of counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Everything that was checked.
#[derive(Debug, Default)]
pub struct Table {
    cells: BTreeMap<String, BTreeMap<String, Cell>>,
    remarks: Vec<String>,
    faults: Vec<String>,
    passed: usize,
    failed: usize,
}

/// One case before one judge.
#[derive(Debug, Default)]
struct Cell {
    passed: usize,
    failed: usize,
    left_out: Option<String>,
}

impl Table {
    /// One check of a case; it failed if there are faults.
    pub fn check(&mut self, case: &str, judge: &str, what: &str, faults: &[String]) {
        let cell = self.cell(case, judge);
        if faults.is_empty() {
            cell.passed += 1;
            self.passed += 1;
        } else {
            cell.failed += 1;
            self.failed += 1;
            self.faults.extend(faults.iter().map(|fault| format!("{judge}: {case}: {what}: {fault}")));
        }
    }

    /// A case that is not for this judge.
    pub fn left_out(&mut self, case: &str, judge: &str, why: &str) {
        self.cell(case, judge).left_out = Some(why.to_owned());
    }

    /// A judge that could not judge.
    pub fn broken(&mut self, judge: &str, why: &str) {
        self.failed += 1;
        self.faults.push(format!("{judge}: {why}"));
    }

    /// Something worth knowing that is no fault.
    pub fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }

    /// How many checks failed.
    pub fn failed(&self) -> usize {
        self.failed
    }

    fn cell(&mut self, case: &str, judge: &str) -> &mut Cell {
        self.cells.entry(case.to_owned()).or_default().entry(judge.to_owned()).or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judges: BTreeSet<&String> = self.cells.values().flat_map(BTreeMap::keys).collect();
        let texts = |judge: &String| self.cells.values().map(|row| text(row.get(judge))).collect::<Vec<_>>();
        let columns: Vec<(&String, Vec<String>)> =
            judges.iter().map(|judge| (*judge, texts(judge))).collect();
        let width = |(judge, texts): &(&String, Vec<String>)| {
            texts.iter().map(String::len).chain([judge.len()]).max().unwrap_or_default()
        };
        let first = self.cells.keys().map(String::len).max().unwrap_or_default();
        write!(f, "{:first$}", "case")?;
        for column in &columns {
            write!(f, "  {:1$}", column.0, width(column))?;
        }
        for (row, case) in self.cells.keys().enumerate() {
            write!(f, "\n{case:first$}")?;
            for column in &columns {
                write!(f, "  {:1$}", column.1[row], width(column))?;
            }
        }
        writeln!(f)?;
        for line in self.remarks.iter().chain(&self.faults) {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn text(cell: Option<&Cell>) -> String {
    match cell {
        None => String::new(),
        Some(Cell { left_out: Some(why), passed: _, failed: _ }) => format!("({why})"),
        Some(Cell { passed, failed: 0, left_out: None }) => format!("{passed} agree"),
        Some(Cell { passed, failed, left_out: None }) => format!("{passed} agree, {failed} do not"),
    }
}
