//! Tests of selected values and of shape errors.

use super::Projection;
use crate::error::{Error, ErrorCode};

fn decode(spec: &str, body: &str) -> Result<String, Error> {
    let columns = Projection::from_json(spec.as_bytes()).unwrap().decode(body.as_bytes())?;
    Ok(String::from_utf8(columns.bytes).unwrap())
}

/// A projection of rows at the top level; each of `columns` is "path.with.dots kind".
fn rows(columns: &[&str]) -> String {
    spec("[]", true, columns)
}

fn spec(at: &str, many: bool, columns: &[&str]) -> String {
    let column = |text: &&str| {
        let (path, kind) = text.rsplit_once(' ').unwrap();
        let keys: Vec<&str> = if path.is_empty() { vec![] } else { path.split('.').collect() };
        format!(r#"{{"path":{},"kind":"{kind}"}}"#, serde_json::to_string(&keys).unwrap())
    };
    let columns: Vec<String> = columns.iter().map(column).collect();
    format!(r#"{{"at":{at},"many":{many},"columns":[{}]}}"#, columns.join(","))
}

#[track_caller]
fn selects(spec: &str, body: &str, columns: &str) {
    assert_eq!(decode(spec, body).as_deref(), Ok(columns), "{body}");
}

#[track_caller]
fn rejects(spec: &str, body: &str, row: Option<usize>, field: Option<&str>, message: &str) {
    let error = decode(spec, body).unwrap_err();
    assert_eq!(error.message, message);
    assert_eq!(
        (error.code, error.row, error.field.as_deref()),
        (ErrorCode::DecodeShape, row, field),
        "{body}"
    );
}

#[test]
fn each_column_has_one_value_per_row() {
    let spec = rows(&["name str", "owner.login str", "id int"]);
    let body = r#"[{"id":1,"x":[{}],"owner":{"id":9,"login":"a"},"name":"n"}, {"owner":{},"name":null}]"#;
    selects(&spec, body, r#"[["n",null],["a",null],[1,null]]"#);
    selects(&spec, "[]", "[[],[],[]]");
    selects(&spec, "[{}]", "[[null],[null],[null]]");
}

#[test]
fn a_single_document_has_columns_of_one_value() {
    selects(&spec("[]", false, &["a int", "b.c json"]), r#" {"b":{"c":[1, 2]},"a":1} "#, "[[1],[[1, 2]]]");
    selects(&spec(r#"["x","y"]"#, false, &["a int"]), r#"{"x":{"z":0,"y":{"a":1}}}"#, "[[1]]");
}

#[test]
fn at_leads_to_the_rows() {
    let spec = spec(r#"["data","items"]"#, true, &["id int"]);
    selects(&spec, r#"{"total":2,"data":{"items":[{"id":1},{"id":2}],"more":null}}"#, "[[1,2]]");
    selects(&spec, r#"{"data":{"items":[]}}"#, "[[]]");
    rejects(&spec, "{}", None, None, r#""data" is missing"#);
    rejects(&spec, r#"{"data":{}}"#, None, None, r#""data.items" is missing"#);
    rejects(&spec, r#"{"data":null}"#, None, None, r#""data" should be an object, found null"#);
    rejects(&spec, r#"{"data":[1]}"#, None, None, r#""data" should be an object, found an array"#);
    let not_rows = r#""data.items" should be an array of rows, found "#;
    rejects(&spec, r#"{"data":{"items":null}}"#, None, None, &format!("{not_rows}null"));
    rejects(&spec, r#"{"data":{"items":{}}}"#, None, None, &format!("{not_rows}an object"));
    rejects(&spec, r#"{"data":{"items":1e999}}"#, None, None, &format!("{not_rows}a float"));
    rejects(&spec, "[]", None, None, "the document should be an object, found an array");
    rejects(
        &rows(&["id int"]),
        r#"{"id":1}"#,
        None,
        None,
        "the document should be an array of rows, found an object",
    );
    rejects(&rows(&["id int"]), "null", None, None, "the document should be an array of rows, found null");
}

#[test]
fn members_beside_the_rows_follow_the_columns() {
    let spec = |at: &str| spec(at, true, &["id int"]).replace(r#"}]}"#, r#"}],"beside":["total","more"]}"#);
    let items = spec(r#"["items"]"#);
    selects(
        &items,
        r#"{"total":2,"items":[{"id":1},{"id":2}],"more":{"a":[]}}"#,
        r#"[[1,2],[2],[{"a":[]}]]"#,
    );
    selects(&items, r#"{"items":[],"total": 1.50,"total":null,"mo\u0072e":true}"#, "[[],[null],[true]]");
    selects(&items, r#"{"items":[{"id":1,"total":9,"items":[]}]}"#, "[[1],[null],[null]]");
    selects(&spec(r#"["total","items"]"#), r#"{"total":{"items":[],"more":1}}"#, "[[],[null],[null]]");
    selects(&spec("[]"), "[]", "[[],[null],[null]]");
    rejects(&items, r#"{"total":2}"#, None, None, "\"items\" is missing");
}

#[test]
fn values_keep_their_source_text() {
    let spec = rows(&["v json", "f float", "s str", "i int"]);
    let body = r#"[{"v":{"a" : 1,"a":[ 1.50,1e999 ]},"f":-0.10E+400,"s":"\ud800\u0041\/é","i":-0}]"#;
    selects(&spec, body, r#"[[{"a" : 1,"a":[ 1.50,1e999 ]}],[-0.10E+400],["\ud800\u0041\/é"],[-0]]"#);
    let digits = "9".repeat(4300);
    selects(&rows(&["i int"]), &format!(r#"[{{"i":-{digits}}}]"#), &format!("[[-{digits}]]"));
}

#[test]
fn values_have_to_match_the_kind_of_their_column() {
    let values = [
        ("null", "str int float bool json", "null"),
        (r#""x""#, "str json", "a string"),
        ("12", "int float json", "an int"),
        ("-3", "int float json", "an int"),
        ("1.0", "float json", "a float"),
        ("1e2", "float json", "a float"),
        ("1E2", "float json", "a float"),
        ("true", "bool json", "a bool"),
        ("false", "bool json", "a bool"),
        ("[]", "json", "an array"),
        ("{}", "json", "an object"),
    ];
    let kinds =
        [("str", "a string"), ("int", "an int"), ("float", "a float"), ("bool", "a bool"), ("json", "JSON")];
    for (value, fitting, found) in values {
        for (kind, wanted) in kinds {
            let spec = rows(&[&format!("a.v {kind}")]);
            let body = format!(r#"[{{"a":{{"v":{value}}}}}]"#);
            if fitting.split(' ').any(|fits| fits == kind) {
                selects(&spec, &body, &format!("[[{value}]]"));
            } else {
                let message = format!(r#"row 0: "a.v" should be {wanted}, found {found}"#);
                rejects(&spec, &body, Some(0), Some("a.v"), &message);
            }
        }
    }
    let body = format!(r#"[{{"v":{}}}]"#, "1".repeat(4301));
    let message = r#"row 0: "v" should be an int, found an int of more than 4300 digits"#;
    rejects(&rows(&["v int"]), &body, Some(0), Some("v"), message);
    assert!(decode(&rows(&["v float"]), &body).is_ok());
}

#[test]
fn values_on_a_path_have_to_be_objects_or_null() {
    let spec = rows(&["id int", "a.b.c str"]);
    selects(&spec, r#"[{"a":null},{"a":{"b":null}},{"a":{}}]"#, "[[null,null,null],[null,null,null]]");
    for (value, noun) in [
        ("1e999", "a float"),
        ("-0", "an int"),
        ("99999999999999999999", "an int"),
        ("true", "a bool"),
        (r#""\ud800""#, "a string"),
        (r#"[{"b":1}]"#, "an array"),
    ] {
        let message = format!(r#"row 1: "a.b.c": "a" should be an object, found {noun}"#);
        rejects(&spec, &format!(r#"[{{}},{{"a":{value}}}]"#), Some(1), Some("a.b.c"), &message);
        let message = format!(r#"row 0: "a.b.c": "a.b" should be an object, found {noun}"#);
        rejects(&spec, &format!(r#"[{{"a":{{"b":{value}}}}}]"#), Some(0), Some("a.b.c"), &message);
    }
}

#[test]
fn a_row_has_to_be_an_object() {
    for (row, noun) in [
        ("null", "null"),
        ("1e999", "a float"),
        (r#""\ud800""#, "a string"),
        ("[{}]", "an array"),
        ("true", "a bool"),
    ] {
        let message = format!("row 1 should be an object, found {noun}");
        rejects(&rows(&["id int"]), &format!(r#"[{{"id":1}},{row}]"#), Some(1), None, &message);
        rejects(&rows(&[" json", "id int"]), &format!(r#"[{{"id":1}},{row}]"#), Some(1), None, &message);
        let message = format!("row 0 should be an object, found {noun}");
        rejects(&spec("[]", false, &["id int"]), row, Some(0), None, &message);
        selects(
            &rows(&[" json", " json"]),
            &format!("[{row}, {{}}]"),
            &format!("[[{row},{{}}],[{row},{{}}]]"),
        );
        selects(&spec("[]", false, &[" json"]), row, &format!("[[{row}]]"));
    }
}

#[test]
fn the_last_value_of_a_duplicate_key_replaces_the_whole_earlier_one() {
    let spec = rows(&["a.x int", "a.y int", "b str"]);
    selects(&spec, r#"[{"a":{"x":1,"y":2},"b":"1","a":{"x":3},"b":"2"}]"#, r#"[[3],[null],["2"]]"#);
    selects(&spec, r#"[{"a":{"x":1,"y":2},"a":null}]"#, "[[null],[null],[null]]");
    selects(&spec, r#"[{"a":{"x":1,"x":2}}]"#, "[[2],[null],[null]]");
    selects(&spec, r#"[{"a":{"x":1},"\u0061":{"y":2}}]"#, "[[null],[2],[null]]");
    // Errors below the earlier value are discarded as well.
    selects(&spec, r#"[{"a":7,"b":5,"b":null,"a":{"x":1}}]"#, "[[1],[null],[null]]");
    selects(&spec, r#"[{"a":{"x":"no"},"a":{"x":1}}]"#, "[[1],[null],[null]]");
    let message = r#"row 0: "a.x": "a" should be an object, found an int"#;
    rejects(&spec, r#"[{"a":{"x":1},"a":7}]"#, Some(0), Some("a.x"), message);
}

#[test]
fn the_last_value_of_a_duplicate_key_on_the_path_to_the_rows_counts() {
    let spec = spec(r#"["d","i"]"#, true, &["id int"]);
    selects(&spec, r#"{"d":{"i":[{"id":1},{"id":2}]},"d":{"i":[{"id":3}]}}"#, "[[3]]");
    selects(&spec, r#"{"d":{"i":[{"id":1}],"i":[]}}"#, "[[]]");
    selects(&spec, r#"{"d":{"i":[1,{"id":"x"}],"i":[{"id":3}]}}"#, "[[3]]");
    selects(&spec, r#"{"d":5,"d":{"i":null,"i":[{"id":3}]}}"#, "[[3]]");
    rejects(&spec, r#"{"d":{"i":[{"id":1}]},"d":{}}"#, None, None, r#""d.i" is missing"#);
    rejects(&spec, r#"{"d":{"i":[]},"d":null}"#, None, None, r#""d" should be an object, found null"#);
}

#[test]
fn keys_are_compared_unescaped() {
    let spec = rows(&["k/\"é😀 int", " json"]);
    for key in [r#"k\/\"é😀"#, r#"k/\"\u00e9\ud83d\ude00"#, r#"\u006b/\u0022é😀"#] {
        let row = format!(r#"{{"{key}":1}}"#);
        selects(&spec, &format!("[{row}]"), &format!("[[1],[{row}]]"));
    }
    // No path contains a lone surrogate, so such a key matches no column, not even one with the empty key.
    let empty_key = r#"{"at":[],"many":true,"columns":[{"path":[""],"kind":"int"}]}"#;
    selects(empty_key, r#"[{"\ud800":1}]"#, "[[null]]");
    selects(empty_key, r#"[{"":1}]"#, "[[1]]");
    selects(&rows(&["\u{fffd} int"]), r#"[{"\ud800":1,"\udc00":2}]"#, "[[null]]");
}

#[test]
fn paths_may_end_at_a_key_continue_below_it_and_share_it() {
    let spec = rows(&[" json", "a json", "a.b json", "a.b.c int", "a.b.c float"]);
    let row = r#"{"a":{"b":{"c":1},"x":0}}"#;
    let columns = format!(r#"[[{row}],[{{"b":{{"c":1}},"x":0}}],[{{"c":1}}],[1],[1]]"#);
    selects(&spec, &format!("[{row}]"), &columns);
    selects(&spec, r#"[{"a":null}]"#, r#"[[{"a":null}],[null],[null],[null],[null]]"#);
    selects(&spec, "[{}]", "[[{}],[null],[null],[null],[null]]");
    let message = r#"row 0: "a.b": "a" should be an object, found a string"#;
    rejects(&spec, r#"[{"a":"s"}]"#, Some(0), Some("a.b"), message);
    let message = r#"row 0: "a.b.c" should be an int, found a float"#;
    rejects(&spec, r#"[{"a":{"b":{"c":1.5}}}]"#, Some(0), Some("a.b.c"), message);
    selects(&rows(&["a json", "a.b int"]), r#"[{"a":{"b":1},"a":{"c":2}}]"#, r#"[[{"c":2}],[null]]"#);
}

#[test]
fn the_reported_error_is_the_first_by_row_then_by_column() {
    let spec = rows(&["a int", "b.c int", "d int"]);
    let at = |body: &str| {
        let error = decode(&spec, body).unwrap_err();
        (error.row, error.field)
    };
    assert_eq!(at(r#"[{"d":"x","b":1,"a":"x"},{"a":"x"}]"#), (Some(0), Some("a".into())));
    assert_eq!(at(r#"[{"d":"x","b":1}]"#), (Some(0), Some("b.c".into())));
    assert_eq!(at(r#"[{"a":1},{"d":"x"},null,{"a":"x"}]"#), (Some(1), Some("d".into())));
    assert_eq!(at(r#"[{"a":1},null,{"a":"x"}]"#), (Some(1), None));
}

#[test]
fn a_path_of_32_keys_is_accepted_and_a_longer_one_is_rejected() {
    let keys = |n: usize| vec!["a"; n].join(".");
    let long = spec(&serde_json::to_string(&["a"; 32]).unwrap(), true, &[&format!("{} int", keys(32))]);
    let row = r#"{"a":"#.repeat(32) + "1" + &"}".repeat(32);
    let body = r#"{"a":"#.repeat(32) + "[" + &row + "]" + &"}".repeat(32);
    selects(&long, &body, "[[1]]");
    let too_long = rows(&[&format!("{} int", keys(33))]);
    let error = Projection::from_json(too_long.as_bytes()).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
}

#[test]
fn an_invalid_projection_is_rejected_with_the_reason() {
    for (spec, reason) in [
        ("", "EOF"),
        ("[]", "invalid"),
        (r#"{"at":[],"many":true,"columns":[]}"#, "at least one column"),
        (r#"{"at":[],"columns":[{"path":["a"],"kind":"str"}]}"#, "missing field `many`"),
        (r#"{"at":[],"many":true,"columns":[{"path":["a"],"kind":"text"}]}"#, "unknown variant `text`"),
        (r#"{"at":[],"many":true,"columns":[{"path":["a"],"kind":"str","as":1}]}"#, "unknown field `as`"),
        (r#"{"at":[],"many":true,"rows":1,"columns":[{"path":["a"],"kind":"str"}]}"#, "unknown field `rows`"),
        (r#"{"at":[],"many":true,"columns":[{"path":[],"kind":"str"}]}"#, "whole row"),
        (r#"{"at":["a",1],"many":true,"columns":[{"path":["a"],"kind":"str"}]}"#, "invalid type"),
    ] {
        let error = Projection::from_json(spec.as_bytes()).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{spec}");
        assert!(error.message.contains(reason), "{}", error.message);
    }
}
