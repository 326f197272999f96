//! Tests of the accepted JSON grammar, in selected and in skipped values.

use super::Projection;
use crate::error::{Error, ErrorCode};

/// Decodes `body` as rows with the key "k" selected as json; the rest of each row is skipped.
fn decode(body: &[u8]) -> Result<String, Error> {
    let spec = br#"{"at":[],"many":true,"columns":[{"path":["k"],"kind":"json"}]}"#;
    let columns = Projection::from_json(spec).unwrap().decode(body)?;
    Ok(String::from_utf8(columns.bytes).unwrap())
}

/// The same value selected, skipped, and in a row that forces the strict reader.
fn in_every_position(value: &str) -> [String; 3] {
    [
        format!(r#"[{{"k":{value}}}]"#),
        format!(r#"[{{"k":1,"x":{value}}}]"#),
        format!(r#"[{{"k":1,"x":{value}}},"not an object"]"#),
    ]
}

fn is_json(value: &str) -> bool {
    let [selected, skipped, strict] = in_every_position(value);
    let selected = decode(selected.as_bytes());
    if let Ok(columns) = &selected {
        assert_eq!(*columns, format!("[[{value}]]"), "the source text is unchanged");
    }
    let skipped = decode(skipped.as_bytes());
    let strict = decode(strict.as_bytes()).unwrap_err().code;
    assert_eq!(skipped.is_ok(), selected.is_ok(), "{value}");
    assert_eq!(
        strict,
        if selected.is_ok() { ErrorCode::DecodeShape } else { ErrorCode::DecodeJson },
        "{value}"
    );
    if let Err(error) = selected {
        assert_eq!(error.code, ErrorCode::DecodeJson, "{value}");
        return false;
    }
    true
}

#[test]
fn numbers_are_accepted_in_every_form_of_json() {
    let twenty_digits = "9".repeat(20);
    let long = "7".repeat(5000);
    let good =
        ["0", "-0", "1", "-12", "0.0", "-0.0", "1.5", "1e5", "1E+5", "1e-05", "0e0", "1e999", "-1.5E300"];
    for number in good.into_iter().chain([twenty_digits.as_str(), long.as_str()]) {
        assert!(is_json(number), "{number}");
    }
    let bad = [
        "-",
        "+1",
        "01",
        "-01",
        "00",
        "1.",
        ".5",
        "1.e5",
        "1e",
        "1e+",
        "0x1",
        "1_000",
        "- 1",
        "1 2",
        "--1",
        "NaN",
        "Infinity",
        "-Infinity",
        "1.5.2",
    ];
    for number in bad {
        assert!(!is_json(number), "{number}");
    }
}

#[test]
fn strings_are_strict_but_accept_any_code_unit() {
    let good = [
        r#""""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\u0000""#,
        r#""\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83d\ud83d""#,
        r#""\ud83dx\n""#,
        r#""\uABcd""#,
        "\"\u{7f}\"",
        "\"\u{2028}é😀\"",
    ];
    for string in good {
        assert!(is_json(string), "{string}");
    }
    let bad = [
        r#""\x41""#,
        r#""\u12""#,
        r#""\u12g4""#,
        r#""\u+123""#,
        r#""\a""#,
        r#""\U0041""#,
        r#""\'""#,
        "\"\n\"",
        "\"\t\"",
        "\"\u{0}\"",
        "\"\u{1f}\"",
        r#"""#,
        r#""abc"#,
        r#""\"#,
        r#""\u123"#,
        "'a'",
        r#""a" "b""#,
    ];
    for string in bad {
        assert!(!is_json(string), "{string}");
    }
}

#[test]
fn literals_and_containers_are_strict() {
    for value in
        ["true", "false", "null", "[]", "{}", "[1, 2 ,\t3]", r#"{"a" : {"b":[ ]}, "a":1}"#, "[\r\n1\n]"]
    {
        assert!(is_json(value), "{value}");
    }
    let bad = [
        "",
        "True",
        "nul",
        "nullx",
        "tru e",
        "undefined",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,,2]",
        "{,}",
        r#"{"a":1,}"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{a:1}"#,
        "{1:1}",
        r#"{"a" 1}"#,
        r#"{"a":1 "b":2}"#,
        "[1}",
        r#"{"a":1]"#,
        "[",
        "{",
        r#"{"a""#,
        "[1] /* no */",
        "// no\n1",
        "\u{a0}1",
        "\u{feff}1",
        "\u{b}1",
        "\u{c}1",
    ];
    for value in bad {
        assert!(!is_json(value), "{value}");
    }
}

#[test]
fn keys_are_as_strict_as_other_strings() {
    for (key, good) in [
        (r"a\u006B", true),
        (r"\ud800", true),
        (r"\udc00x", true),
        ("\u{7f}", true),
        (r"\x", false),
        (r"\u12", false),
        ("a\nb", false),
        ("a\u{1}b", false),
    ] {
        let in_row = format!(r#"[{{"{key}":1,"k":2}}]"#);
        let skipped = format!(r#"[{{"k":2,"x":{{"{key}":1}}}}]"#);
        for body in [in_row, skipped] {
            let result = decode(body.as_bytes());
            if good {
                assert_eq!(result.unwrap(), "[[2]]", "{body}");
            } else {
                assert_eq!(result.unwrap_err().code, ErrorCode::DecodeJson, "{body}");
            }
        }
    }
}

#[test]
fn a_bom_is_skipped_once() {
    assert_eq!(decode("\u{feff}[{\"k\":1}]".as_bytes()).unwrap(), "[[1]]");
    let error = decode("\u{feff}\u{feff}[]".as_bytes()).unwrap_err();
    assert_eq!((error.code, error.byte), (ErrorCode::DecodeJson, Some(3)));
    let error = decode(b"\xef\xbb[]").unwrap_err();
    assert_eq!((error.code, error.byte), (ErrorCode::DecodeJson, Some(0)));
}

#[test]
fn the_body_has_to_be_utf8_also_in_skipped_values() {
    for (bad, at) in [
        (&b"[{\"x\":\"\xff\"}]"[..], 7),
        (b"[{\"\xc3\x28\":1}]", 3),
        (b"[{\"x\":\"\xed\xa0\x80\"}]", 7),
        (b"[]\xff", 2),
        (b"\xef\xbb\xbf[\"\xc3", 5),
    ] {
        let error = decode(bad).unwrap_err();
        assert_eq!((error.code, error.byte), (ErrorCode::DecodeJson, Some(at)));
        assert!(error.message.contains("UTF-8"));
    }
}

#[test]
fn errors_contain_the_byte_offset() {
    for (body, at) in [
        ("", 0),
        ("   ", 3),
        ("\u{feff}", 3),
        ("[{\"k\":1}", 8),
        ("[] x", 3),
        ("[][]", 2),
        ("[{\"k\":1}]\n\n]", 11),
        ("\u{feff}[] x", 6),
        ("[{\"é\":1},\n {\"k\":tru}]", 20),
        ("[{\"x\":\"a\nb\"}]", 8),
        ("[{\"k\":01}]", 7),
        ("[\"row\", 1e]", 10),
        ("[1,\n2,\n?]", 7),
    ] {
        let error = decode(body.as_bytes()).unwrap_err();
        assert_eq!(
            (error.code, error.byte),
            (ErrorCode::DecodeJson, Some(at)),
            "{body:?}: {}",
            error.message
        );
        assert_eq!((error.row, error.field), (None, None));
    }
}

#[test]
fn a_syntax_error_anywhere_takes_precedence_over_a_shape_error() {
    for body in
        [r#"["row", }"#, r#"[1] 2"#, r#"{"k":1"#, "[{\"k\":1},\"x\",\"\u{1}\"]", r#"{"a":[1,]}"#, "null,"]
    {
        assert_eq!(decode(body.as_bytes()).unwrap_err().code, ErrorCode::DecodeJson, "{body}");
    }
}

#[test]
fn nesting_is_limited_to_512_levels_everywhere() {
    let arrays = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let objects = |depth: usize| r#"{"k":"#.repeat(depth) + "1" + &"}".repeat(depth);
    // Two levels, the rows and the row, are around each value.
    for value in [arrays(510), objects(510)] {
        assert!(is_json(&value));
    }
    for value in [arrays(511), objects(511)] {
        for body in in_every_position(&value) {
            let error = decode(body.as_bytes()).unwrap_err();
            assert_eq!(error.code, ErrorCode::DecodeJson);
            assert!(error.message.contains("nested too deeply"), "{}", error.message);
        }
    }
    let error = decode(arrays(513).as_bytes()).unwrap_err();
    assert_eq!((error.code, error.byte), (ErrorCode::DecodeJson, Some(512)));
    assert_eq!(decode(arrays(512).as_bytes()).unwrap_err().code, ErrorCode::DecodeShape);
    assert_eq!(decode("[".repeat(200_000).as_bytes()).unwrap_err().code, ErrorCode::DecodeJson);
}

#[test]
fn brackets_in_strings_and_sibling_brackets_do_not_count_as_nesting() {
    let text = format!(r#""{}\"[\\""#, "[{".repeat(1000));
    assert!(is_json(&text));
    assert!(is_json(&format!("[{}1]", "[],{},".repeat(1000))));
}
