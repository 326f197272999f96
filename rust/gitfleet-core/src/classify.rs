//! Which failure an error of the HTTP libraries is.

use std::error::Error;
use std::io;

use crate::fault::{Code, Fault};

/// Where a request goes, for messages: no user, password, path or query in it.
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

    /// `https://host`, and through which proxy.
    pub(crate) fn name(&self) -> String {
        match &self.proxy {
            None => self.origin.clone(),
            Some(proxy) => format!("{} through the proxy {proxy}", self.origin),
        }
    }
}

/// The failure that `error` means.
pub(crate) fn fault(error: &reqwest::Error, peer: &Peer) -> Fault {
    let code = code(error, peer);
    let name = peer.name();
    let what = match code {
        Code::TlsFailed => format!("TLS with {name} failed"),
        Code::TimeoutConnect => format!("connecting to {name} took too long"),
        Code::ConnectionFailed => format!("could not connect to {name}"),
        Code::ProtocolError => format!("the answer of {name} is not valid HTTP"),
        _ => format!("the connection to {name} was lost"),
    };
    // reqwest's own text only says that something failed, and where: the URL may have a secret in its query.
    let mut texts: Vec<String> = causes(error).skip(1).map(ToString::to_string).collect();
    texts.dedup();
    texts.insert(0, what);
    Fault::new(code, texts.join(": "))
}

/// The failure that an answer is which ended before its end without an error.
pub(crate) fn cut_off(peer: &Peer) -> Fault {
    let name = peer.name();
    Fault::new(Code::ConnectionLost, format!("{name} ended its answer before the end of the body"))
}

fn code(error: &reqwest::Error, peer: &Peer) -> Code {
    if causes(error).any(|cause| cause.is::<rustls::Error>()) {
        return Code::TlsFailed;
    }
    if error.is_connect() {
        let is_cut_off = causes(error).any(|cause| io_kind(cause) == Some(io::ErrorKind::UnexpectedEof));
        return match (error.is_timeout(), is_cut_off && peer.is_https) {
            (true, _) => Code::TimeoutConnect,
            // Only a handshake reads while it connects.
            (false, true) => Code::TlsFailed,
            (false, false) => Code::ConnectionFailed,
        };
    }
    if causes(error).any(is_protocol_error) { Code::ProtocolError } else { Code::ConnectionLost }
}

fn is_protocol_error(cause: &(dyn Error + 'static)) -> bool {
    // Broken chunks come as an io::Error of these kinds.
    let is_garbled = matches!(io_kind(cause), Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput));
    is_garbled
        || cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)
        || cause.downcast_ref::<h2::Error>().is_some_and(h2::Error::is_library)
}

fn io_kind(cause: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    cause.downcast_ref::<io::Error>().map(io::Error::kind)
}

/// The error and everything that led to it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An io::Error around another error gives as its source that error's source, and hides itself.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
