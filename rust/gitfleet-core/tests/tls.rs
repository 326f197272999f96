//! Certificate verification, and the negotiation of HTTP/2.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test whose setup fails should panic")]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use support::{Client, code, get, message, text};
use tokio_rustls::TlsAcceptor;

/// A server that responds with the HTTP version of the request, and its CA.
struct TlsServer {
    url: String,
    ca_pem: String,
    leaf_pem: String,
    _runtime: tokio::runtime::Runtime,
}

impl TlsServer {
    /// A server with a certificate signed by a CA.
    fn new(protocols: &[&str]) -> Self {
        Self::with_leaf(protocols, |_| {})
    }

    fn with_leaf(protocols: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let ca = marked_as_ca(vec![]);
        let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        change(&mut leaf);
        let certificate = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
        Self::start(ca_pem, &certificate, &key, protocols)
    }

    /// A server with a self-signed certificate, marked as a CA like those of `openssl req -x509`.
    fn self_signed(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self::start(certificate.pem(), &certificate, &key, &["http/1.1"])
    }

    fn start(ca_pem: String, certificate: &Certificate, key: &KeyPair, protocols: &[&str]) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        runtime.spawn(serve(listener, TlsAcceptor::from(Arc::new(config))));
        Self { url, ca_pem, leaf_pem: certificate.pem(), _runtime: runtime }
    }
}

fn marked_as_ca(names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

async fn serve(listener: tokio::net::TcpListener, acceptor: TlsAcceptor) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(stream) = acceptor.accept(stream).await else { continue };
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
            let version = format!("{:?}", request.version());
            // Resets one stream, not the connection.
            if request.uri().path() == "/reset" {
                Err(std::io::Error::other("reset"))
            } else {
                Ok(hyper::Response::new(Full::new(Bytes::from(version))))
            }
        });
        if is_http2 {
            tokio::spawn(
                hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service),
            );
        } else {
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    }
}

/// Trusts what `pem` has signed, and `pem` itself.
fn trusting(pem: &str, http2: bool) -> Client {
    Client::with_config(&json!({"verify": true, "issuers": pem, "servers": pem, "http2": http2})).unwrap()
}

fn unverified() -> Client {
    Client::with_config(&json!({"verify": false, "http2": true})).unwrap()
}

#[test]
fn a_certificate_is_trusted_only_if_its_ca_is_trusted() {
    let server = TlsServer::new(&["http/1.1"]);
    let other = TlsServer::new(&["http/1.1"]);
    let client = trusting(&server.ca_pem, true);
    assert_eq!(text(&client.send(&get(&server.url))), "HTTP/1.1");
    for distrusting in [Client::new(), trusting(&other.ca_pem, true)] {
        let outcome = distrusting.send(&get(&server.url));
        assert_eq!((outcome.status, code(&outcome).as_str()), (0, "tls_failed"), "{}", message(&outcome));
        assert!(message(&outcome).contains("certificate"), "{}", message(&outcome));
    }
    assert_eq!(text(&unverified().send(&get(&server.url))), "HTTP/1.1");
}

#[test]
fn the_name_in_the_certificate_has_to_match() {
    let server = TlsServer::new(&["http/1.1"]);
    let by_address = server.url.replace("localhost", "127.0.0.1");
    let outcome = trusting(&server.ca_pem, true).send(&get(&by_address));
    assert_eq!(code(&outcome), "tls_failed", "{}", message(&outcome));
    assert_eq!(text(&unverified().send(&get(&by_address))), "HTTP/1.1");
}

#[test]
fn a_self_signed_certificate_in_the_list_is_trusted() {
    let params = marked_as_ca(vec!["localhost".to_owned()]);
    let server = TlsServer::self_signed(&params);
    // The same name with another key.
    let twin = TlsServer::self_signed(&params);
    let client = trusting(&server.ca_pem, true);
    assert_eq!(text(&client.send(&get(&server.url))), "HTTP/1.1");
    for (client, url) in [
        (&client, &twin.url),
        (&client, &server.url.replace("localhost", "127.0.0.1")),
        (&Client::new(), &server.url),
    ] {
        assert_eq!(code(&client.send(&get(url))), "tls_failed", "{url}");
    }
}

#[test]
fn a_server_certificate_in_the_list_is_trusted_without_its_ca() {
    let server = TlsServer::new(&["http/1.1"]);
    let expired = TlsServer::with_leaf(&[], |leaf| {
        leaf.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let client = trusting(&server.leaf_pem, true);
    assert_eq!(text(&client.send(&get(&server.url))), "HTTP/1.1");
    let by_address = server.url.replace("localhost", "127.0.0.1");
    assert_eq!(code(&client.send(&get(&by_address))), "tls_failed");
    let outcome = trusting(&expired.leaf_pem, true).send(&get(&expired.url));
    assert_eq!(code(&outcome), "tls_failed");
    assert!(message(&outcome).contains("expired"), "{}", message(&outcome));
}

#[test]
fn an_expired_self_signed_certificate_is_rejected() {
    let mut params = marked_as_ca(vec!["localhost".to_owned()]);
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let server = TlsServer::self_signed(&params);
    let outcome = trusting(&server.ca_pem, true).send(&get(&server.url));
    assert_eq!(code(&outcome), "tls_failed");
    assert!(message(&outcome).contains("expired"), "{}", message(&outcome));
}

#[test]
fn http2_is_used_if_both_sides_support_it() {
    let server = TlsServer::new(&["h2", "http/1.1"]);
    assert_eq!(text(&trusting(&server.ca_pem, true).send(&get(&server.url))), "HTTP/2.0");
    assert_eq!(text(&trusting(&server.ca_pem, false).send(&get(&server.url))), "HTTP/1.1");
    let old = TlsServer::new(&["http/1.1"]);
    assert_eq!(text(&trusting(&old.ca_pem, true).send(&get(&old.url))), "HTTP/1.1");
}

#[test]
fn a_reset_stream_is_a_lost_connection_and_other_requests_succeed() {
    let server = TlsServer::new(&["h2"]);
    let client = trusting(&server.ca_pem, true);
    let outcome = client.send(&get(&format!("{}reset", server.url)));
    assert_eq!(code(&outcome), "connection_lost", "{}", message(&outcome));
    assert_eq!(text(&client.send(&get(&server.url))), "HTTP/2.0");
}

#[test]
fn a_peer_that_does_not_speak_tls_is_a_tls_failure() {
    let client = unverified();
    for reply in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b""] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let peer = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // Reads the ClientHello first: closing with unread bytes would send a reset.
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(reply).unwrap();
        });
        let outcome = client.send(&get(&url));
        assert_eq!(code(&outcome), "tls_failed", "{}", message(&outcome));
        peer.join().unwrap();
    }
}

#[test]
fn without_a_usable_issuer_only_tls_fails_and_with_the_reason() {
    let server = TlsServer::new(&["http/1.1"]);
    let config =
        json!({"verify": true, "issuers": "", "servers": "", "problem": "the file is empty", "http2": true});
    let outcome = Client::with_config(&config).unwrap().send(&get(&server.url));
    assert_eq!(code(&outcome), "tls_failed");
    assert!(message(&outcome).contains("the file is empty"), "{}", message(&outcome));
}

#[test]
fn what_a_listed_server_has_signed_is_not_trusted() {
    let server = TlsServer::new(&["http/1.1"]);
    let config = json!({"verify": true, "issuers": "", "servers": server.ca_pem, "http2": true});
    let outcome = Client::with_config(&config).unwrap().send(&get(&server.url));
    assert_eq!(code(&outcome), "tls_failed", "{}", message(&outcome));
}

#[test]
fn text_that_is_not_pem_is_rejected() {
    let pem = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    let config = json!({"verify": true, "issuers": pem, "servers": "", "http2": true});
    let error = Client::with_config(&config).err().unwrap();
    assert_eq!(serde_json::to_value(error.code).unwrap(), "invalid_argument");
}
