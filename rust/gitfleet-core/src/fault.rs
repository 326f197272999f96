//! What can go wrong, in the form in which it leaves the engine.

use serde::Serialize;

/// The stable name of a failure; both engines use the same ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A configuration or projection that cannot be used.
    InvalidArgument,
    /// A request that cannot be sent as it stands.
    InvalidRequest,
    /// No connection: name resolution, refused, unreachable, or the proxy would not open a tunnel.
    ConnectionFailed,
    /// The TLS handshake or the certificate.
    TlsFailed,
    /// Connecting took longer than `connect_timeout`.
    TimeoutConnect,
    /// The peer was silent for longer than `read_timeout`.
    TimeoutRead,
    /// The connection broke before the answer was complete.
    ConnectionLost,
    /// The answer is not valid HTTP, or its content-encoding is broken.
    ProtocolError,
    /// The body is longer than `max_body`.
    BodyTooLarge,
    /// The body is not JSON.
    DecodeJson,
    /// The body is JSON, but not of the shape the projection asks for.
    DecodeShape,
    /// The request was cancelled.
    Cancelled,
    /// The engine was closed.
    Closed,
    /// A defect of the engine itself: a panic, caught.
    Internal,
}

/// One failure: its code, a sentence for people, and for decoding errors the place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What kind of failure it is.
    pub code: Code,
    /// A sentence with the causes; holds no header value and no proxy credentials.
    pub message: String,
    /// Offset in the body, in bytes from 0, of a JSON error.
    pub byte: Option<usize>,
    /// Row, from 0, of a shape error; none when it is about the way to the rows.
    pub row: Option<usize>,
    /// Path of the field with the shape error, joined with dots.
    pub field: Option<String>,
}

impl Fault {
    /// A failure without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), byte: None, row: None, field: None }
    }

    /// The failure as a JSON object.
    pub fn to_json(&self) -> String {
        // A struct of strings and numbers always serialises; the fallback only keeps this free of a panic.
        serde_json::to_string(self).unwrap_or_else(|_| r#"{"code":"internal","message":""}"#.to_owned())
    }
}
