//! What RE2 and Rust read alike, and what not.

use super::*;

#[test]
fn what_re2_and_rust_read_alike() {
    for (expression, text, expected) in [
        ("a|bc", "bc", true),
        ("a|bc", "b", false),
        ("(?i)jason", "JASON", true),
        (".*foo[0-9]+", "a/foo12", true),
        ("a{2,3}", "aaaa", false),
        ("^a$", "a", true),
        ("(?P<who>a)(?:b)(?s:.)", "ab\n", true),
        ("[[:alpha:]]+", "abc", true),
        (r"\p{Greek}\PL", "α1", true),
    ] {
        assert_eq!(matches(expression, text), expected, "{expression} {text}");
    }
}

#[test]
fn what_re2_reads_otherwise() {
    for (expression, text, expected) in [
        ("[a&&b]", "&", true),
        ("[[a]]", "a]", true),
        ("[[a]]", "a", false),
        ("[a-b-c]", "-", true),
        ("[a~~b]", "~", true),
        (r"\<a\>", "<a>", true),
        (r"\<a\>", "a", false),
        (r"\d", "٣", false),
        (r"\w", "é", false),
        (r"[\w-]+", "a-b", true),
        (r"\W", "é", true),
        (r"\s", "\u{a0}", false),
        (r"é\ba", "éa", true),
        (r"a\Bé", "aé", false),
        (r"\Qa.b\E+", "a.bb", true),
        (r"\Qa.b", "a.b", true),
        (r"\101\x42\x{43}", "ABC", true),
        ("a{,2}", "a{,2}", true),
        ("a{", "a{", true),
        ("{}", "{}", true),
        ("x{2}y", "xxy", true),
        (r"[^\D]", "5", true),
        ("(?ii-s)a", "A", true),
        (r"\w(?i)+", "ab", true),
        ("a*(?i)+B", "aab", true),
    ] {
        assert_eq!(matches(expression, text), expected, "{expression} {text}");
    }
}

#[test]
fn what_re2_refuses_matches_nothing() {
    for expression in [
        "*",
        "a**",
        "a+*",
        "a{2}{3}",
        "a{2}*",
        "(?x)a",
        "(?=a)a",
        r"\1a",
        r"a\_",
        r"\y",
        "[b-a]",
        "[[:foo:]]a",
        "(a",
        "a)",
        ")(a",
        "a{1001}",
        "a{2,1}",
        "[a",
        r"[a-\d]",
        "(|*)a",
        r"\b{start}a",
    ] {
        for text in ["a", "aa", "", "_", "aaaa"] {
            assert!(!matches(expression, text), "{expression} {text}");
        }
    }
}
