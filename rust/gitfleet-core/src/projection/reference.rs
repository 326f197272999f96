//! Compares decoded columns with those of a naive reader, for tests and for fuzzing.

use serde_json::{Map, Value};

use super::layout::{Columns, Format};
use super::spec::{Column, Kind, Projection};
use crate::error::{Error, ErrorCode};

/// What the naive reader finds.
enum Found {
    /// The values of each column; then those beside the rows, each as a column with one value.
    Columns(Vec<Vec<Value>>),
    /// A shape error, with its row.
    Wrong(Option<usize>),
}

/// Compares the result of [`Projection::decode`] with the result of parsing the whole body.
///
/// # Panics
/// If both readers can read the body and their results differ, or if only `decode` refuses its text as JSON.
pub(crate) fn compare_with_values(projection: &Projection, body: &[u8], decoded: &Result<Columns, Error>) {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // serde_json cannot read into values: numbers beyond f64, lone surrogates, and more than 128 levels.
    let Ok(document) = serde_json::from_slice(text) else { return };
    let Some(found) = find(projection, &document) else { return };
    match (found, decoded) {
        (Found::Columns(expected), Ok(columns)) => {
            // Rows beyond a certain number have a binary format, which tests of `layout` read.
            if columns.format == Format::JsonColumns {
                let values: Result<Vec<Vec<Value>>, _> = serde_json::from_slice(&columns.bytes);
                let is_same = values.as_ref().is_ok_and(|values| *values == expected);
                assert!(is_same, "{values:?}, not {expected:?}");
            }
        }
        (Found::Wrong(row), Err(error)) => {
            assert_eq!((error.code, error.row), (ErrorCode::DecodeShape, row), "{error:?}");
        }
        (Found::Columns(_), Err(error)) => panic!("refused: {error:?}"),
        (Found::Wrong(row), Ok(_)) => panic!("accepted, with an error in row {row:?}"),
    }
}

/// None if values do not show the result: an integer beyond 64 bits is a float there.
fn find(projection: &Projection, document: &Value) -> Option<Found> {
    let mut at = document;
    for key in &projection.at {
        match at.as_object().and_then(|object| object.get(key)) {
            Some(value) => at = value,
            None => return Some(Found::Wrong(None)),
        }
    }
    let rows = match (projection.many, at) {
        (false, row) => std::slice::from_ref(row),
        (true, Value::Array(rows)) => rows,
        (true, _) => return Some(Found::Wrong(None)),
    };
    let mut columns = vec![Vec::new(); projection.columns.len()];
    for (index, row) in rows.iter().enumerate() {
        for (column, values) in projection.columns.iter().zip(&mut columns) {
            match field(column, row)? {
                Some(value) => values.push(value),
                None => return Some(Found::Wrong(Some(index))),
            }
        }
    }
    // The key of the rows is not looked for beside them.
    let rows_key = projection.at.first();
    let none = Map::new();
    let object = document.as_object().filter(|_| rows_key.is_some()).unwrap_or(&none);
    let beside = projection.beside.iter().enumerate().map(|(index, key)| {
        let is_first = !projection.beside[..index].contains(key);
        let value = object.get(key).filter(|_| is_first && rows_key != Some(key));
        vec![value.cloned().unwrap_or_default()]
    });
    columns.extend(beside);
    Some(Found::Columns(columns))
}

/// The value of a column in a row, or Some(None) if it has a wrong type.
fn field(column: &Column, row: &Value) -> Option<Option<Value>> {
    let mut value = row;
    for (depth, key) in column.path.iter().enumerate() {
        match value {
            Value::Object(object) => match object.get(key) {
                Some(inner) => value = inner,
                None => return Some(Some(Value::Null)),
            },
            Value::Null if depth > 0 => return Some(Some(Value::Null)),
            _ => return Some(None),
        }
    }
    let is_right = match (value, column.kind) {
        (Value::Null, _) | (_, Kind::Json) => true,
        (Value::Number(number), Kind::Int) if number.is_f64() => return None,
        (Value::Number(_), Kind::Int | Kind::Float) => true,
        (Value::String(_), Kind::Str) | (Value::Bool(_), Kind::Bool) => true,
        _ => false,
    };
    Some(is_right.then(|| value.clone()))
}
