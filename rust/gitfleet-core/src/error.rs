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
    /// No connection: name resolution failed, it was refused or unreachable, or the proxy failed.
    ConnectionFailed,
    /// The proxy requires credentials, or rejected them.
    ProxyAuthRequired,
    /// The proxy does not allow the connection.
    ProxyRefused,
    /// The TLS handshake or the certificate verification failed.
    TlsFailed,
    /// Connecting took longer than `connect_timeout`.
    TimeoutConnect,
    /// The peer was silent for longer than `read_timeout`.
    TimeoutRead,
    /// The connection broke before the response was complete.
    ConnectionLost,
    /// The server certainly did not process the request (HTTP/2), in every attempt.
    NotProcessed,
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

/// Why a request failed, in more detail than its code. The Python side has the words for each reason, which both
/// engines share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The host name has no address.
    Unresolved,
    /// No TCP connection; the number is the system's error.
    Connect,
    /// The proxy ended the connection before it responded to CONNECT.
    TunnelLost,
    /// The proxy's response to CONNECT is not valid HTTP.
    TunnelGarbled,
    /// The proxy responded to CONNECT with an error that may pass; the number is the status.
    TunnelFailed,
    /// The proxy responded to CONNECT with 407.
    ProxyAuth,
    /// The proxy responded to CONNECT with a status that is final; the number is the status.
    ProxyRefused,
    /// No trusted authority has signed the certificate, or it is not valid.
    TlsUntrusted,
    /// The certificate has expired.
    TlsExpired,
    /// The certificate is not valid yet.
    TlsEarly,
    /// The certificate is for another host.
    TlsName,
    /// The peer closed the connection in the handshake.
    TlsCut,
    /// The peer sent an alert.
    TlsRefused,
    /// The peer does not speak TLS.
    TlsNot,
    /// Any other failure of TLS.
    Tls,
    /// Connecting took longer than `connect_timeout`.
    TimeoutConnect,
    /// The peer was silent for longer than `read_timeout`.
    TimeoutRead,
    /// The connection broke before the head of the response was complete.
    LostHead,
    /// The connection broke within the body of the response.
    LostBody,
    /// The server certainly did not process the request.
    NotProcessed,
    /// The response is not valid HTTP.
    NotHttp,
    /// The head of the response is too large.
    HeadTooLarge,
    /// The body has an encoding that was not requested; the message is its name.
    Encoding,
    /// The body cannot be decompressed.
    Undecodable,
    /// The body is longer than `max_body`.
    BodyTooLarge,
    /// The body has far more bytes than its compressed form.
    Inflated,
}

impl Reason {
    /// The code of this reason.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Unresolved
            | Self::Connect
            | Self::TunnelLost
            | Self::TunnelGarbled
            | Self::TunnelFailed => ErrorCode::ConnectionFailed,
            Self::ProxyAuth => ErrorCode::ProxyAuthRequired,
            Self::ProxyRefused => ErrorCode::ProxyRefused,
            Self::TlsUntrusted
            | Self::TlsExpired
            | Self::TlsEarly
            | Self::TlsName
            | Self::TlsCut
            | Self::TlsRefused
            | Self::TlsNot
            | Self::Tls => ErrorCode::TlsFailed,
            Self::TimeoutConnect => ErrorCode::TimeoutConnect,
            Self::TimeoutRead => ErrorCode::TimeoutRead,
            Self::LostHead | Self::LostBody => ErrorCode::ConnectionLost,
            Self::NotProcessed => ErrorCode::NotProcessed,
            Self::NotHttp | Self::HeadTooLarge | Self::Encoding | Self::Undecodable => {
                ErrorCode::ProtocolError
            }
            Self::BodyTooLarge | Self::Inflated => ErrorCode::BodyTooLarge,
        }
    }
}

/// An error: its code, a message, and the position of a decoding error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    /// The kind of error.
    pub code: ErrorCode,
    /// The message with its causes; contains no header value and no proxy credentials. Of an error with a reason it is
    /// a detail for debugging, in the words of the library that found the error.
    pub message: String,
    /// Why a request failed; None for errors of arguments, decoding and the engine itself.
    pub reason: Option<Reason>,
    /// Number that belongs to the reason: an error of the system or a status.
    pub number: Option<i32>,
    /// Whether a failure of TLS concerns the proxy, not the server.
    pub at_proxy: bool,
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
        let message = message.into();
        Self {
            code,
            message,
            reason: None,
            number: None,
            at_proxy: false,
            byte: None,
            row: None,
            field: None,
        }
    }

    /// The error of a request that failed for this reason.
    pub fn failed(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason: Some(reason), ..Self::new(reason.code(), detail) }
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
