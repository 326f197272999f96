//! Every body that the fast reader accepts has the same result with the strict reader.

#![no_main]

use std::sync::LazyLock;

use gitfleet_core::projection::{Projection, compare_readers};
use libfuzzer_sys::fuzz_target;

static PROJECTIONS: LazyLock<[Projection; 2]> = LazyLock::new(|| {
    let many = r#"{"at":["data"],"many":true,"columns":[{"path":["id"],"kind":"int"},{"path":["a","b"],"kind":"str"},
        {"path":["a"],"kind":"json"},{"path":["a","c"],"kind":"float"},{"path":["d"],"kind":"bool"}]}"#;
    let one = r#"{"at":[],"many":false,"columns":[{"path":[],"kind":"json"},{"path":["id"],"kind":"int"}]}"#;
    [many, one].map(|spec| Projection::from_json(spec.as_bytes()).expect("a valid projection"))
});

fuzz_target!(|body: &[u8]| {
    for projection in PROJECTIONS.iter() {
        if let Ok(text) = std::str::from_utf8(body) {
            compare_readers(projection, text);
        }
        let _ = projection.decode(body);
    }
});
