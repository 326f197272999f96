//! Parses and validates a request before anything is sent.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, RANGE,
    TRANSFER_ENCODING,
};
use hyper::http::uri::Scheme;
use hyper::{Method, Uri};
use serde::Deserialize;
use url::Url;

use crate::clients::Route;
use crate::error::{Error, ErrorCode};
use crate::proxy::Proxy;

// No `Debug` on the types in this file: headers and proxy contain secrets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    proxy: Option<String>,
    connect_timeout: Option<f64>,
    read_timeout: Option<f64>,
    max_body: u64,
}

/// A validated request.
pub struct Request {
    pub(crate) http: hyper::Request<Full<Bytes>>,
    pub(crate) route: Route,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) max_body: usize,
}

impl Request {
    /// Parses `{"method", "url", "headers": [[name, value]...], "proxy", "connect_timeout", "read_timeout",
    /// "max_body"}`: timeouts in seconds, `max_body` in bytes, null for none. Header values are text in which each
    /// character is one byte (up to U+00FF), as in responses.
    ///
    /// # Errors
    /// `invalid_request` for a request that cannot be sent. The message quotes no header value and no proxy URL.
    pub fn from_json(text: &[u8], body: &[u8]) -> Result<Self, Error> {
        // serde_json's message quotes the invalid value, which may be a token: only the position is reported.
        let spec: Spec = serde_json::from_slice(text).map_err(|error| {
            invalid(format!(
                "the request does not have the form that the engine expects (line {}, column {})",
                error.line(),
                error.column()
            ))
        })?;
        let proxy = spec.proxy.as_deref().map(Proxy::parse).transpose()?;
        let connect_timeout = duration("connect_timeout", spec.connect_timeout)?;
        let mut http = hyper::Request::new(Full::from(body.to_vec()));
        *http.method_mut() = read_method(&spec.method)?;
        *http.uri_mut() = read_url(&spec.url)?;
        *http.headers_mut() = read_headers(&spec.headers, body.len())?;
        let is_forwarded = http.uri().scheme() == Some(&Scheme::HTTP);
        if let Some(value) = proxy.and_then(|proxy| proxy.authorization).filter(|_| is_forwarded) {
            http.headers_mut().entry(PROXY_AUTHORIZATION).or_insert(value);
        }
        Ok(Self {
            http,
            route: Route { connect_timeout, proxy: spec.proxy },
            read_timeout: duration("read_timeout", spec.read_timeout)?,
            max_body: usize::try_from(spec.max_body).unwrap_or(usize::MAX),
        })
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidRequest, message)
}

fn read_method(name: &str) -> Result<Method, Error> {
    match Method::from_bytes(name.as_bytes()) {
        Ok(Method::CONNECT) => Err(invalid("the method CONNECT is for proxies only")),
        Ok(method) => Ok(method),
        Err(_) => Err(invalid(format!("{name:?} is not an HTTP method"))),
    }
}

/// The URL without user information and fragment, which are not sent.
fn read_url(text: &str) -> Result<Uri, Error> {
    let mut url = Url::parse(text).map_err(|error| invalid(format!("{text:?} is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(format!("{text:?} is not an http or https URL")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // They fail only for URLs without a host.
        let _ = (url.set_username(""), url.set_password(None));
    }
    url.as_str().parse().map_err(|_| invalid(format!("{text:?} is not a URL that can be sent")))
}

fn read_headers(pairs: &[(String, String)], body_len: usize) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::with_capacity(pairs.len() + 2);
    for (name, value) in pairs {
        let bad = |reason: &str| invalid(format!("header {name:?}: {reason}"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("the name is not allowed"))?;
        let value: Option<Vec<u8>> = value.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect();
        let value = value.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok());
        let value = value.ok_or_else(|| bad("the value has a character that is not allowed"))?;
        // The engine does the framing: with a wrong length, part of a body could be read as another request.
        let is_wrong_length = key == CONTENT_LENGTH && value.as_bytes() != body_len.to_string().as_bytes();
        if key == TRANSFER_ENCODING || is_wrong_length {
            return Err(bad("it does not fit the body"));
        }
        headers.append(key, value);
    }
    // No compression for ranges: a part of a compressed body cannot be decompressed.
    if !headers.contains_key(ACCEPT_ENCODING) && !headers.contains_key(RANGE) {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(headers)
}

fn duration(name: &str, seconds: Option<f64>) -> Result<Option<Duration>, Error> {
    let Some(seconds) = seconds else { return Ok(None) };
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(Some(duration)),
        _ => Err(invalid(format!("{name} has to be more than 0 seconds, not {seconds}"))),
    }
}
