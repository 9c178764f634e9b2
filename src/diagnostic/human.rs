//! Findings for people: message, the offending lines, what to do.
//!
//! Enters: findings and the texts they are about. Leaves: text for a terminal or a log. Refuses to know: streams,
//! terminals, and the files themselves, which may have changed since.

mod excerpt;
mod spots;
mod trimmed;

use std::fmt::{self, Write as _};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::brief::brief;
use super::position::Index;
use super::{Finding, Severity, escape};
use crate::source::Sources;
use excerpt::Excerpt;

/// How findings are to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use a terminal's colours.
    pub colour: bool,
    /// Columns; lines of the input are trimmed to it.
    pub width: usize,
    /// How many findings to show; 0 for all.
    pub limit: usize,
}

impl Default for Style {
    /// As in logs: no colours, 100 columns, every finding.
    fn default() -> Self {
        Self { colour: false, width: 100, limit: 0 }
    }
}

/// Findings as text, in the order given. Beyond the limit the grave ones stay, and the rest is counted.
#[must_use]
pub fn render(findings: &[Finding], sources: &Sources, style: &Style) -> String {
    let index = Index::new(sources);
    let mut out = String::new();
    for finding in shown(findings, style.limit) {
        if !out.is_empty() {
            out.push('\n');
        }
        one(&mut out, finding, &index, style);
    }
    out.push_str(&remainder(findings, style.limit));
    out
}

/// How many there are of each severity: `2 errors, 1 warning`; empty if there are none.
fn count<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let (mut errors, mut warnings, mut notes) = (0_usize, 0_usize, 0_usize);
    for finding in findings {
        match finding.severity() {
            Severity::Error => errors += 1,
            Severity::Warning => warnings += 1,
            Severity::Note => notes += 1,
        }
    }
    [(errors, Severity::Error), (warnings, Severity::Warning), (notes, Severity::Note)]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}{}", if *count == 1 { "" } else { "s" }))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Positions of the findings in order of severity.
fn by_severity(findings: &[Finding]) -> Vec<(usize, &Finding)> {
    let mut ranked: Vec<_> = findings.iter().enumerate().collect();
    ranked.sort_by_key(|(_, finding)| finding.severity());
    ranked
}

fn shown(findings: &[Finding], limit: usize) -> Vec<&Finding> {
    if limit == 0 || findings.len() <= limit {
        return findings.iter().collect();
    }
    let mut shown: Vec<_> = by_severity(findings).into_iter().take(limit).collect();
    shown.sort_by_key(|(position, _)| *position);
    shown.into_iter().map(|(_, finding)| finding).collect()
}

fn remainder(findings: &[Finding], limit: usize) -> String {
    if limit == 0 || findings.len() <= limit {
        return String::new();
    }
    let hidden = by_severity(findings).into_iter().skip(limit).map(|(_, finding)| finding);
    let more = findings.len() - limit;
    format!("\nand {more} more ({}); --error-limit 0 shows all\n", count(hidden))
}

/// One finding: heading, an excerpt a place, advice.
fn one(out: &mut String, finding: &Finding, index: &Index<'_>, style: &Style) {
    let theme = theme(finding, style);
    let help_style = theme.styles.help;
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_wrap_lines(false)
        .with_context_lines(0)
        .without_primary_span_start()
        .without_syntax_highlighting();
    let mut excerpts = excerpt::excerpts(finding, index, style.width).into_iter();
    let message = escape::line(&brief(&finding.message)).into_owned();
    let heading = Part { message, finding, excerpt: excerpts.next() };
    let further = excerpts.map(|excerpt| Part { message: String::new(), finding, excerpt: Some(excerpt) });
    for part in std::iter::once(heading).chain(further) {
        let mut drawn = String::new();
        // Writing into a `String` cannot fail, and an excerpt has every span it is asked for.
        let _ = handler.render_report(&mut drawn, &part);
        // miette indents the heading, and gives a further part an empty one.
        let drawn = drawn.strip_prefix("  ").filter(|_| !part.message.is_empty()).unwrap_or(&drawn);
        for line in drawn.trim_matches('\n').lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out.push_str(&spots::lines(&finding.spots, style.width));
    if let Some(help) = &finding.help {
        let help = escape::lines(&brief(help)).replace('\n', "\n        ");
        let _ = writeln!(out, "  {} {help}", help_style.style("help:"));
    }
    let _ = writeln!(out, "  {} meshgen explain {}", help_style.style("more:"), finding.code);
}

/// The signs before a message say what it is and which page explains it.
fn theme(finding: &Finding, style: &Style) -> GraphicalTheme {
    let mut theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let sign = format!("{} {}:", finding.severity(), finding.code);
    theme.characters.error.clone_from(&sign);
    theme.characters.warning.clone_from(&sign);
    theme.characters.advice = sign;
    theme
}

/// What miette draws at one time: the heading with the first excerpt, or a further excerpt alone.
///
/// Miette's own way to show several sources prints a word of its own before each.
#[derive(Debug)]
struct Part<'a> {
    message: String,
    finding: &'a Finding,
    excerpt: Option<Excerpt>,
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Part<'_> {}

impl miette::Diagnostic for Part<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        Some(Box::new(excerpt.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests;
