//! Requests as the server receives them, and responses as the caller receives them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test whose setup fails should panic")]

mod support;

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use gitfleet_core::projection::Format;
use serde_json::json;
use support::{Client, Server, code, get, message, ok, response, text, with};

/// A server that responds with the request as the body.
fn echo() -> Server {
    Server::new(|stream, request| stream.write_all(&ok(request)).is_ok())
}

#[test]
fn the_request_is_sent_unchanged() {
    let server = echo();
    let request = with(get(&format!("{}a%2Fb?q=1#f", server.url())), "method", json!("PATCH"));
    let request = with(request, "headers", json!([["X-Two", "1"], ["x-two", "2"], ["X-Latin", "\u{e9}"]]));
    let seen = Client::new().send_with(&request, b"{}", None);
    let seen = text(&seen).to_owned();
    assert!(seen.starts_with("PATCH /a%2Fb?q=1 HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("x-two: 1\r\nx-two: 2\r\n") && seen.ends_with("\r\n\r\n{}"), "{seen}");
    assert!(seen.contains("accept-encoding: gzip\r\n") && seen.contains("content-length: 2\r\n"), "{seen}");
    assert!(!seen.contains("user-agent") && !seen.contains("referer") && !seen.contains("cookie"), "{seen}");
}

#[test]
fn the_response_is_returned_unchanged() {
    let bytes = b"HTTP/1.1 201 Created\r\nX-B: 1\r\nX-A: caf\xe9\r\nx-b: 2\r\nSet-Cookie: a=b\r\ncontent-length: 3\r\n\r\n\xff\x00x";
    let server = Server::responding(&bytes[..]);
    let client = Client::new();
    for _ in 0..2 {
        let outcome = client.send(&get(&server.url()));
        assert_eq!(
            (outcome.status, outcome.body.as_slice(), outcome.format),
            (201, &b"\xff\x00x"[..], Format::Body)
        );
        let wanted = b"x-b\x001\0x-b\x002\0x-a\0caf\xe9\0set-cookie\0a=b\0content-length\x003\0";
        assert_eq!(outcome.headers, wanted);
    }
    assert_eq!(text(&client.send(&get(&echo().url()))).matches("cookie").count(), 0);
}

#[test]
fn redirects_are_not_followed() {
    let server = Server::responding(response("302 Found", "location: /elsewhere\r\n", b"moved"));
    let outcome = Client::new().send(&get(&server.url()));
    assert_eq!((outcome.status, text(&outcome), outcome.format), (302, "moved", Format::Body));
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_proxy_receives_its_credentials_and_no_message_contains_them() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let proxy = Server::new(move |stream, request| {
        log.lock().unwrap().push(request.to_owned());
        let is_tunnel = request.starts_with("CONNECT");
        stream
            .write_all(&if is_tunnel {
                response("407 Proxy Authentication Required", "", b"")
            } else {
                ok("1")
            })
            .is_ok()
    });
    let client = Client::new();
    let through = |url: &str, proxy: String| client.send(&with(get(url), "proxy", json!(proxy)));
    let address = format!("http://user:secret@{}", proxy.address);
    assert_eq!(text(&through("http://host.invalid/x", address.clone())), "1");
    let tunnel = through("https://host.invalid/x", address);
    assert_eq!(code(&tunnel), "proxy_auth_required");
    assert!(!message(&tunnel).contains("secret"));
    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("GET http://host.invalid/x HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[1].starts_with("CONNECT host.invalid:443 HTTP/1.1\r\n"), "{}", seen[1]);
    assert!(seen.iter().all(|request| request.to_lowercase().contains("proxy-authorization: basic ")));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = through("http://host.invalid/", format!("http://user:secret@{closed}"));
    assert_eq!(code(&refused), "connection_failed");
    assert!(!message(&refused).contains("secret"));
}
