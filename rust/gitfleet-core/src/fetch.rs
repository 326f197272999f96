//! Sends one request and decodes its response.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Frame, Incoming};
use hyper::header::HeaderMap;
use hyper::http::uri::Scheme;
use hyper::{Method, Response, StatusCode, Version};
use hyper_util::client::legacy::Error as ClientError;
use hyper_util::client::legacy::connect::capture_connection;

use crate::body::Body;
use crate::classify::{self, Phase};
use crate::clients::Client;
use crate::completions::Outcome;
use crate::error::{Error, Reason};
use crate::projection::Projection;
use crate::read_timeout::IdleClock;
use crate::request::Request;
use crate::resend::{self, Refusal};
use crate::unsent::is_left_behind;
use crate::watched::{Watch, WatchedBody};

/// Bytes of a body that failed to decode which are kept for the error message.
const EXCERPT: usize = 512;
/// From this size on, decoding takes more than 2 ms and must not block other requests of the worker thread.
/// A page of a hundred repositories has 560 KB: for it, moving the other requests to another thread costs more
/// than it saves.
const BLOCKING_SIZE: usize = 4 << 20;

pub(crate) async fn fetch(client: Client, request: Request, projection: Option<Arc<Projection>>) -> Outcome {
    let is_head = request.http.method() == Method::HEAD;
    let exchange = Exchange { read_timeout: request.read_timeout };
    let response = match exchange.send(&client, request.http).await {
        Ok(response) => response,
        Err(error) => return Outcome::failed(error),
    };
    exchange.receive(response, is_head, request.max_body, projection).await
}

type HttpRequest = hyper::Request<Full<Bytes>>;

/// Why one sending of a request failed.
enum Failure {
    /// `is_of_stream`: an error of HTTP/2 is certainly that of the request's own stream.
    Client {
        error: ClientError,
        is_of_stream: bool,
    },
    Silent(Error),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Client { error, .. } => classify::from_client(&error, Phase::Head),
            Failure::Silent(error) => error,
        }
    }
}

/// The exchange of one request and its response.
pub(crate) struct Exchange {
    pub(crate) read_timeout: Option<Duration>,
}

impl Exchange {
    /// Reads the body of a response and decodes it.
    pub(crate) async fn receive(
        &self,
        response: Response<Incoming>,
        is_head: bool,
        max_body: usize,
        projection: Option<Arc<Projection>>,
    ) -> Outcome {
        let status = response.status();
        let mut outcome = Outcome {
            status: status.as_u16(),
            headers: encode_headers(response.headers()),
            ..Outcome::default()
        };
        if is_head || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            return outcome;
        }
        match self.read_body(response, max_body).await {
            Ok(body) => outcome.body = body,
            Err(error) => outcome.error = Some(error),
        }
        let has_rows = status.is_success() && status != StatusCode::RESET_CONTENT;
        match projection {
            Some(projection) if has_rows && outcome.error.is_none() => decode(outcome, &projection),
            _ => outcome,
        }
    }

    /// Sends a request and waits for the head of its response. Over HTTP/2 it is sent again if the server certainly
    /// did not process it.
    async fn send(&self, client: &Client, request: HttpRequest) -> Result<Response<Incoming>, Error> {
        let uri = request.uri();
        let server = uri.authority().filter(|_| client.offers_http2 && uri.scheme() == Some(&Scheme::HTTPS));
        let Some(server) = server.cloned() else {
            return Ok(self.send_once(client, request).await?);
        };
        match self.send_once(client, request.clone()).await {
            Err(Failure::Client { error, is_of_stream }) => {
                let Some(refusal) = Refusal::of(&error, &request, is_of_stream) else {
                    return Err(classify::from_client(&error, Phase::Head));
                };
                let limit = client.resend_limits.of(&server);
                let _permit = limit.acquire().await;
                self.send_again(client, request, error, refusal).await
            }
            result => Ok(result?),
        }
    }

    async fn send_again(
        &self,
        client: &Client,
        request: HttpRequest,
        mut error: ClientError,
        mut refusal: Refusal,
    ) -> Result<Response<Incoming>, Error> {
        let mut sends = 1;
        loop {
            if sends >= refusal.most_sends() {
                return Err(refusal.error(&error, sends));
            }
            resend::pause(sends).await;
            sends += 1;
            match self.send_once(client, request.clone()).await {
                Err(Failure::Client { error: next, is_of_stream }) => {
                    error = next;
                    match Refusal::of(&error, &request, is_of_stream) {
                        Some(next) => refusal = next,
                        None => return Err(classify::from_client(&error, Phase::Head)),
                    }
                }
                result => return Ok(result?),
            }
        }
    }

    /// Sends a request, again if it was left behind: as often as hyper sends a request again that the connection
    /// returned.
    async fn send_once(&self, client: &Client, request: HttpRequest) -> Result<Response<Incoming>, Failure> {
        loop {
            if let Some(result) = self.attempt(client, request.clone()).await {
                return result;
            }
        }
    }

    /// None if the request was left behind. The read timeout counts from when the connection is established.
    async fn attempt(
        &self,
        client: &Client,
        request: HttpRequest,
    ) -> Option<Result<Response<Incoming>, Failure>> {
        let watch = Watch::default();
        let follows_task = resend::is_executed_by_its_head(&request);
        let mut request = request.map(|bytes| WatchedBody::new(bytes, watch.clone(), follows_task));
        let mut left_behind = pin!(is_left_behind(capture_connection(&mut request), &watch));
        let clock = IdleClock::start();
        let mut response = pin!(clock.track(client.http.request(request)));
        let mut expired = pin!(clock.expired(self.read_timeout));
        let result = poll_fn(|context| match response.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result.map_err(|error| {
                let is_of_stream = !follows_task || watch.is_spawned();
                Failure::Client { error, is_of_stream }
            }))),
            Poll::Pending => match expired.as_mut().poll(context) {
                Poll::Ready(limit) => Poll::Ready(Some(Err(Failure::Silent(timed_out(limit))))),
                Poll::Pending => left_behind.as_mut().poll(context).map(|()| None),
            },
        });
        result.await
    }

    async fn read_body(&self, response: Response<Incoming>, limit: usize) -> Result<Vec<u8>, Error> {
        let mut body = Body::new(response.headers(), response.body().size_hint().exact(), limit)?;
        let is_http2 = response.version() == Version::HTTP_2;
        let mut frames = response.into_body();
        while let Some(frame) = self.next(&mut frames).await? {
            if let Ok(chunk) = frame.into_data() {
                body.add(&chunk)?;
            }
        }
        // hyper also ends a body without an error when the server resets the stream, or closes the connection,
        // with NO_ERROR.
        let has_all_announced = frames.size_hint().exact() == Some(0);
        if is_http2 && !frames.is_end_stream() && !has_all_announced {
            return Err(classify::truncated_body());
        }
        body.finish()
    }

    /// Waits for the next part of a body, for at most the read timeout.
    async fn next(&self, body: &mut Incoming) -> Result<Option<Frame<Bytes>>, Error> {
        let frame = match self.read_timeout {
            None => body.frame().await,
            Some(limit) => tokio::time::timeout(limit, body.frame()).await.map_err(|_| timed_out(limit))?,
        };
        frame.transpose().map_err(|error| classify::from_client(&error, Phase::Body))
    }
}

fn timed_out(limit: Duration) -> Error {
    Error::failed(Reason::TimeoutRead, format!("silent for {} s", limit.as_secs_f64()))
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
