//! HTTP/2 responses, written byte by byte, that end in all the ways that a server can end one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test whose setup fails should panic")]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use support::{Client, code, get, message, text};

const PREFACE: usize = 24;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
/// The stream of a connection's first request.
const FIRST: u32 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A head with `:status: 200`, and a content-length if one is given.
fn head(content_length: Option<&str>) -> Vec<u8> {
    let mut block = vec![0x88];
    if let Some(length) = content_length {
        block.extend([0x0f, 0x0d, u8::try_from(length.len()).unwrap()]);
        block.extend(length.bytes());
    }
    frame(HEADERS, END_HEADERS, FIRST, &block)
}

fn data(flags: u8) -> Vec<u8> {
    frame(DATA, flags, FIRST, b"123456")
}

fn no_error(kind: u8) -> Vec<u8> {
    match kind {
        RST_STREAM => frame(RST_STREAM, 0, FIRST, &[0; 4]),
        _ => frame(GOAWAY, 0, 0, &[0; 8]),
    }
}

fn tls() -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config)
}

/// The URL of a server that responds to one request with these frames, then waits until its peer disconnects.
fn serve(frames: &[Vec<u8>]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let response = frames.concat();
    std::thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(tls()).unwrap(), tcp);
        stream.read_exact(&mut [0; PREFACE]).unwrap();
        stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
        loop {
            let mut start = [0; 9];
            stream.read_exact(&mut start).unwrap();
            let length = u32::from_be_bytes([0, start[0], start[1], start[2]]);
            stream.read_exact(&mut vec![0; length as usize]).unwrap();
            match (start[3], start[4]) {
                (HEADERS, _) => break,
                (SETTINGS, 0) => stream.write_all(&frame(SETTINGS, ACK, 0, &[])).unwrap(),
                _ => {}
            }
        }
        stream.write_all(&response).unwrap();
        stream.flush().unwrap();
        while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {}
    });
    url
}

fn client() -> Client {
    Client::with_config(&json!({"verify": false, "http2": true})).unwrap()
}

#[test]
fn a_body_that_is_abandoned_with_no_error_is_incomplete() {
    for frames in [
        vec![head(None), data(0), no_error(RST_STREAM)],
        vec![head(None), data(0), no_error(GOAWAY)],
        vec![head(Some("7")), data(0), no_error(RST_STREAM)],
        vec![head(Some("7")), data(0), no_error(GOAWAY)],
        vec![head(None), no_error(RST_STREAM)],
    ] {
        let outcome = client().send(&get(&serve(&frames)));
        assert_eq!((outcome.status, code(&outcome).as_str()), (200, "connection_lost"), "{frames:?}");
        assert!(message(&outcome).contains("before the end"), "{}", message(&outcome));
    }
}

#[test]
fn a_body_that_was_received_completely_is_accepted_whatever_follows() {
    for frames in [
        vec![head(None), data(END_STREAM)],
        vec![head(None), data(END_STREAM), no_error(RST_STREAM)],
        vec![head(None), data(0), frame(HEADERS, END_HEADERS | END_STREAM, FIRST, b"\x00\x01a\x01b")],
        vec![head(Some("6")), data(END_STREAM)],
        vec![head(Some("6")), data(0), no_error(RST_STREAM)],
        vec![head(Some("6")), data(0), no_error(GOAWAY)],
    ] {
        let outcome = client().send(&get(&serve(&frames)));
        assert_eq!((outcome.status, text(&outcome)), (200, "123456"), "{frames:?}");
    }
}

#[test]
fn a_body_shorter_than_announced_is_a_protocol_error() {
    let outcome = client().send(&get(&serve(&[head(Some("7")), data(END_STREAM)])));
    assert_eq!((outcome.status, code(&outcome).as_str()), (200, "protocol_error"), "{}", message(&outcome));
}
