//! Errors, in the form in which they leave the engine.

use std::fmt;

use serde::Serialize;

/// The stable name of a kind of error; both engines use the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The configuration or projection is not valid.
    InvalidArgument,
    /// The request is not valid and was not sent.
    InvalidRequest,
    /// No connection: name resolution failed, it was refused or unreachable, or the proxy refused the tunnel.
    ConnectionFailed,
    /// The TLS handshake or the certificate verification failed.
    TlsFailed,
    /// Connecting took longer than `connect_timeout`.
    TimeoutConnect,
    /// The peer was silent for longer than `read_timeout`.
    TimeoutRead,
    /// The connection broke before the response was complete.
    ConnectionLost,
    /// The response is not valid HTTP, or its content encoding is broken.
    ProtocolError,
    /// The body is longer than `max_body`.
    BodyTooLarge,
    /// The body is not JSON.
    DecodeJson,
    /// The body is JSON but does not match the projection.
    DecodeShape,
    /// The request was cancelled.
    Cancelled,
    /// The engine was closed.
    Closed,
    /// A bug in the engine: a caught panic.
    Internal,
}

/// An error: its code, a message, and the position of a decoding error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    /// The kind of error.
    pub code: ErrorCode,
    /// The message with its causes; contains no header value and no proxy credentials.
    pub message: String,
    /// Offset of a JSON error in the body, in bytes from 0.
    pub byte: Option<usize>,
    /// Row of a shape error, from 0; None when the error is on the path to the rows.
    pub row: Option<usize>,
    /// Path of the field with the shape error, its keys joined with dots.
    pub field: Option<String>,
}

impl Error {
    /// An error without a position.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), byte: None, row: None, field: None }
    }

    /// The error as a JSON object.
    pub fn to_json(&self) -> String {
        // A struct of strings and numbers always serializes; the fallback only avoids a panic in this code.
        serde_json::to_string(self).unwrap_or_else(|_| r#"{"code":"internal","message":""}"#.to_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
