//! The reader against the grammar, and against serde_json.

use std::borrow::Cow;

use proptest::prelude::*;

use super::{
    reader::{MAX_DEPTH, MAX_MEMBERS},
    *,
};

#[test]
fn values_are_read() {
    let members = parse_object(br#" {"a":"x","b":[1,-2.5e+3,true,null],"c":{}} "#).expect("valid");
    assert_eq!(
        members,
        [
            (Cow::Borrowed("a"), Value::String(Cow::Borrowed("x"))),
            (
                Cow::Borrowed("b"),
                Value::Array(vec![
                    Value::Number("1"),
                    Value::Number("-2.5e+3"),
                    Value::Bool(true),
                    Value::Null
                ])
            ),
            (Cow::Borrowed("c"), Value::Object(vec![])),
        ]
    );
}

#[test]
fn escapes_are_resolved() {
    let text = r#""a\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\uDE00z""#;
    let expected = "a\"\\/\u{8}\u{c}\n\r\té€😀z";
    assert_eq!(parse(text.as_bytes()), Ok(Value::String(Cow::Borrowed(expected))));
}

#[test]
fn what_the_grammar_does_not_know_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "{]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1}x",
        "{}{}",
        "{} \u{0}",
        "\u{feff}{}",
        "// c\n{}",
        "nul",
        "True",
        "NaN",
        "Infinity",
        "-",
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1_0",
        "\"a",
        "\"\\",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\ud800\"",
        "\"\\ud800x\"",
        "\"\\ud800\\n\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\\ud800\"",
        "\"a\nb\"",
        "\"a\u{1f}b\"",
        "\"\\u00é\"",
    ] {
        assert!(matches!(parse(text.as_bytes()), Err(JsonError::Syntax(_))), "{text:?}");
    }
}

#[test]
fn duplicates_are_refused_however_they_are_spelled_and_nested() {
    for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":[{"b":1,"c":2,"b":3}]}"#] {
        assert_eq!(parse(text.as_bytes()), Err(JsonError::Duplicate), "{text}");
    }
    assert!(parse(br#"{"a":{"a":1},"A":2}"#).is_ok());
}

#[test]
fn depth_and_size_are_capped() {
    let nested = |depth| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(parse(&nested(MAX_DEPTH + 1)), Err(JsonError::TooDeep));
    assert_eq!(parse(&vec![b'['; 100_000]), Err(JsonError::TooDeep));
    assert_eq!(parse("{\"a\":".repeat(100_000).as_bytes()), Err(JsonError::TooDeep));

    let list = |length| format!("[{}]", vec!["0"; length].join(","));
    assert!(parse(list(MAX_MEMBERS).as_bytes()).is_ok());
    assert_eq!(parse(list(MAX_MEMBERS + 1).as_bytes()), Err(JsonError::TooManyMembers));
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    for bad in [&b"\"\xff\""[..], b"\"\xc0\x80\"", b"\"\xed\xa0\x80\"", b"{\"a\xf8\":1}"] {
        assert_eq!(parse(bad), Err(JsonError::Utf8));
    }
}

/// Whether serde_json reads the same value.
fn same(ours: &Value<'_>, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(a), serde_json::Value::Bool(b)) => a == b,
        (Value::Number(a), serde_json::Value::Number(b)) => {
            a.parse::<f64>().ok() == b.as_f64() && a.parse::<u64>().ok() == b.as_u64()
        }
        (Value::String(a), serde_json::Value::String(b)) => a == b,
        (Value::Array(a), serde_json::Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), serde_json::Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(&**name).is_some_and(|b| same(value, b)))
        }
        _ => false,
    }
}

/// Text that is JSON, or nearly.
fn nearly_json() -> impl Strategy<Value = String> {
    let fragments = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        " ",
        "\n",
        "0",
        "1",
        "-",
        ".",
        "e",
        "E",
        "+",
        "true",
        "false",
        "null",
        "\"a\"",
        "\"b\":",
        "\\u0041",
        "\\ud83d\\ude00",
        "\\ud800",
        "é",
        "\u{0}",
        "\"exp\":1",
        "[]",
        "{}",
        "[1,2]",
    ];
    proptest::collection::vec(proptest::sample::select(fragments.to_vec()), 0..12).prop_map(|f| f.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// What we accept, serde_json accepts and reads alike; what it accepts beyond that, we refuse for a named reason.
    #[test]
    fn agrees_with_serde_json(text in nearly_json()) {
        match (parse(text.as_bytes()), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, &theirs), "{text}"),
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range"), "{text}: {error}"),
            (Err(ours), Ok(_)) => prop_assert!(!matches!(ours, JsonError::Syntax(_) | JsonError::Utf8), "{text}"),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn a_written_string_reads_back(content in any::<String>()) {
        let mut text = String::new();
        write_string(&mut text, &content);
        prop_assert_eq!(parse(text.as_bytes()), Ok(Value::String(Cow::Borrowed(&*content))));
    }
}
