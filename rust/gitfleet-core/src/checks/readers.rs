//! The two readers of JSON.

use std::sync::LazyLock;

use crate::error::ErrorCode;
use crate::projection::{Projection, compare_readers, compare_with_values};

const MANY: &str = r#"{"at":["data"],"many":true,"columns":[{"path":["id"],"kind":"int"},{"path":["a","b"],"kind":"str"},
    {"path":["a"],"kind":"json"},{"path":["a","c"],"kind":"float"},{"path":["d"],"kind":"bool"}],"beside":["n","a"]}"#;
const ONE: &str =
    r#"{"at":[],"many":false,"columns":[{"path":[],"kind":"json"},{"path":["id"],"kind":"int"}]}"#;
const ROWS: &str =
    r#"{"at":[],"many":true,"columns":[{"path":["id"],"kind":"int"},{"path":["a"],"kind":"str"}]}"#;

static PROJECTIONS: LazyLock<Vec<Projection>> = LazyLock::new(|| {
    [MANY, ONE, ROWS].iter().filter_map(|spec| Projection::from_json(spec.as_bytes()).ok()).collect()
});

/// A body that the fast reader accepts has the same columns with the strict reader, and those of a naive reader that
/// parses the whole body into values.
///
/// The input is a body for three fixed projections, or a projection, a NUL and a body. A NUL is never part of JSON.
///
/// # Panics
/// If one of these properties is violated.
pub fn check_readers(input: &[u8]) -> bool {
    assert_eq!(PROJECTIONS.len(), 3);
    match input.iter().position(|byte| *byte == 0) {
        None => {
            let accepted = PROJECTIONS.iter().filter(|projection| check(projection, input)).count();
            accepted > 0
        }
        Some(end) => match Projection::from_json(&input[..end]) {
            Ok(projection) => check(&projection, &input[end + 1..]),
            Err(error) => {
                assert!(error.code == ErrorCode::InvalidArgument, "{error:?}");
                false
            }
        },
    }
}

fn check(projection: &Projection, body: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(body) {
        compare_readers(projection, text);
    }
    let decoded = projection.decode(body);
    compare_with_values(projection, body, &decoded);
    decoded.is_ok()
}
