//! Tunnels through an HTTP proxy (CONNECT).

use httparse::Status;
use hyper::Uri;
use hyper::header::HeaderValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::connect_error::ConnectError;
use crate::error::Reason;
use crate::stream::Stream;

/// Largest head of a proxy's response. Pages of proxies that explain a refusal are bodies, which are not read.
const MAX_HEAD: usize = 64 << 10;
const MAX_HEADERS: usize = 100;

/// Has the proxy connect `stream` to the server of `uri`.
pub(crate) async fn open<S: Stream>(
    mut stream: S,
    uri: &Uri,
    authorization: Option<&HeaderValue>,
) -> Result<S, ConnectError> {
    let lost = |error| ConnectError::caused(Reason::TunnelLost, error);
    stream.write_all(&request(uri, authorization)).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    let mut head = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut head).await.map_err(lost)? == 0 {
            return Err(ConnectError::new(Reason::TunnelLost));
        }
        // 1xx responses precede the final one.
        while let Some((status, length)) = parse(&head)? {
            if status >= 200 {
                return check(status, head.len() - length).map(|()| stream);
            }
            head.drain(..length);
        }
        if head.len() > MAX_HEAD {
            return Err(ConnectError::new(Reason::TunnelGarbled));
        }
    }
}

fn request(uri: &Uri, authorization: Option<&HeaderValue>) -> Vec<u8> {
    let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(443));
    let mut bytes = format!("CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n").into_bytes();
    if let Some(value) = authorization {
        bytes.extend_from_slice(b"proxy-authorization: ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// Status and length of a complete head.
fn parse(head: &[u8]) -> Result<Option<(u16, usize)>, ConnectError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(head) {
        Ok(Status::Complete(length)) => Ok(Some((response.code.unwrap_or_default(), length))),
        Ok(Status::Partial) => Ok(None),
        Err(error) => Err(ConnectError::caused(Reason::TunnelGarbled, error)),
    }
}

fn check(status: u16, bytes_left: usize) -> Result<(), ConnectError> {
    match status {
        // The server waits for the TLS handshake: bytes before it are the proxy's.
        200..300 if bytes_left == 0 => Ok(()),
        200..300 => Err(ConnectError::new(Reason::TunnelGarbled)),
        407 => Err(ConnectError::with_status(Reason::ProxyAuth, status)),
        408 | 425 | 429 | 500 | 502..=504 => Err(ConnectError::with_status(Reason::TunnelFailed, status)),
        _ => Err(ConnectError::with_status(Reason::ProxyRefused, status)),
    }
}
