//! Sends requests again that no server has processed.
//!
//! An HTTP/2 server ends a connection by naming the last stream that it serves, and may refuse single streams. All
//! others were certainly not processed, so that also writes can be sent again.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Body;
use hyper::http::uri::Authority;
use hyper::{Method, Request};
use hyper_util::client::legacy::Error as ClientError;
use tokio::sync::Semaphore;

use crate::causes::{causes, texts};
use crate::connect_error::ConnectError;
use crate::error::{Error, Reason};

/// How many requests are sent again at the same time to one server. A server that serves few requests per connection
/// would refuse most of many, again and again.
const AT_ONCE: usize = 4;
/// The sends that follow each other without a pause.
const WITHOUT_PAUSE: u32 = 3;
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// The text of hyper-util's error for a connection that was closed before it accepted the request, or was not opened
/// because another one turned out to be HTTP/2.
const CANCELED: &str = "client error (Canceled)";
/// The text of hyper's error for a request whose connection ended before it was sent completely.
const DROPPED: &str = "dispatch task is gone";

/// Whether the request found no usable connection in the pool, although one could have been opened.
fn is_without_connection(error: &(dyn StdError + 'static)) -> bool {
    let is_from_pool = causes(error)
        .filter_map(|cause| cause.downcast_ref::<ClientError>())
        .any(|error| error.is_connect() || error.to_string() == CANCELED);
    is_from_pool && !causes(error).any(|cause| cause.is::<ConnectError>())
}

/// Whether a server may execute the request, with effect, when it has received the head. A request with a body is
/// malformed until the announced length has arrived (RFC 9113, 8.1.1).
pub(crate) fn is_executed_by_its_head(request: &Request<Full<Bytes>>) -> bool {
    !matches!(*request.method(), Method::GET | Method::HEAD) && request.body().is_end_stream()
}

/// Limits by server how many requests are sent again at the same time.
#[derive(Clone, Default)]
pub(crate) struct ResendLimits(Arc<Mutex<HashMap<Authority, Arc<Semaphore>>>>);

impl ResendLimits {
    pub(crate) fn of(&self, server: &Authority) -> Arc<Semaphore> {
        let mut limits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(limits.entry(server.clone()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
    }
}

/// Why a request was certainly not processed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The connection was closed before it accepted the request.
    Unsent,
    /// The server ends the connection without an error, or refused the stream.
    Refused,
    /// The server ends the connection with an error, and a pause is due.
    Rejected,
}

impl Refusal {
    /// None if the server may have processed the request.
    ///
    /// `is_of_stream`: an error of HTTP/2 is that of the request's own stream, or the request has no effect before its
    /// body.
    pub(crate) fn of(
        error: &(dyn StdError + 'static),
        request: &Request<Full<Bytes>>,
        is_of_stream: bool,
    ) -> Option<Self> {
        if is_without_connection(error) {
            return Some(Self::Unsent);
        }
        causes(error).find_map(|cause| {
            if let Some(error) = cause.downcast_ref::<h2::Error>() {
                return is_of_stream.then(|| Self::of_http2(error)).flatten();
            }
            let error = cause.downcast_ref::<hyper::Error>()?;
            // A request that waits for a free stream is dropped when the connection ends: its head may have been sent,
            // its body was not.
            let was_dropped = error.is_user() && error.to_string().starts_with(DROPPED);
            (was_dropped && !is_executed_by_its_head(request)).then_some(Self::Unsent)
        })
    }

    /// A stream fails with the error of a received GOAWAY only if its number is above the last one that the server
    /// names, or if it was never opened (RFC 9113, 6.8). A refused stream was not processed (8.7).
    fn of_http2(error: &h2::Error) -> Option<Self> {
        match (error.is_remote(), error.is_go_away(), error.reason()) {
            (true, true, Some(h2::Reason::NO_ERROR)) | (true, false, Some(h2::Reason::REFUSED_STREAM)) => {
                Some(Self::Refused)
            }
            (true, true, _) => Some(Self::Rejected),
            _ => None,
        }
    }

    /// How often a request is sent at most.
    pub(crate) fn most_sends(self) -> u32 {
        match self {
            Self::Unsent => 6,
            Self::Refused => 20,
            Self::Rejected => 1,
        }
    }

    /// The error after the last time.
    pub(crate) fn error(self, error: &(dyn StdError + 'static), sends: u32) -> Error {
        let reason = if self == Self::Unsent { Reason::LostHead } else { Reason::NotProcessed };
        Error { number: i32::try_from(sends).ok(), ..Error::failed(reason, texts(causes(error))) }
    }
}

/// Waits before a request is sent again that was sent `sends` times.
pub(crate) async fn pause(sends: u32) {
    if sends >= WITHOUT_PAUSE {
        let factor = 1 << (sends - WITHOUT_PAUSE).min(10);
        tokio::time::sleep((SHORTEST_PAUSE * factor).min(LONGEST_PAUSE)).await;
    }
}
