//! Requests and proxies as JSON.

use std::slice;

use hyper::Method;
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::http::uri::Scheme;
use serde_json::json;

use crate::error::ErrorCode;
use crate::request::Request;

const SECRET: &str = "s3cr3t-t0k3n";

/// An accepted request can be sent: no credentials in its URL, a URL that means the same when it is parsed again, and
/// framing by the engine alone. The error of a refused one contains no header value and no credentials of its proxy.
///
/// The input is a request, and part of the header and of the proxy of another one.
///
/// # Panics
/// If one of these properties is violated.
pub fn check_request(input: &[u8]) -> bool {
    let is_accepted = match Request::from_json(input, b"") {
        Ok(request) => {
            check_accepted(&request);
            true
        }
        Err(error) => {
            assert!(error.code == ErrorCode::InvalidRequest, "{error:?}");
            false
        }
    };
    if let Ok(text) = std::str::from_utf8(input) {
        check_secrets(text);
    }
    is_accepted
}

fn check_accepted(request: &Request) {
    let (method, uri) = (request.http.method(), request.http.uri());
    assert!(method != Method::CONNECT);
    assert!(matches!(uri.scheme(), Some(scheme) if [Scheme::HTTP, Scheme::HTTPS].contains(scheme)), "{uri}");
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    assert!(!authority.is_empty() && !authority.contains('@'), "{uri}");
    let text = uri.to_string();
    assert!(text.bytes().all(|byte| byte > b' ' && byte != 0x7f && byte != b'#'), "{uri}");
    let again = given(&text, &[], None);
    assert!(Request::from_json(&again, b"").is_ok_and(|again| again.http.uri() == uri), "{uri}");
    let headers = request.http.headers();
    assert!(!headers.contains_key(TRANSFER_ENCODING));
    assert!(headers.get_all(CONTENT_LENGTH).iter().all(|length| length == "0"));
    let mut values = headers.values().flat_map(|value| value.as_bytes());
    assert!(!values.any(|byte| matches!(byte, 0 | b'\r' | b'\n')));
    assert!(request.read_timeout.is_none_or(|timeout| !timeout.is_zero()));
    assert!(request.route.connect_timeout.is_none_or(|timeout| !timeout.is_zero()));
}

fn check_secrets(text: &str) {
    let header = ("authorization", format!("{text}{SECRET}"));
    let proxy = format!("http://user:{SECRET}@{text}");
    let url = "https://forge.example/";
    for request in [
        given(url, slice::from_ref(&header), None),
        given(url, &[], Some(&proxy)),
        given(url, &[header], Some(&format!("{text}:{SECRET}"))),
    ] {
        match Request::from_json(&request, b"") {
            Ok(request) => check_accepted(&request),
            Err(error) => assert!(!error.message.contains(SECRET), "{}", error.message),
        }
    }
}

fn given(url: &str, headers: &[(&str, String)], proxy: Option<&str>) -> Vec<u8> {
    let request = json!({
        "method": "GET",
        "url": url,
        "headers": headers,
        "proxy": proxy,
        "connect_timeout": 1,
        "read_timeout": 1,
        "max_body": 1,
    });
    request.to_string().into_bytes()
}
