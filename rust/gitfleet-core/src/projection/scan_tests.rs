//! The scanner accepts exactly the JSON that serde_json accepts.

use serde::de::IgnoredAny;

use super::scan::Scanner;

fn accepts(text: &str, depth: usize) -> bool {
    let mut json = Scanner::new(text);
    json.skip(depth).is_some() && json.is_at_end()
}

const DOCUMENT: &str = "{\"a\" : [1, -0.5e+10,\t0,true , false,null], \"\": {}, \"\\u00e9\\\"\\\\\\n\": \"\\ud83d\\ude00 é😀\",\r\n\
     \"a long string without anything in it\": [ ], \"b\": [[{\"c\": \"0123456789\\/abcdef\"}]], \"\\ud800\":10E-2}";

#[test]
fn a_document_with_all_kinds_of_values_is_accepted() {
    assert!(accepts(DOCUMENT, 4));
}

#[test]
fn with_any_byte_changed_the_scanner_agrees_with_serde_json() {
    let mut accepted = 0;
    for at in (0..DOCUMENT.len()).filter(|at| DOCUMENT.is_char_boundary(*at)) {
        let (before, after) = DOCUMENT.split_at(at);
        let mut rest = after.chars();
        rest.next();
        for new in (0..0x80_u8).map(|byte| char::from(byte).to_string()).chain([String::new()]) {
            let texts = [format!("{before}{new}{}", rest.as_str()), format!("{before}{new}{after}")];
            for text in texts {
                let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
                assert_eq!(accepts(&text, 8), is_json, "{text}");
                accepted += usize::from(is_json);
            }
        }
    }
    assert!(accepted > 5000, "only {accepted}");
}

#[test]
fn a_truncated_document_is_rejected() {
    let ends = (0..DOCUMENT.len()).filter(|end| DOCUMENT.is_char_boundary(*end));
    ends.for_each(|end| assert!(!accepts(&DOCUMENT[..end], 8), "{end}"));
}

#[test]
fn nesting_is_accepted_up_to_the_given_depth() {
    for text in ["[[[]]]", "{\"a\":{\"b\":{}}}", "[{\"a\":[1]}]"] {
        assert!(accepts(text, 3), "{text}");
        assert!(!accepts(text, 2), "{text}");
    }
    assert!(accepts("1", 0));
}
