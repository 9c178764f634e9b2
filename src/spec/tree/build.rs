//! Events to nodes.
//!
//! Enters: a text and the bounds it is read under. Leaves: its documents, as far as they could be read. Refuses to
//! know: what they say.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as Marked, Tag};

use super::super::problems;
use super::marks::Marks;
use super::tag::{self, Properties};
use super::{Node, Scalar, Shape, mapping};
use crate::diagnostic::Finding;
use crate::source::{Limits, Place, SourceId, Span};

/// Bytes of text that weigh as much as a node, so that aliases of a long text are bounded too.
const TEXT_WEIGHT: usize = 32;

/// What could be read of a text.
pub struct Reading {
    /// Whole documents; nothing of one in which reading had to stop.
    pub documents: Vec<Node>,
    /// False if reading stopped before the end.
    pub complete: bool,
}

/// Reads a text. Stops at the first error of syntax or a bound overstepped; reports everything else and goes on.
pub fn read(source: SourceId, text: &str, limits: &Limits, findings: &mut Vec<Finding>) -> Reading {
    let mut builder = Builder {
        text,
        source,
        marks: Marks::new(text),
        limits,
        findings,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        weight: 0,
        documents: Vec::new(),
    };
    let mut complete = true;
    for event in Parser::new_from_str(text) {
        let result = match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => builder.error(&error),
        };
        if let Err(finding) = result {
            builder.findings.push(*finding);
            complete = false;
            break;
        }
    }
    Reading { documents: builder.documents, complete }
}

/// Reading cannot go on, for this reason.
type Stop = Box<Finding>;

/// How much a node stands for, every alias counted in full.
#[derive(Clone, Copy, Default)]
struct Extent {
    weight: usize,
    height: usize,
}

/// A list or map whose end has not been seen.
struct Frame {
    anchor: usize,
    tag: Option<Tag>,
    opening: Opening,
    extent: Extent,
    contents: Contents,
}

/// Where a list or map begins.
struct Opening {
    start: usize,
    line: usize,
    /// It has brackets.
    flow: bool,
    tag: Option<(usize, usize)>,
}

enum Contents {
    List(Vec<Node>),
    Map { pairs: Vec<(Node, Node)>, key: Option<Node> },
}

struct Builder<'s> {
    text: &'s str,
    source: SourceId,
    marks: Marks<'s>,
    limits: &'s Limits,
    findings: &'s mut Vec<Finding>,
    open: Vec<Frame>,
    /// What is anchored in this document; not what is still open.
    anchors: BTreeMap<usize, (Node, Extent)>,
    weight: usize,
    documents: Vec<Node>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Marked) -> Result<(), Stop> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                // An anchor reaches no further than its document.
                self.anchors.clear();
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let extent = Extent { weight: 1 + text.len() / TEXT_WEIGHT, height: 0 };
                let plain = style == ScalarStyle::Plain;
                let (start, tag_span) = self.start(span, anchor > 0 || tag.is_some());
                let end = self.marks.byte(span.end.index());
                let place = if plain && text.is_empty() {
                    self.nowhere(self.marks.byte(span.start.index()))
                } else {
                    self.place(start, self.trim_end(start, end, style))
                };
                let shape = Shape::Scalar(Scalar { text: text.into(), plain });
                let shape = self.tagged(tag.as_deref(), tag_span, shape);
                self.charge(extent, place)?;
                self.add(Node { place, shape }, extent, anchor);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor, tag.map(Cow::into_owned), span, Contents::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let contents = Contents::Map { pairs: Vec::new(), key: None };
                self.begin(anchor, tag.map(Cow::into_owned), span, contents)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end(span.start);
                Ok(())
            }
        }
    }

    /// Only an unknown anchor lets reading go on: the parser has already stepped over its alias.
    fn error(&mut self, error: &ScanError) -> Result<(), Stop> {
        let start = self.marks.byte(error.marker().index());
        let rest = self.text.get(start..).unwrap_or_default();
        match error.info() {
            "while parsing node, found unknown anchor" => {
                let end = rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len());
                let place = self.place(start, start + end);
                let name = rest.get(..end).unwrap_or_default();
                self.findings.push(problems::unknown_anchor(name, place));
                self.add(Node { place, shape: Shape::Illegible }, Extent::default(), 0);
                Ok(())
            }
            "recursion limit exceeded" => {
                Err(Box::new(problems::too_deep(self.limits.depth, self.place(start, start + 1))))
            }
            "while scanning a quoted scalar, found unexpected end of stream" => {
                let end = self.place(self.text.len(), self.text.len());
                Err(Box::new(problems::syntax(
                    "the text ends inside quotes",
                    end,
                    Some(self.place(start, start + 1)),
                )))
            }
            info => {
                let place = self.place(start, start + rest.chars().next().map_or(0, char::len_utf8));
                let bracket = self.open.iter().rev().map(|frame| &frame.opening).find(|opening| opening.flow);
                let opening = bracket.map(|opening| self.place(opening.start, opening.start + 1));
                Err(Box::new(problems::syntax(info, place, opening)))
            }
        }
    }

    fn begin(
        &mut self,
        anchor: usize,
        tag: Option<Tag>,
        span: Marked,
        contents: Contents,
    ) -> Result<(), Stop> {
        let (mut start, tag_span) = self.start(span, anchor > 0 || tag.is_some());
        let flow = self.text.get(start..).is_some_and(|rest| rest.starts_with(['[', '{']));
        if matches!(contents, Contents::List(_)) && !flow {
            // The library begins a list that is not indented behind its first dash.
            start = self.dash_before(start).unwrap_or(start);
        }
        let place = self.place(start, start + 1);
        if self.open.len() >= self.limits.depth {
            return Err(Box::new(problems::too_deep(self.limits.depth, place)));
        }
        self.charge(Extent { weight: 1, height: 1 }, place)?;
        let opening = Opening { start, line: span.start.line(), flow, tag: tag_span };
        self.open.push(Frame { anchor, tag, opening, extent: Extent { weight: 1, height: 1 }, contents });
        Ok(())
    }

    fn end(&mut self, closing: Marker) {
        let Some(Frame { anchor, tag, opening, extent, contents }) = self.open.pop() else { return };
        let mut place = self.place(opening.start, opening.start + 1);
        if opening.flow && opening.line == closing.line() {
            place = self.place(opening.start, self.marks.byte(closing.index()) + 1);
        }
        let shape = match contents {
            Contents::List(elements) => Shape::List(elements.into()),
            Contents::Map { pairs, key: _ } => {
                if let Some((key, _)) = pairs.first().filter(|_| !opening.flow) {
                    place = Place::from(key.place.via.unwrap_or(key.place.span));
                }
                Shape::Map(Rc::new(mapping::close(pairs, self.findings)))
            }
        };
        let shape = self.tagged(tag.as_ref(), opening.tag, shape);
        self.add(Node { place, shape }, extent, anchor);
    }

    fn alias(&mut self, anchor: usize, span: Marked) -> Result<(), Stop> {
        let (start, end) = (self.marks.byte(span.start.index()), self.marks.byte(span.end.index()));
        let place = self.place(start, end);
        let name = self.text.get(start..end).unwrap_or_default();
        let Some((node, extent)) = self.anchors.get(&anchor) else {
            let opening =
                self.open.iter().find(|frame| frame.anchor == anchor).map(|frame| frame.opening.start);
            self.findings.push(match opening {
                Some(opening) => problems::alias_in_itself(name, place, self.place(opening, opening + 1)),
                None => problems::unknown_anchor(name, place),
            });
            self.add(Node { place, shape: Shape::Illegible }, Extent::default(), 0);
            return Ok(());
        };
        let (extent, shape) = (*extent, node.shape.clone());
        let node = Node { place: Place { span: node.place.span, via: Some(place.span) }, shape };
        if self.open.len() + extent.height > self.limits.depth {
            return Err(Box::new(problems::too_deep(self.limits.depth, place)));
        }
        self.charge(extent, place)?;
        self.add(node, extent, 0);
        Ok(())
    }

    /// Counts a node against the bound.
    fn charge(&mut self, extent: Extent, place: Place) -> Result<(), Stop> {
        self.weight = self.weight.saturating_add(extent.weight);
        if self.weight > self.limits.nodes {
            return Err(Box::new(problems::too_many_nodes(self.limits.nodes, place)));
        }
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node, extent: Extent, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), extent));
        }
        let Some(frame) = self.open.last_mut() else {
            self.documents.push(node);
            return;
        };
        frame.extent.weight = frame.extent.weight.saturating_add(extent.weight);
        frame.extent.height = frame.extent.height.max(extent.height + 1);
        match &mut frame.contents {
            Contents::List(elements) => elements.push(node),
            Contents::Map { pairs, key } => match key.take() {
                None => *key = Some(node),
                Some(key) => pairs.push((key, node)),
            },
        }
    }

    /// The shape with its tag applied; poison if the tag may not stand there.
    fn tagged(&mut self, tag: Option<&Tag>, span: Option<(usize, usize)>, shape: Shape) -> Shape {
        let (Some(tag), Some((start, end))) = (tag, span) else { return shape };
        tag::apply(tag, shape).unwrap_or_else(|objection| {
            let written = self.text.get(start..end).unwrap_or_default();
            self.findings.push(problems::tag(written, objection, self.place(start, end)));
            Shape::Illegible
        })
    }

    /// Where a value's own characters begin, and its tag.
    fn start(&self, span: Marked, has_properties: bool) -> (usize, Option<(usize, usize)>) {
        let start = self.marks.byte(span.start.index());
        if !has_properties {
            return (start, None);
        }
        let Properties { tag, end } = Properties::skip(self.text, start);
        (end, tag)
    }

    /// The place of a value that has no characters: the dash or colon that leads to it.
    fn nowhere(&self, at: usize) -> Place {
        if self.text.get(at..).is_some_and(|rest| rest.starts_with(':')) {
            return self.place(at, at + 1);
        }
        self.dash_before(at).map_or_else(|| self.place(at, at), |dash| self.place(dash, dash + 1))
    }

    /// Where the dash stands that leads to what is at `at`.
    fn dash_before(&self, at: usize) -> Option<usize> {
        self.text.get(..at)?.trim_end().strip_suffix('-').map(str::len)
    }

    /// The end of a scalar without the line breaks that a block scalar takes in.
    fn trim_end(&self, start: usize, end: usize, style: ScalarStyle) -> usize {
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            self.text.get(start..end).map_or(end, |text| start + text.trim_end().len())
        } else {
            end
        }
    }

    fn place(&self, start: usize, end: usize) -> Place {
        let offset = |byte: usize| u32::try_from(byte.min(self.text.len())).unwrap_or(u32::MAX);
        Place::from(Span { source: self.source, start: offset(start), end: offset(end) })
    }
}
