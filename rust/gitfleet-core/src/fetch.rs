//! One request, from sending it to the decoded answer.

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
use crate::connecting::Silence;
use crate::fault::{Code, Fault};
use crate::projection::Projection;
use crate::queue::Answer;
use crate::request::Request;

/// How much of a body that does not decode is handed on, for the message.
const EXCERPT: usize = 512;
/// Bodies from this size on, which take more than 2 ms, are decoded where other requests need not wait for it.
/// A page of a hundred repositories has 560 KB: moving the worker to another thread would cost more than it spares.
const BIG: usize = 4 << 20;

pub(crate) async fn fetch(client: Client, request: Request, projection: Option<Arc<Projection>>) -> Answer {
    let is_head = request.http.method() == Method::HEAD;
    let wire = Wire {
        peer: Peer::new(request.http.url(), request.route.proxy.as_deref()),
        silence: request.read_timeout,
    };
    let response = match wire.head(async { client.execute(request.http).await }).await {
        Ok(response) => response,
        Err(fault) => return Answer::failed(fault),
    };
    let status = response.status();
    let mut answer =
        Answer { status: status.as_u16(), headers: listed(response.headers()), ..Answer::default() };
    if is_head || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return answer;
    }
    match wire.read_body(response, request.max_body).await {
        Ok(body) => answer.body = body,
        Err(fault) => answer.fault = Some(fault),
    }
    let has_rows = status.is_success() && status != StatusCode::RESET_CONTENT;
    match projection {
        Some(projection) if has_rows && answer.fault.is_none() => decode(answer, &projection),
        _ => answer,
    }
}

/// The connection as one request sees it.
struct Wire {
    peer: Peer,
    silence: Option<Duration>,
}

impl Wire {
    async fn read_body(&self, response: Response, limit: usize) -> Result<Vec<u8>, Fault> {
        let mut body = Body::new(response.headers(), response.content_length(), limit)?;
        let is_http2 = response.version() == Version::HTTP_2;
        let mut frames = reqwest::Body::from(response);
        while let Some(frame) = self.listen(async { frames.frame().await.transpose() }).await? {
            if let Ok(chunk) = frame.into_data() {
                body.add(&chunk)?;
            }
        }
        // hyper also ends a body where the server gives up its stream, or all of them, with NO_ERROR.
        let has_all_announced = frames.size_hint().exact() == Some(0);
        if is_http2 && !frames.is_end_stream() && !has_all_announced {
            return Err(classify::cut_off(&self.peer));
        }
        body.finish()
    }

    /// Waits for the answer to begin: once the connection is made, no longer than the peer may be silent.
    async fn head(&self, answer: impl Future<Output = reqwest::Result<Response>>) -> Result<Response, Fault> {
        let Some(limit) = self.silence else { return self.listen(answer).await };
        let silence = Silence::from_now();
        let mut answer = pin!(silence.watch(answer));
        let mut too_long = pin!(silence.longer_than(limit));
        let result = poll_fn(|context| match answer.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => too_long.as_mut().poll(context).map(|()| None),
        });
        let result = result.await.ok_or_else(|| self.silent(limit))?;
        result.map_err(|error| classify::fault(&error, &self.peer))
    }

    /// Waits for the next thing the peer has to say, but no longer than it may be silent.
    async fn listen<T>(&self, next: impl Future<Output = reqwest::Result<T>>) -> Result<T, Fault> {
        let result = match self.silence {
            None => next.await,
            Some(limit) => tokio::time::timeout(limit, next).await.map_err(|_| self.silent(limit))?,
        };
        result.map_err(|error| classify::fault(&error, &self.peer))
    }

    fn silent(&self, limit: Duration) -> Fault {
        let message = format!("{} was silent for {} s", self.peer.name(), limit.as_secs_f64());
        Fault::new(Code::TimeoutRead, message)
    }
}

fn decode(mut answer: Answer, projection: &Projection) -> Answer {
    let columns = if answer.body.len() < BIG {
        projection.decode(&answer.body)
    } else {
        tokio::task::block_in_place(|| projection.decode(&answer.body))
    };
    match columns {
        Ok(columns) => {
            answer.body = columns.bytes;
            answer.format = columns.format;
        }
        Err(fault) => {
            answer.body.truncate(EXCERPT);
            answer.fault = Some(fault);
        }
    }
    answer
}

/// As [`Answer::headers`] has them: neither names nor values can hold a NUL.
fn listed(headers: &HeaderMap) -> Vec<u8> {
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
