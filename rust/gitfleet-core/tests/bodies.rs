//! Response bodies: decompression, size limit, decoding.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test whose setup fails should panic")]

mod support;

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use gitfleet_core::projection::Format;
use serde_json::json;
use support::{Client, Server, code, get, ok, projection, response, text, with};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    response("200 OK", "Content-Encoding: gzip\r\n", body)
}

fn ids() -> Option<Arc<gitfleet_core::projection::Projection>> {
    projection(r#"{"at":[],"many":true,"columns":[{"path":["id"],"kind":"int"}]}"#)
}

#[test]
fn a_projection_applies_to_successful_responses_with_a_body() {
    let client = Client::new();
    let good = Server::responding(ok(r#"[{"id":1,"x":"y"},{"id":2}]"#));
    let outcome = client.send_with(&get(&good.url()), b"", ids());
    assert_eq!((outcome.status, text(&outcome), outcome.format), (200, "[[1,2]]", Format::JsonColumns));
    let head = with(get(&good.url()), "method", json!("HEAD"));
    let head_only = Server::responding(
        &b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\ncontent-encoding: gzip\r\n\r\n"[..],
    );
    for (request, status) in [
        (with(head, "url", json!(head_only.url())), 200),
        (get(&Server::responding(&b"HTTP/1.1 204 No Content\r\n\r\n"[..]).url()), 204),
        (get(&Server::responding(&b"HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n"[..]).url()), 304),
        (get(&Server::responding(response("205 Reset Content", "", b"")).url()), 205),
        (get(&Server::responding(response("404 Not Found", "", b"")).url()), 404),
    ] {
        let outcome = client.send_with(&request, b"", ids());
        assert_eq!((outcome.status, text(&outcome), outcome.format), (status, "", Format::Body));
    }
}

#[test]
fn a_body_that_fails_to_decode_is_returned_as_an_excerpt() {
    let client = Client::new();
    let page = "<html>".repeat(200);
    let outcome = client.send_with(&get(&Server::responding(ok(&page)).url()), b"", ids());
    assert_eq!((outcome.status, code(&outcome).as_str(), outcome.format), (200, "decode_json", Format::Body));
    assert_eq!((outcome.body.as_slice(), outcome.error.unwrap().byte), (&page.as_bytes()[..512], Some(0)));
    let outcome = client.send_with(&get(&Server::responding(ok(r#"[{"id":"x"}]"#)).url()), b"", ids());
    assert_eq!((code(&outcome).as_str(), outcome.body.as_slice()), ("decode_shape", &br#"[{"id":"x"}]"#[..]));
    let outcome = client.send_with(&get(&Server::responding(ok("")).url()), b"", ids());
    assert_eq!((outcome.status, code(&outcome).as_str()), (200, "decode_json"));
}

#[test]
fn a_large_body_is_decoded_as_binary_columns() {
    let rows: Vec<String> =
        (0..20_000).map(|id| format!(r#"{{"id":{id},"text":"{}"}}"#, "x".repeat(250))).collect();
    let server = Server::responding(gzipped(&gzip(format!("[{}]", rows.join(",")).as_bytes())));
    let outcome = Client::new().send_with(&get(&server.url()), b"", ids());
    assert_eq!(outcome.format, Format::BinaryColumns);
    let numbers: Vec<u8> = (0..20_000_i64).flat_map(i64::to_ne_bytes).collect();
    assert!(outcome.body.ends_with(&numbers));
}

#[test]
fn gzip_is_decompressed_and_the_headers_are_unchanged() {
    let client = Client::new();
    let outcome = client.send(&get(&Server::responding(gzipped(&gzip(b"hello"))).url()));
    assert_eq!(text(&outcome), "hello");
    assert!(String::from_utf8(outcome.headers.clone()).unwrap().contains("content-encoding\0gzip\0"));
    let members = [gzip(b"hello "), gzip(b"again")].concat();
    assert_eq!(text(&client.send(&get(&Server::responding(gzipped(&members)).url()))), "hello again");
    assert_eq!(text(&client.send(&get(&Server::responding(gzipped(b"")).url()))), "");
    let packed = gzip(&b"hello ".repeat(1000));
    let chunked = Server::new(move |stream, _| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n")
            .unwrap();
        for byte in &packed {
            stream.write_all(&[b'1', b'\r', b'\n', *byte, b'\r', b'\n']).unwrap();
        }
        stream.write_all(b"0\r\n\r\n").is_ok()
    });
    assert_eq!(client.send(&get(&chunked.url())).body.len(), 6000);
}

#[test]
fn content_encodings_in_several_lines_form_one_list() {
    let client = Client::new();
    let packed = gzip(b"hello");
    let sent = |lines: &str, body: &[u8]| {
        client.send(&get(&Server::responding(response("200 OK", lines, body)).url()))
    };
    for lines in [
        "content-encoding: identity\r\ncontent-encoding: gzip\r\n",
        "content-encoding: ,gzip, identity,,\r\n",
        "content-encoding:\r\ncontent-encoding: X-GZIP\t,\r\n",
    ] {
        assert_eq!(text(&sent(lines, &packed)), "hello", "{lines}");
    }
    for lines in
        ["content-encoding: identity, Identity\r\n", "content-encoding: ,\r\ncontent-encoding: ,\r\n"]
    {
        assert_eq!(text(&sent(lines, b"hello")), "hello", "{lines}");
    }
    let twice = "content-encoding: gzip\r\ncontent-encoding: gzip\r\n";
    let no_break_space = "content-encoding: \u{a0}gzip\r\n";
    for lines in [twice, no_break_space, "content-encoding: gzip\r\ncontent-encoding: br\r\n"] {
        assert_eq!(code(&sent(lines, &packed)), "protocol_error", "{lines}");
    }
}

#[test]
fn a_broken_or_unknown_content_encoding_is_a_protocol_error() {
    let client = Client::new();
    let good = gzip(b"hello");
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let cut = &good[..good.len() - 3];
    for body in [b"not gzip", &flipped[..], cut, &good[..4]] {
        let outcome = client.send(&get(&Server::responding(gzipped(body)).url()));
        assert_eq!(code(&outcome), "protocol_error", "{body:?}");
    }
    let outcome =
        client.send(&get(&Server::responding(response("200 OK", "content-encoding: br\r\n", b"x")).url()));
    assert_eq!((outcome.status, code(&outcome).as_str()), (200, "protocol_error"));
}

#[test]
fn a_body_up_to_the_limit_is_accepted_and_a_larger_one_rejected() {
    let client = Client::new();
    let limited = |server: &Server| with(get(&server.url()), "max_body", json!(1000));
    let unannounced = |length: usize| {
        let body = "x".repeat(length);
        Server::closing_after(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}"))
    };
    let packed = |length: usize| Server::responding(gzipped(&gzip(&b"x".repeat(length))));
    for server in [Server::responding(ok(&"x".repeat(1000))), unannounced(1000), packed(1000)] {
        assert_eq!(text(&client.send(&limited(&server))).len(), 1000);
    }
    for server in
        [Server::responding(ok(&"x".repeat(1001))), unannounced(1001), packed(1001), packed(50_000_000)]
    {
        assert_eq!(code(&client.send(&limited(&server))), "body_too_large");
    }
}

#[test]
fn an_announced_length_above_the_limit_fails_without_reading_the_body() {
    let server = Server::new(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n").unwrap();
        // The rest is never sent: an engine that waits for it times out. It has to close the connection.
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let peer_is_gone = matches!(stream.read(&mut [0; 1]), Ok(0));
        assert!(peer_is_gone);
        false
    });
    let outcome = Client::new().send(&with(get(&server.url()), "max_body", json!(4999)));
    assert_eq!((outcome.status, code(&outcome).as_str()), (200, "body_too_large"));
}
