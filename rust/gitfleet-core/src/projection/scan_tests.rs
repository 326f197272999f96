//! The quick pass takes exactly the JSON that serde_json takes.

use serde::de::IgnoredAny;

use super::scan::Scanner;

fn quick(text: &str, room: usize) -> bool {
    let mut json = Scanner::new(text);
    json.skip(room).is_some() && json.is_at_end()
}

const DOCUMENT: &str = "{\"a\" : [1, -0.5e+10,\t0,true , false,null], \"\": {}, \"\\u00e9\\\"\\\\\\n\": \"\\ud83d\\ude00 é😀\",\r\n\
     \"a long string without anything in it\": [ ], \"b\": [[{\"c\": \"0123456789\\/abcdef\"}]], \"\\ud800\":10E-2}";

#[test]
fn a_document_with_everything_in_it_is_taken() {
    assert!(quick(DOCUMENT, 4));
}

#[test]
fn with_any_byte_changed_it_is_taken_where_serde_json_takes_it() {
    let mut taken = 0;
    for at in (0..DOCUMENT.len()).filter(|at| DOCUMENT.is_char_boundary(*at)) {
        let (before, after) = DOCUMENT.split_at(at);
        let mut rest = after.chars();
        rest.next();
        for new in (0..0x80_u8).map(|byte| char::from(byte).to_string()).chain([String::new()]) {
            let texts = [format!("{before}{new}{}", rest.as_str()), format!("{before}{new}{after}")];
            for text in texts {
                let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
                assert_eq!(quick(&text, 8), is_json, "{text}");
                taken += usize::from(is_json);
            }
        }
    }
    assert!(taken > 5000, "only {taken}");
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let ends = (0..DOCUMENT.len()).filter(|end| DOCUMENT.is_char_boundary(*end));
    ends.for_each(|end| assert!(!quick(&DOCUMENT[..end], 8), "{end}"));
}

#[test]
fn nesting_has_room_for_so_much_and_no_more() {
    for text in ["[[[]]]", "{\"a\":{\"b\":{}}}", "[{\"a\":[1]}]"] {
        assert!(quick(text, 3), "{text}");
        assert!(!quick(text, 2), "{text}");
    }
    assert!(quick("1", 0));
}
