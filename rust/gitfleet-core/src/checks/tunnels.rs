//! Responses of proxies to CONNECT.

use std::sync::atomic::Ordering;

use hyper::Uri;

use super::cuts::Cuts;
use super::peer::{Peer, run};
use crate::error::Reason;
use crate::tunnel;

/// How a tunnel was opened, or was not.
struct Opened {
    error: Option<(Reason, Option<i32>)>,
    /// Number of bytes that were read of the proxy's.
    read: usize,
}

/// A proxy's response in pieces has the same result as byte by byte. No byte behind its head is lost: the server's
/// handshake begins there.
///
/// The first byte is the seed of lengths.
///
/// # Panics
/// If one of these properties is violated.
pub fn check_tunnel(input: &[u8]) -> bool {
    let [seed, response @ ..] = input else { return false };
    let exact = open(Peer::new(response.chunks(1)));
    let pieces = open(Peer::new(Cuts::new(response, *seed)));
    let whole = open(Peer::new([response].into_iter()));
    let head = &response[..exact.read];
    if exact.error.is_none() {
        let text = String::from_utf8_lossy(head).replace('\r', "");
        let status = text.lines().rfind(|line| line.starts_with("HTTP/1."));
        let is_success = status.is_some_and(|line| line.get(8..10) == Some(" 2"));
        assert!(is_success && text.ends_with("\n\n"), "no success: {text:?}");
    }
    for other in [&pieces, &whole] {
        if exact.error.is_none() && other.read > exact.read {
            // The bytes came with the head: they are the proxy's.
            assert_eq!(other.error, Some((Reason::TunnelGarbled, None)));
        } else {
            assert_eq!(other.error, exact.error);
            assert!(other.read >= exact.read);
        }
    }
    exact.error.is_none()
}

fn open(peer: Peer) -> Opened {
    let read = peer.read();
    let uri = Uri::from_static("https://forge.example/");
    let error = run(tunnel::open(peer, &uri, None)).err();
    Opened { error: error.map(|error| (error.reason, error.number)), read: read.load(Ordering::Relaxed) }
}
