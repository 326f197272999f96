//! Maps errors of the HTTP libraries to reasons.

use std::error::Error as StdError;
use std::io;

use crate::causes::{causes, texts};
use crate::connect_error::ConnectError;
use crate::error::{Error, Reason};

const TOO_LARGE: &str = "message head is too large";

/// The part of an exchange in which it failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Before the head of the response was complete.
    Head,
    /// Within the body.
    Body,
}

/// The [`Error`] for an error of the HTTP client.
pub(crate) fn from_client(error: &(dyn StdError + 'static), phase: Phase) -> Error {
    if let Some(found) = causes(error).find_map(|cause| cause.downcast_ref::<ConnectError>()) {
        let detail = texts(causes(found).skip(1));
        return Error {
            number: found.number,
            at_proxy: found.at_proxy,
            ..Error::failed(found.reason, detail)
        };
    }
    Error::failed(reason(error, phase), texts(causes(error)))
}

/// The error for a body that ended early although the HTTP library reported success.
pub(crate) fn truncated_body() -> Error {
    Error::failed(Reason::LostBody, "the stream ended before the end of the body")
}

fn reason(error: &(dyn StdError + 'static), phase: Phase) -> Reason {
    if causes(error).any(|cause| cause.is::<rustls::Error>()) {
        return Reason::Tls;
    }
    if causes(error).any(is_too_large) {
        return Reason::HeadTooLarge;
    }
    match phase {
        _ if causes(error).any(is_protocol_error) => Reason::NotHttp,
        Phase::Head => Reason::LostHead,
        Phase::Body => Reason::LostBody,
    }
}

/// hyper has a method for this only in servers; a test shows that the text is the right one.
fn is_too_large(cause: &(dyn StdError + 'static)) -> bool {
    cause.downcast_ref::<hyper::Error>().is_some_and(|error| error.to_string() == TOO_LARGE)
}

fn is_protocol_error(cause: &(dyn StdError + 'static)) -> bool {
    // hyper reports broken chunks as an io::Error of these kinds.
    let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
        || cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)
        || cause.downcast_ref::<h2::Error>().is_some_and(h2::Error::is_library)
}
