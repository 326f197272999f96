//! Measures decoding a page of a hundred repositories: `cargo bench -p gitfleet-core`.
//!
//! The fast reader decodes the page; an escape in the first key forces the strict reader to decode it again.

#![allow(clippy::unwrap_used, reason = "a benchmark whose setup fails should panic")]

use std::hint::black_box;
use std::time::Instant;

use gitfleet_core::projection::Projection;

const ROUNDS: u32 = 200;
const SPEC: &str = r#"{"at":[],"many":true,"columns":[{"path":["id"],"kind":"int"},{"path":["name"],"kind":"str"},
    {"path":["owner","login"],"kind":"str"},{"path":["private"],"kind":"bool"},{"path":["topics"],"kind":"json"},
    {"path":["created_at"],"kind":"str"}]}"#;

/// A page of about 800 KB; `first_key` is the first key of each row.
fn page(first_key: &str) -> String {
    let links: Vec<String> = (0..60)
        .map(|n| format!(r#""link_{n}_url":"https://api.forge.example/repos/owner/name/{n}{{/sha}}""#))
        .collect();
    let links = links.join(",");
    let row = |id: u32| {
        format!(
            r#"{{"{first_key}":{id},"name":"repository-{id}","private":false,"owner":{{"login":"owner","id":1,{links}}},
            "topics":["git","api"],"created_at":"2026-01-02T03:04:05Z",{links}}}"#
        )
    };
    let rows: Vec<String> = (0..100).map(row).collect();
    format!("[{}]", rows.join(","))
}

fn measure(name: &str, projection: &Projection, page: &str) {
    let mut times: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(projection.decode(black_box(page.as_bytes())).unwrap());
            start.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    println!("{name}: {} us, median of {ROUNDS}; {} KB", times[times.len() / 2], page.len() / 1024);
}

fn main() {
    let projection = Projection::from_json(SPEC.as_bytes()).unwrap();
    measure("fast reader", &projection, &page("id"));
    measure("fast and strict reader", &projection, &page(r"\u0069d"));
}
