//! What is taken and what is not. Real Envoy is asked by `tests/conformance`, with many more.

use super::*;

#[test]
fn what_envoy_and_istio_take() {
    for text in [
        "jason|kate",
        "^/v[0-9]+/.*$",
        "(?i)shop",
        "a(?i)*",
        "a*(?i)*",
        "(?P<id>\\d+)",
        "(?-i:a)",
        "(?)",
        "a+?",
        "\\Qa(b\\E",
        "\\Q(",
        "\\Qa\\b",
        "[a[b]",
        "[]a]",
        "[^]-a]",
        "[a-]",
        "[--a]",
        "[a&&b]",
        "[(]",
        "[[:^alpha:][:digit:]\\d\\pL]",
        "\\123",
        "\\0",
        "\\x41\\x{e9}",
        "\\p{Greek}\\PL\\p{^Lu}\\pN",
        "a{,3}",
        "a{",
        "{",
        "a{01}",
        "a{1000}",
        "^*$",
        "a||b",
        "é+",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[test]
fn what_they_do_not_take() {
    let fault = |text: &str| check(text).unwrap_err();
    assert_eq!(fault(""), Fault::Empty);
    assert_eq!(fault(&"a".repeat(1025)), Fault::TooLong);
    assert_eq!(["(?=a)b", "(?<!a)b"].map(fault), [Fault::LookAround, Fault::LookAround]);
    assert_eq!(["(a)\\1", "\\8"].map(fault), [Fault::Backreference, Fault::Backreference]);
    for text in ["*", "a**", "a++", "x{2}{3}", "a{2}*", "(*)", "a|*", "(?i)*"] {
        assert_eq!(fault(text), Fault::BadRepetition, "{text}");
    }
    assert_eq!(["a{1001}", "(a{40}){40}"].map(fault), [const { Fault::TooManyRepetitions }; 2]);
    assert_eq!(fault(&".{1000}".repeat(100)), Fault::TooLarge);
    for text in [
        "(a",
        "a)",
        "[a",
        "([)]",
        "[a)",
        "[a--b]",
        "(?x)a",
        "(?R)a",
        "(?u:a)",
        "(?-)a",
        "(?<n>a)",
        "(?P<>a)",
        "(?i",
        "\\u0041",
        "[z-a]",
        "[a-\\d]",
        "a\\",
        "a{3,2}",
        "\\E",
        "\\C",
        "\\Z",
        "[\\b]",
        "[\\Qa\\E]",
        "[[:nothing:]]",
        "\\p{Nothing}",
        "\\p{greek}",
        "\\p{Grek}",
        "\\pX",
        "\\x4",
        "\\x{}",
        "\\x{10FFFF}",
        "\\q",
        "\\é",
    ] {
        assert!(matches!(fault(text), Fault::Syntax(_)), "{text}");
    }
}
