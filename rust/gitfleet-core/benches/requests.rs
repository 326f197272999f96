//! Measures what a request costs beside its body: `cargo bench -p gitfleet-core --bench requests`.
//!
//! Parsing a request, and an exchange over loopback whose response has the headers of a page and a body in gzip.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark whose setup fails should panic")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use gitfleet_core::request::Request;
use serde_json::json;
use support::{Client, Server, get, response, with};

const ROUNDS: usize = 2000;

fn measure(name: &str, mut run: impl FnMut()) {
    let mut times: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    println!("{name}: {:.1} us, median of {ROUNDS}", times[ROUNDS / 2] as f64 / 1000.0);
}

/// A response with `count` header lines beside those of the body.
fn page(count: usize, body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    let lines: String =
        (0..count).map(|n| format!("x-forge-header-{n}: a value of this header, {n}\r\n")).collect();
    response("200 OK", &format!("content-encoding: gzip\r\n{lines}"), &encoder.finish().unwrap())
}

fn main() {
    let headers =
        json!([["authorization", "Bearer x"], ["accept", "application/json"], ["user-agent", "bench"]]);
    let text = with(get("https://forge.example/repos?page=2&per_page=100"), "headers", headers).to_string();
    measure("parsing a request", || {
        black_box(Request::from_json(black_box(text.as_bytes()), b"").unwrap());
    });
    let client = Client::new();
    for (headers, body) in [(0, 0), (30, 0), (30, 500_000)] {
        let server = Server::responding(page(headers, &b"{\"id\":1},".repeat(body / 9)));
        let request = get(&server.url());
        measure(&format!("an exchange, {headers} headers, {} KB in gzip", body / 1000), || {
            assert!(client.send(&request).error.is_none());
        });
    }
}
