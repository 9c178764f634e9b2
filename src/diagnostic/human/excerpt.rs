//! The lines of the input that a finding is about, ready to be drawn.
//!
//! Enters: labels and the lines they lie in. Leaves: excerpts of a few short, printable lines with labels on them.
//! Refuses to know: how boxes and arrows are drawn; that is miette's part, and it is given nothing it could trip over.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::trimmed::Trimmed;
use crate::diagnostic::brief::brief;
use crate::diagnostic::position::{Index, Lines};
use crate::diagnostic::{Finding, escape};
use crate::source::{SourceId, Span};

/// Labels so many lines apart share an excerpt, with the lines between.
const NEAR: usize = 3;

/// Some successive lines of one source, trimmed and printable, with labels.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    first_line: usize,
    text: String,
    /// In bytes of the trimmed text.
    pub(super) labels: Vec<LabeledSpan>,
}

/// The excerpts of a finding, that of the offending place first.
pub(super) fn excerpts(finding: &Finding, index: &Index<'_>, width: usize) -> Vec<Excerpt> {
    let mut layers: Vec<Vec<Mark>> = Vec::new();
    let mut marks = marks(finding, index);
    marks.sort_by_key(|mark| (mark.source, mark.start, mark.end));
    for mark in marks {
        // One over another cannot be drawn in one excerpt.
        let room = layers.iter_mut().find(|layer| layer.last().is_none_or(|last| last.precedes(&mark)));
        match room {
            Some(layer) => layer.push(mark),
            None => layers.push(vec![mark]),
        }
    }
    let mut blocks: Vec<Vec<Mark>> = layers
        .into_iter()
        .flat_map(|layer| layer.chunk_by(Mark::is_near).map(<[Mark]>::to_vec).collect::<Vec<_>>())
        .collect();
    blocks.sort_by_key(|block| block.iter().map(|mark| mark.rank).min());
    blocks.iter().filter_map(|block| Excerpt::new(block, index, width)).collect()
}

/// A label, cut off at the end of its first line.
#[derive(Clone)]
struct Mark {
    rank: usize,
    source: SourceId,
    line: usize,
    start: usize,
    end: usize,
    text: String,
}

impl Mark {
    fn new(rank: usize, span: Span, text: &str, index: &Index<'_>) -> Option<Self> {
        let (_, lines) = index.get(span.source)?;
        let start = lines.clamp(span.start);
        let line = lines.line(start);
        let end_of_line = lines.range(line).end;
        let start = start.min(end_of_line);
        let end = lines.clamp(span.end).clamp(start, end_of_line);
        Some(Self {
            rank,
            source: span.source,
            line,
            start,
            end,
            text: escape::line(&brief(text)).into_owned(),
        })
    }

    fn precedes(&self, next: &Self) -> bool {
        (self.source, self.end) <= (next.source, next.start)
    }

    fn is_near(&self, next: &Self) -> bool {
        self.source == next.source && next.line - self.line <= NEAR
    }
}

/// All labels of a finding; one that was reached through an alias has the alias labelled too.
fn marks(finding: &Finding, index: &Index<'_>) -> Vec<Mark> {
    let mut aliases = Vec::new();
    let mut marks = Vec::new();
    for label in &finding.labels {
        marks.extend(Mark::new(marks.len(), label.place.span, &label.text, index));
        if let Some(alias) = label.place.via
            && !aliases.contains(&alias)
        {
            aliases.push(alias);
            marks.extend(Mark::new(marks.len(), alias, "through this alias", index));
        }
    }
    marks
}

impl Excerpt {
    fn new(marks: &[Mark], index: &Index<'_>, width: usize) -> Option<Self> {
        let (first, last) = (marks.first()?, marks.last()?);
        let offender = marks.iter().min_by_key(|mark| mark.rank)?;
        let (source, lines) = index.get(first.source)?;
        let position = lines.position(u32::try_from(offender.start).ok()?);
        let name = format!("{}:{}:{}", escape::line(&source.name), position.line, position.column);
        let margin = (last.line + 1).to_string().len() + 5;
        let mut excerpt = Self { name, first_line: first.line, text: String::new(), labels: Vec::new() };
        for line in first.line..=last.line {
            let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.line == line).collect();
            excerpt.push(lines, line, &marks, width.saturating_sub(margin));
        }
        Some(excerpt)
    }

    fn push(&mut self, lines: &Lines<'_>, line: usize, marks: &[&Mark], room: usize) {
        let range = lines.range(line);
        let start = range.start;
        let spans: Vec<_> = marks.iter().map(|mark| mark.start - start..mark.end - start).collect();
        let trimmed = Trimmed::new(lines.text().get(range).unwrap_or_default(), &spans, room);
        for (mark, span) in marks.iter().zip(spans) {
            let text = Some(mark.text.clone()).filter(|text| !text.is_empty());
            let (from, to) = (trimmed.shown_at(span.start), trimmed.shown_at(span.end));
            self.labels.push(LabeledSpan::new(text, self.text.len() + from, to - from));
        }
        self.text.push_str(&trimmed.text);
        self.text.push('\n');
    }
}

impl SourceCode for Excerpt {
    /// The whole excerpt, whatever the span: it holds nothing that is not to be shown.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::from((0, self.text.len()));
        let lines = self.text.lines().count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            whole,
            self.first_line,
            0,
            lines,
        )))
    }
}
