//! Sends one request and decodes its response.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Body as _;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response, StatusCode, Version};

use crate::body::Body;
use crate::classify::{self, Peer};
use crate::completions::Outcome;
use crate::error::{Error, ErrorCode};
use crate::projection::Projection;
use crate::read_timeout::IdleClock;
use crate::request::Request;

/// Bytes of a body that failed to decode which are kept for the error message.
const EXCERPT: usize = 512;
/// From this size on, decoding takes more than 2 ms and must not block other requests of the worker thread.
/// A page of a hundred repositories has 560 KB: for it, moving the other requests to another thread costs more
/// than it saves.
const BLOCKING_SIZE: usize = 4 << 20;

pub(crate) async fn fetch(client: Client, request: Request, projection: Option<Arc<Projection>>) -> Outcome {
    let is_head = request.http.method() == Method::HEAD;
    let exchange = Exchange {
        peer: Peer::new(request.http.url(), request.route.proxy.as_deref()),
        read_timeout: request.read_timeout,
    };
    let response = match exchange.read_head(async { client.execute(request.http).await }).await {
        Ok(response) => response,
        Err(error) => return Outcome::failed(error),
    };
    let status = response.status();
    let mut outcome = Outcome {
        status: status.as_u16(),
        headers: encode_headers(response.headers()),
        ..Outcome::default()
    };
    if is_head || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return outcome;
    }
    match exchange.read_body(response, request.max_body).await {
        Ok(body) => outcome.body = body,
        Err(error) => outcome.error = Some(error),
    }
    let has_rows = status.is_success() && status != StatusCode::RESET_CONTENT;
    match projection {
        Some(projection) if has_rows && outcome.error.is_none() => decode(outcome, &projection),
        _ => outcome,
    }
}

/// The peer and the read timeout of one request.
struct Exchange {
    peer: Peer,
    read_timeout: Option<Duration>,
}

impl Exchange {
    async fn read_body(&self, response: Response, limit: usize) -> Result<Vec<u8>, Error> {
        let mut body = Body::new(response.headers(), response.content_length(), limit)?;
        let is_http2 = response.version() == Version::HTTP_2;
        let mut frames = reqwest::Body::from(response);
        while let Some(frame) = self.read(async { frames.frame().await.transpose() }).await? {
            if let Ok(chunk) = frame.into_data() {
                body.add(&chunk)?;
            }
        }
        // hyper also ends a body without an error when the server resets the stream, or closes the connection,
        // with NO_ERROR.
        let has_all_announced = frames.size_hint().exact() == Some(0);
        if is_http2 && !frames.is_end_stream() && !has_all_announced {
            return Err(classify::truncated_body(&self.peer));
        }
        body.finish()
    }

    /// Waits for the response head. The read timeout counts from when the connection is established.
    async fn read_head(
        &self,
        response: impl Future<Output = reqwest::Result<Response>>,
    ) -> Result<Response, Error> {
        let Some(limit) = self.read_timeout else { return self.read(response).await };
        let clock = IdleClock::start();
        let mut response = pin!(clock.track(response));
        let mut expired = pin!(clock.expired(limit));
        let result = poll_fn(|context| match response.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => expired.as_mut().poll(context).map(|()| None),
        });
        let result = result.await.ok_or_else(|| self.timed_out(limit))?;
        result.map_err(|error| classify::from_reqwest(&error, &self.peer))
    }

    /// Waits for the next data from the peer, for at most the read timeout.
    async fn read<T>(&self, next: impl Future<Output = reqwest::Result<T>>) -> Result<T, Error> {
        let result = match self.read_timeout {
            None => next.await,
            Some(limit) => tokio::time::timeout(limit, next).await.map_err(|_| self.timed_out(limit))?,
        };
        result.map_err(|error| classify::from_reqwest(&error, &self.peer))
    }

    fn timed_out(&self, limit: Duration) -> Error {
        let message = format!("{} was silent for {} s", self.peer.name(), limit.as_secs_f64());
        Error::new(ErrorCode::TimeoutRead, message)
    }
}

fn decode(mut outcome: Outcome, projection: &Projection) -> Outcome {
    let columns = if outcome.body.len() < BLOCKING_SIZE {
        projection.decode(&outcome.body)
    } else {
        tokio::task::block_in_place(|| projection.decode(&outcome.body))
    };
    match columns {
        Ok(columns) => {
            outcome.body = columns.bytes;
            outcome.format = columns.format;
        }
        Err(error) => {
            outcome.body.truncate(EXCERPT);
            outcome.error = Some(error);
        }
    }
    outcome
}

/// Headers in the format of [`Outcome::headers`]: neither names nor values can contain a NUL.
fn encode_headers(headers: &HeaderMap) -> Vec<u8> {
    let length = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 2).sum();
    let mut out = Vec::with_capacity(length);
    for (name, value) in headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.push(0);
        out.extend_from_slice(value.as_bytes());
        out.push(0);
    }
    out
}
