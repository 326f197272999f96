//! Maps errors of the HTTP libraries to error codes.

use std::error::Error as StdError;
use std::io;

use crate::error::{Error, ErrorCode};

/// The server of a request, for messages: without user, password, path and query.
pub(crate) struct Peer {
    origin: String,
    proxy: Option<String>,
    is_https: bool,
}

impl Peer {
    pub(crate) fn new(url: &reqwest::Url, proxy: Option<&str>) -> Self {
        let proxy = proxy.and_then(|proxy| reqwest::Url::parse(proxy).ok());
        Self {
            origin: url.origin().ascii_serialization(),
            proxy: proxy.map(|proxy| proxy.origin().ascii_serialization()),
            is_https: url.scheme() == "https",
        }
    }

    /// `https://host`, with the proxy if there is one.
    pub(crate) fn name(&self) -> String {
        match &self.proxy {
            None => self.origin.clone(),
            Some(proxy) => format!("{} through the proxy {proxy}", self.origin),
        }
    }
}

/// The [`Error`] for an error of reqwest.
pub(crate) fn from_reqwest(error: &reqwest::Error, peer: &Peer) -> Error {
    let code = code(error, peer);
    let name = peer.name();
    let what = match code {
        ErrorCode::TlsFailed => format!("TLS with {name} failed"),
        ErrorCode::TimeoutConnect => format!("connecting to {name} took too long"),
        ErrorCode::ConnectionFailed => format!("could not connect to {name}"),
        ErrorCode::ProtocolError => format!("the response of {name} is not valid HTTP"),
        _ => format!("the connection to {name} was lost"),
    };
    // reqwest's own text is dropped: it adds nothing but the URL, which may have a secret in its query.
    let mut texts: Vec<String> = causes(error).skip(1).map(ToString::to_string).collect();
    texts.dedup();
    texts.insert(0, what);
    Error::new(code, texts.join(": "))
}

/// The error for a body that ended early although the HTTP library reported success.
pub(crate) fn truncated_body(peer: &Peer) -> Error {
    let name = peer.name();
    Error::new(ErrorCode::ConnectionLost, format!("{name} ended its response before the end of the body"))
}

fn code(error: &reqwest::Error, peer: &Peer) -> ErrorCode {
    if causes(error).any(|cause| cause.is::<rustls::Error>()) {
        return ErrorCode::TlsFailed;
    }
    if error.is_connect() {
        let is_cut_off = causes(error).any(|cause| io_kind(cause) == Some(io::ErrorKind::UnexpectedEof));
        return match (error.is_timeout(), is_cut_off && peer.is_https) {
            (true, _) => ErrorCode::TimeoutConnect,
            // Of all steps of connecting, only the TLS handshake reads.
            (false, true) => ErrorCode::TlsFailed,
            (false, false) => ErrorCode::ConnectionFailed,
        };
    }
    if causes(error).any(is_protocol_error) { ErrorCode::ProtocolError } else { ErrorCode::ConnectionLost }
}

fn is_protocol_error(cause: &(dyn StdError + 'static)) -> bool {
    // hyper reports broken chunks as an io::Error of these kinds.
    let is_malformed =
        matches!(io_kind(cause), Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput));
    is_malformed
        || cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)
        || cause.downcast_ref::<h2::Error>().is_some_and(h2::Error::is_library)
}

fn io_kind(cause: &(dyn StdError + 'static)) -> Option<io::ErrorKind> {
    cause.downcast_ref::<io::Error>().map(io::Error::kind)
}

/// The error and the chain of its causes.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // The source of an io::Error that wraps an error is that error's source: the wrapped one would be skipped.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}
