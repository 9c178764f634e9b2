//! Regular expressions of RE2, which Envoy speaks.
//!
//! `regex-syntax` reads nearly the same language. What it refuses and RE2 takes passes unchecked; what it takes and
//! RE2 refuses is looked for in the tree.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{self, Ast, ErrorKind, Visitor};

use super::{Checked, Poisoned};
use crate::diagnostic::Finding;
use crate::resolve::problems::value as problems;
use crate::source::At;

/// Longest expression that Istio's webhook lets pass, in bytes.
pub(in crate::resolve) const LONGEST: usize = 1024;
/// Most repetitions that RE2 counts.
pub(in crate::resolve) const MOST_REPETITIONS: u32 = 1000;

/// Why RE2 does not take an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum Fault {
    Empty,
    TooLong,
    LookAround,
    Backreference,
    TooManyRepetitions,
    /// A repetition of a repetition, or of nothing.
    BadRepetition,
    /// Other syntax, as it stands in the expression.
    Syntax(String),
}

/// An expression as it is, if RE2 takes it.
pub(in crate::resolve) fn regex(at: &At<String>, word: &str, findings: &mut Vec<Finding>) -> Checked<String> {
    check(&at.value).map_err(|fault| {
        findings.push(problems::regex(at, word, &fault));
        Poisoned
    })?;
    Ok(at.value.clone())
}

fn check(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.len() > LONGEST {
        return Err(Fault::TooLong);
    }
    match Parser::new().parse(text) {
        Ok(tree) => ast::visit(&tree, OnlyHere { text }),
        Err(error) => refusal(text, &error),
    }
}

/// Whether RE2 refuses what `regex-syntax` refuses.
fn refusal(text: &str, error: &ast::Error) -> Result<(), Fault> {
    let (kind, start) = (error.kind(), error.span().start.offset);
    if *kind == ErrorKind::UnsupportedLookAround {
        return Err(Fault::LookAround);
    }
    // `\123` is a character in RE2.
    if *kind == ErrorKind::UnsupportedBackreference && !is_octal(text, start) {
        return Err(Fault::Backreference);
    }
    if *kind == ErrorKind::RepetitionMissing {
        return Err(Fault::BadRepetition);
    }
    let quotes = text.contains("\\Q");
    // Within quotes and brackets, a parenthesis is a character in RE2; so is a bracket within brackets.
    let refused = if matches!(kind, ErrorKind::GroupUnclosed | ErrorKind::GroupUnopened) {
        !quotes && !text.contains('[')
    } else if *kind == ErrorKind::ClassUnclosed {
        !quotes && text.matches('[').count() == 1
    } else if *kind == ErrorKind::EscapeUnrecognized {
        !["\\C", "\\Q", "\\E"]
            .iter()
            .any(|known| text.get(start..).is_some_and(|text| text.starts_with(known)))
    } else {
        is_wrong_in_both(kind)
    };
    let excerpt = text.get(start..error.span().end.offset).unwrap_or(text);
    if refused { Err(Fault::Syntax(excerpt.to_owned())) } else { Ok(()) }
}

fn is_wrong_in_both(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ClassRangeInvalid
            | ErrorKind::RepetitionCountInvalid
            | ErrorKind::EscapeUnexpectedEof
            | ErrorKind::FlagUnrecognized
            | ErrorKind::GroupNameDuplicate { .. }
            | ErrorKind::GroupNameEmpty
            | ErrorKind::GroupNameInvalid
            | ErrorKind::GroupNameUnexpectedEof
            | ErrorKind::UnicodeClassInvalid
    )
}

fn is_octal(text: &str, backslash: usize) -> bool {
    let digits = text.get(backslash + 1..).unwrap_or_default();
    digits.bytes().take_while(|byte| (b'0'..=b'7').contains(byte)).count() >= 3
}

/// Looks for what RE2 does not know.
struct OnlyHere<'a> {
    text: &'a str,
}

impl OnlyHere<'_> {
    fn refuse(&self, span: &ast::Span) -> Result<(), Fault> {
        let excerpt = self.text.get(span.start.offset..span.end.offset).unwrap_or(self.text);
        Err(Fault::Syntax(excerpt.to_owned()))
    }

    fn literal(&self, literal: &ast::Literal) -> Result<(), Fault> {
        match literal.kind {
            ast::LiteralKind::HexFixed(
                ast::HexLiteralKind::UnicodeShort | ast::HexLiteralKind::UnicodeLong,
            )
            | ast::LiteralKind::HexBrace(
                ast::HexLiteralKind::UnicodeShort | ast::HexLiteralKind::UnicodeLong,
            ) => self.refuse(&literal.span),
            ast::LiteralKind::Verbatim
            | ast::LiteralKind::Meta
            | ast::LiteralKind::Superfluous
            | ast::LiteralKind::Octal
            | ast::LiteralKind::HexFixed(ast::HexLiteralKind::X)
            | ast::LiteralKind::HexBrace(ast::HexLiteralKind::X)
            | ast::LiteralKind::Special(_) => Ok(()),
        }
    }

    fn flags(&self, flags: &ast::Flags) -> Result<(), Fault> {
        let foreign = flags.items.iter().find(|item| match &item.kind {
            ast::FlagsItemKind::Flag(flag) => match flag {
                ast::Flag::Unicode | ast::Flag::CRLF | ast::Flag::IgnoreWhitespace => true,
                ast::Flag::CaseInsensitive
                | ast::Flag::MultiLine
                | ast::Flag::DotMatchesNewLine
                | ast::Flag::SwapGreed => false,
            },
            ast::FlagsItemKind::Negation => false,
        });
        foreign.map_or(Ok(()), |_| self.refuse(&flags.span))
    }
}

impl Visitor for OnlyHere<'_> {
    type Output = ();
    type Err = Fault;

    fn finish(self) -> Result<(), Fault> {
        Ok(())
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), Fault> {
        match node {
            Ast::Repetition(repetition) => repeats(repetition),
            Ast::Literal(literal) => self.literal(literal),
            Ast::Flags(set) => self.flags(&set.flags),
            Ast::Group(group) => match &group.kind {
                ast::GroupKind::NonCapturing(flags) => self.flags(flags),
                ast::GroupKind::CaptureIndex(_) | ast::GroupKind::CaptureName { .. } => Ok(()),
            },
            Ast::Empty(_)
            | Ast::Dot(_)
            | Ast::Assertion(_)
            | Ast::ClassUnicode(_)
            | Ast::ClassPerl(_)
            | Ast::ClassBracketed(_)
            | Ast::Alternation(_)
            | Ast::Concat(_) => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, operation: &ast::ClassSetBinaryOp) -> Result<(), Fault> {
        match operation.kind {
            // RE2 reads `[a&&b]` and `[a~~b]` as lists of characters, `--` as a range.
            ast::ClassSetBinaryOpKind::Intersection | ast::ClassSetBinaryOpKind::SymmetricDifference => {
                Ok(())
            }
            ast::ClassSetBinaryOpKind::Difference => self.refuse(&operation.span),
        }
    }
}

fn repeats(repetition: &ast::Repetition) -> Result<(), Fault> {
    if matches!(*repetition.ast, Ast::Repetition(_)) {
        return Err(Fault::BadRepetition);
    }
    let most = match &repetition.op.kind {
        ast::RepetitionKind::Range(
            ast::RepetitionRange::Exactly(most)
            | ast::RepetitionRange::AtLeast(most)
            | ast::RepetitionRange::Bounded(_, most),
        ) => *most,
        ast::RepetitionKind::ZeroOrOne | ast::RepetitionKind::ZeroOrMore | ast::RepetitionKind::OneOrMore => {
            0
        }
    };
    if most > MOST_REPETITIONS { Err(Fault::TooManyRepetitions) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_re2_takes() {
        for text in [
            "jason|kate",
            "^/v[0-9]+/.*$",
            "(?i)shop",
            "(?P<id>\\d+)",
            "a+?",
            "\\Qa(b\\E",
            "[a[b]",
            "\\123",
            "a{,3}",
            "a{",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_re2_does_not_take() {
        let fault = |text: &str| check(text).unwrap_err();
        assert_eq!(fault(""), Fault::Empty);
        assert_eq!(fault(&"a".repeat(1025)), Fault::TooLong);
        assert_eq!(["(?=a)b", "(?<!a)b"].map(fault), [Fault::LookAround, Fault::LookAround]);
        assert_eq!(fault("(a)\\1"), Fault::Backreference);
        assert_eq!(["*", "a**", "a++", "x{2}{3}"].map(fault), [const { Fault::BadRepetition }; 4]);
        assert_eq!(fault("a{1001}"), Fault::TooManyRepetitions);
        for text in
            ["(a", "a)", "[a", "[a--b]", "(?x)a", "(?R)a", "(?u:a)", "\\u0041", "[z-a]", "a\\", "a{3,2}"]
        {
            assert!(matches!(fault(text), Fault::Syntax(_)), "{text}");
        }
    }
}
