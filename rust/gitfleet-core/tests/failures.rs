//! Error codes of failed requests, and requests that must not be repeated.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test whose setup fails should panic")]

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::time::{Duration, Instant};

use gitfleet_core::error::{ErrorCode, Reason};
use serde_json::json;
use support::{Client, Server, code, get, message, ok, parse, response, text, with};

#[test]
fn a_silent_peer_causes_a_read_timeout() {
    let client = Client::new();
    let no_head = Server::new(|stream, _| stream.read(&mut [0; 1]).is_ok_and(|count| count > 0));
    let half_a_body = Server::new(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345").unwrap();
        stream.read(&mut [0; 1]).is_ok_and(|count| count > 0)
    });
    for (server, status) in [(no_head, 0), (half_a_body, 200)] {
        let start = Instant::now();
        let outcome = client.send(&with(get(&server.url()), "read_timeout", json!(0.2)));
        assert_eq!((outcome.status, code(&outcome).as_str()), (status, "timeout_read"));
        assert!(message(&outcome).contains("silent for 0.2 s"), "{}", message(&outcome));
        assert!((0.2..5.0).contains(&start.elapsed().as_secs_f64()));
    }
}

#[test]
fn a_slow_body_without_long_pauses_does_not_time_out() {
    let server = Server::new(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n").unwrap();
        for _ in 0..8 {
            std::thread::sleep(Duration::from_millis(100));
            stream.write_all(b"x").unwrap();
        }
        true
    });
    assert_eq!(text(&Client::new().send(&with(get(&server.url()), "read_timeout", json!(0.5)))), "xxxxxxxx");
}

#[test]
fn connecting_has_a_separate_timeout() {
    // A TLS handshake with a peer that never responds: the attempt neither fails nor completes.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let outcome = Client::new().send(&with(get(&url), "connect_timeout", json!(0.2)));
    assert_eq!((outcome.status, code(&outcome).as_str()), (0, "timeout_connect"), "{}", message(&outcome));
}

/// The error code of a request through a proxy that refuses the tunnel after 0.8 s, which is part of connecting.
fn slow_tunnel(connect_timeout: f64) -> String {
    let proxy = Server::new(|stream, _| {
        std::thread::sleep(Duration::from_millis(800));
        stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").is_ok()
    });
    let request = with(get("https://forge.invalid/"), "proxy", json!(proxy.url()));
    let request = with(with(request, "read_timeout", json!(0.1)), "connect_timeout", json!(connect_timeout));
    code(&Client::new().send(&request))
}

#[test]
fn time_spent_on_connecting_does_not_count_against_the_read_timeout() {
    assert_eq!(slow_tunnel(5.0), "connection_failed");
    assert_eq!(slow_tunnel(0.3), "timeout_connect");
}

#[test]
fn a_truncated_response_is_a_lost_connection() {
    let client = Client::new();
    for (bytes, status) in [
        (&b""[..], 0),
        (b"HTTP/1.1 200 OK\r\ncont", 0),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n123", 200),
    ] {
        let outcome = client.send(&get(&Server::closing_after(bytes).url()));
        assert_eq!(
            (outcome.status, code(&outcome).as_str()),
            (status, "connection_lost"),
            "{}",
            message(&outcome)
        );
    }
    let resetting = Server::new(|stream, _| {
        // Closing with unread bytes in the buffer makes the kernel send a reset.
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(50));
        false
    });
    let outcome = client.send_with(&with(get(&resetting.url()), "method", json!("POST")), b"x", None);
    assert_eq!(code(&outcome), "connection_lost", "{}", message(&outcome));
}

#[test]
fn a_response_that_is_not_http_is_a_protocol_error() {
    let client = Client::new();
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let outcome = client.send(&get(&Server::closing_after(bytes).url()));
        assert_eq!(code(&outcome), "protocol_error", "{}", message(&outcome));
    }
}

#[test]
fn a_failed_connection_has_a_reason_and_the_error_of_the_system() {
    let client = Client::new();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = client.send(&get(&format!("http://me:secret@{address}/path?token=secret")));
    assert_eq!((outcome.status, code(&outcome).as_str()), (0, "connection_failed"));
    let error = outcome.error.unwrap();
    assert_eq!(error.reason, Some(Reason::Connect));
    assert!(std::io::Error::from_raw_os_error(error.number.unwrap()).to_string().contains("refused"));
    assert!(error.message.to_lowercase().contains("refused") && !error.message.contains("secret"), "{error}");
    // Too long for a DNS label, so that no name server is queried.
    let outcome = client.send(&get(&format!("http://{}/", "a".repeat(64))));
    assert_eq!(code(&outcome), "connection_failed", "{}", message(&outcome));
    assert_eq!(outcome.error.unwrap().reason, Some(Reason::Unresolved));
}

#[test]
fn a_head_that_is_too_large_has_a_reason() {
    let fields: String = (0..101).map(|number| format!("x-{number}: 1\r\n")).collect();
    let server = Server::closing_after(response("200 OK", &fields, b""));
    let error = Client::new().send(&get(&server.url())).error.unwrap();
    assert_eq!((error.code, error.reason), (ErrorCode::ProtocolError, Some(Reason::HeadTooLarge)), "{error}");
}

#[test]
fn the_status_of_a_proxy_decides_whether_its_refusal_is_final() {
    for (status, code_, reason) in [
        (407, "proxy_auth_required", Reason::ProxyAuth),
        (403, "proxy_refused", Reason::ProxyRefused),
        (404, "proxy_refused", Reason::ProxyRefused),
        (502, "connection_failed", Reason::TunnelFailed),
        (429, "connection_failed", Reason::TunnelFailed),
    ] {
        let proxy = Server::closing_after(response(&format!("{status} Said"), "", b"<html>"));
        let outcome = Client::new().send(&with(get("https://forge.invalid/"), "proxy", json!(proxy.url())));
        assert_eq!(code(&outcome), code_, "{}", message(&outcome));
        let error = outcome.error.unwrap();
        assert_eq!((error.reason, error.number), (Some(reason), Some(status)));
        assert_eq!(proxy.requests(), 1);
    }
    for (bytes, reason) in [
        (&b"SSH-2.0-OpenSSH\r\n"[..], Reason::TunnelGarbled),
        (b"HTTP/1.1 200 OK\r\n\r\n\x15\x03", Reason::TunnelGarbled),
        (b"", Reason::TunnelLost),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2", Reason::TunnelLost),
    ] {
        let proxy = Server::closing_after(bytes);
        let outcome = Client::new().send(&with(get("https://forge.invalid/"), "proxy", json!(proxy.url())));
        assert_eq!(code(&outcome), "connection_failed");
        assert_eq!(outcome.error.unwrap().reason, Some(reason));
    }
}

#[test]
fn an_invalid_request_is_rejected_before_anything_is_sent() {
    let url = "http://127.0.0.1:1/";
    for request in [
        get(""),
        get("/relative"),
        get("ftp://host/"),
        get("http://"),
        get("https://{{host}}/"),
        with(get(url), "method", json!("")),
        with(get(url), "method", json!("GE T")),
        with(get(url), "method", json!("CONNECT")),
        with(get(url), "headers", json!([["a b", "c"]])),
        with(get(url), "headers", json!([["a", "secret\r\nb: c"]])),
        with(get(url), "headers", json!([["a", "secret\u{0}"]])),
        with(get(url), "headers", json!([["a", "secret\u{100}"]])),
        with(get(url), "headers", json!([["content-length", "7"]])),
        with(get(url), "headers", json!([["transfer-encoding", "chunked"]])),
        with(get(url), "headers", json!([["authorization", "secret", 1]])),
        with(get(url), "headers", json!("secret")),
        with(get(url), "proxy", json!("secret")),
        with(get(url), "proxy", json!("socks5://user:secret@h:1")),
        with(get(url), "proxy", json!("http://user:secret@")),
        with(get(url), "connect_timeout", json!(0)),
        with(get(url), "connect_timeout", json!(-1)),
        with(get(url), "read_timeout", json!(1e300)),
        with(get(url), "max_body", json!(-1)),
        with(get(url), "max_body", json!(null)),
        with(get(url), "cookies", json!(true)),
        json!({"method": "GET"}),
        json!(null),
    ] {
        let error = parse(&request, b"").err().expect("an error");
        assert_eq!(serde_json::to_value(error.code).unwrap(), "invalid_request", "{request}");
        assert!(!error.message.contains("secret"), "{}", error.message);
    }
}

#[test]
fn a_request_is_never_sent_twice() {
    let server = Server::new(|stream, request| {
        if request.starts_with("GET") {
            return stream.write_all(&ok("1")).is_ok();
        }
        stream.shutdown(Shutdown::Both).unwrap();
        false
    });
    let client = Client::new();
    for _ in 0..10 {
        assert_eq!(text(&client.send(&get(&server.url()))), "1");
        // On the pooled connection of the GET.
        let outcome = client.send_with(&with(get(&server.url()), "method", json!("POST")), b"x", None);
        assert_eq!(code(&outcome), "connection_lost");
    }
    assert_eq!(server.requests(), 20);
}

#[test]
fn a_pooled_connection_that_the_server_has_closed_is_replaced() {
    let server = Server::closing_after(ok("1"));
    let client = Client::new();
    for _ in 0..20 {
        assert_eq!(
            text(&client.send_with(&with(get(&server.url()), "method", json!("POST")), b"x", None)),
            "1"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(server.requests(), 20);
}
