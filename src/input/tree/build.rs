//! Events to nodes.
//!
//! Enters: a text and the bounds it is read under. Leaves: its documents, as far as they could be read. Refuses to
//! know: what they say.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as Marked, Tag};

use super::super::problems;
use super::places::Places;
use super::surrogates::Pairs;
use super::tag::{self, Properties};
use super::{Node, Scalar, Shape, TEXT_WEIGHT, mapping, simple};
use crate::diagnostic::Finding;
use crate::source::{Limits, Place, SourceId};

/// What could be read of a text.
pub struct Reading {
    /// Whole documents; nothing of one in which reading had to stop.
    pub documents: Vec<Node>,
    /// False if reading stopped before the end.
    pub complete: bool,
}

/// Reads a text. Stops at the first error of syntax or a bound overstepped; reports everything else and goes on.
pub fn read(source: SourceId, text: &str, limits: &Limits, findings: &mut Vec<Finding>) -> Reading {
    match simple::read(source, text, limits) {
        Some(documents) => Reading { documents, complete: true },
        None => by_events(source, text, limits, findings),
    }
}

/// Reads whatever YAML there is.
pub fn by_events(source: SourceId, text: &str, limits: &Limits, findings: &mut Vec<Finding>) -> Reading {
    let pairs = Pairs::of(text);
    let mut builder = Builder {
        text,
        pairs: &pairs,
        places: Places::new(source, text),
        limits,
        findings,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        weight: 0,
        documents: Vec::new(),
    };
    let mut complete = true;
    for event in Parser::new_from_str(&pairs.text) {
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

/// What has been read of a list or map.
enum Contents {
    List(Vec<Node>),
    /// `key` waits for its value.
    Map {
        pairs: Vec<(Node, Node)>,
        key: Option<Node>,
    },
}

/// Puts nodes together while events come in.
struct Builder<'s> {
    text: &'s str,
    pairs: &'s Pairs<'s>,
    places: Places<'s>,
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
                let end = self.places.byte(span.end);
                let place = if plain && text.is_empty() {
                    self.places.nowhere(self.places.byte(span.start))
                } else {
                    self.places.scalar(start, end, style)
                };
                let text = self.pairs.back(text, self.text.get(start..end).unwrap_or_default());
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
        let start = self.places.byte(*error.marker());
        let rest = self.places.rest(start);
        match error.info() {
            "while parsing node, found unknown anchor" => {
                let end = rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len());
                let place = self.places.place(start, start + end);
                let name = rest.get(..end).unwrap_or_default();
                self.findings.push(problems::unknown_anchor(name, place));
                self.add(Node { place, shape: Shape::Illegible }, Extent::default(), 0);
                Ok(())
            }
            "recursion limit exceeded" => {
                Err(Box::new(problems::too_deep(self.limits.depth, self.places.sign(start))))
            }
            "while scanning a quoted scalar, found unexpected end of stream" => {
                let end = self.places.end();
                Err(Box::new(problems::syntax(
                    "the text ends inside quotes",
                    end,
                    Some(self.places.sign(start)),
                )))
            }
            info => {
                let place = self.places.character(start);
                let bracket = self.open.iter().rev().map(|frame| &frame.opening).find(|opening| opening.flow);
                let opening = bracket.map(|opening| self.places.sign(opening.start));
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
        // In block style the library gives no characters to a beginning.
        let flow = span.start.index() < span.end.index() && self.places.rest(start).starts_with(['[', '{']);
        let in_map = self.open.last().is_some_and(|frame| matches!(frame.contents, Contents::Map { .. }));
        if matches!(contents, Contents::List(_)) && !flow && in_map {
            // The library begins a list that is not indented behind its first dash. It can only be a value of a map.
            start = self.places.dash_before(start).unwrap_or(start);
        }
        let place = self.places.sign(start);
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
        let mut place = self.places.sign(opening.start);
        if opening.flow && opening.line == closing.line() {
            place = self.places.place(opening.start, self.places.byte(closing) + 1);
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
        let (start, end) = (self.places.byte(span.start), self.places.byte(span.end));
        let place = self.places.place(start, end);
        let name = self.text.get(start..end).unwrap_or_default();
        let Some((node, extent)) = self.anchors.get(&anchor) else {
            let opening =
                self.open.iter().find(|frame| frame.anchor == anchor).map(|frame| frame.opening.start);
            self.findings.push(match opening {
                Some(opening) => problems::alias_in_itself(name, place, self.places.sign(opening)),
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
            self.findings.push(problems::tag(written, objection, self.places.place(start, end)));
            Shape::Illegible
        })
    }

    /// Where a value's own characters begin, and its tag.
    fn start(&self, span: Marked, has_properties: bool) -> (usize, Option<(usize, usize)>) {
        let start = self.places.byte(span.start);
        if !has_properties {
            return (start, None);
        }
        let Properties { tag, end } = Properties::skip(self.text, start);
        (end, tag)
    }
}
