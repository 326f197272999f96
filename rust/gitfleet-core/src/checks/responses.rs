//! Responses: head, framing and encoding of the body.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::Poll;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;

use super::cuts::Cuts;
use super::peer::{Peer, run};
use crate::classify::{self, Phase};
use crate::completions::Outcome;
use crate::error::{Error, Reason};
use crate::fetch::Exchange;
use crate::projection::{Format, Projection};

const LIMITS: [usize; 4] = [64, 1000, 70_000, 1 << 20];
const SPEC: &str = r#"{"at":[],"many":true,"columns":[{"path":["id"],"kind":"int"}]}"#;

static ROWS: LazyLock<Option<Arc<Projection>>> =
    LazyLock::new(|| Projection::from_json(SPEC.as_bytes()).ok().map(Arc::new));

/// A response in pieces has the same outcome as in one piece. The headers of the outcome are valid in their format, and
/// the body has the announced length.
///
/// The first byte has options: the limit of the body (bits 0 and 1), HEAD (bit 2), a projection (bit 3). The second byte
/// is the seed of lengths.
///
/// # Panics
/// If one of these properties is violated.
pub fn check_response(input: &[u8]) -> bool {
    let [options, seed, response @ ..] = input else { return false };
    let case = Case {
        limit: LIMITS[usize::from(options & 3)],
        is_head: options & 4 != 0,
        projection: (options & 8 != 0).then(|| ROWS.clone()).flatten(),
    };
    let whole = run(case.receive(Peer::new([response].into_iter())));
    let pieces = run(case.receive(Peer::new(Cuts::new(response, *seed))));
    assert_eq!((whole.status, whole.format), (pieces.status, pieces.format));
    assert_eq!(pairs(&whole), pairs(&pieces));
    assert_eq!(whole.body, pieces.body);
    match (&whole.error, &pieces.error) {
        (None, None) => {}
        (Some(whole), Some(pieces)) => {
            let is_same = whole == pieces || is_either(whole, pieces);
            assert!(is_same, "{whole:?} in one piece, {pieces:?} in pieces");
        }
        (whole, pieces) => panic!("{whole:?} in one piece, {pieces:?} in pieces"),
    }
    case.check(&whole);
    whole.error.is_none()
}

/// Whether a response has both errors, of which the first one that is found counts: a body that is broken behind the
/// limit, or an invalid head that is cut off. Of a head in pieces hyper looks for the end before it parses it again.
fn is_either(one: &Error, other: &Error) -> bool {
    let reasons = [one.reason, other.reason];
    let are_among = |pair: [Reason; 2]| reasons.iter().all(|reason| pair.map(Some).contains(reason));
    are_among([Reason::Undecodable, Reason::BodyTooLarge]) || are_among([Reason::NotHttp, Reason::LostHead])
}

struct Case {
    limit: usize,
    is_head: bool,
    projection: Option<Arc<Projection>>,
}

impl Case {
    async fn receive(&self, peer: Peer) -> Outcome {
        let mut request = Request::new(Full::<Bytes>::default());
        *request.method_mut() = if self.is_head { Method::HEAD } else { Method::GET };
        let (mut sender, connection) = match hyper::client::conn::http1::handshake(TokioIo::new(peer)).await {
            Ok(pair) => pair,
            Err(error) => panic!("the connection does not start: {error}"),
        };
        let exchange = Exchange { read_timeout: None };
        let mut received = pin!(async {
            match sender.send_request(request).await {
                Ok(response) => {
                    exchange.receive(response, self.is_head, self.limit, self.projection.clone()).await
                }
                Err(error) => Outcome::failed(classify::from_client(&error, Phase::Head)),
            }
        });
        let mut connection = pin!(connection);
        let mut is_open = true;
        poll_fn(|context| {
            if is_open {
                is_open = connection.as_mut().poll(context).is_pending();
            }
            match received.as_mut().poll(context) {
                Poll::Pending if !is_open => received.as_mut().poll(context),
                result => result,
            }
        })
        .await
    }

    fn check(&self, outcome: &Outcome) {
        let encodings = list(outcome, "content-encoding");
        let encodings: Vec<&str> =
            encodings.iter().map(String::as_str).filter(|name| !matches!(*name, "" | "identity")).collect();
        let is_gzip = matches!(encodings.as_slice(), ["gzip" | "x-gzip"]);
        let Some(error) = &outcome.error else {
            if self.is_head || matches!(outcome.status, 204 | 304) {
                assert!(outcome.body.is_empty());
            } else {
                assert!(encodings.is_empty() || is_gzip, "{encodings:?} was not decoded");
                self.check_length(outcome, is_gzip);
            }
            return;
        };
        let json: Result<serde_json::Value, _> = serde_json::from_str(&error.to_json());
        assert!(json.is_ok_and(|json| json["message"] == error.message), "{error:?}");
        if error.reason == Some(Reason::Encoding) {
            assert!(!encodings.is_empty() && !is_gzip, "{encodings:?}");
        }
        // The excerpt of a body that was not decoded.
        let most = if error.reason.is_some() { 0 } else { 512 };
        assert!(outcome.body.len() <= most, "{} bytes with {error:?}", outcome.body.len());
    }

    fn check_length(&self, outcome: &Outcome, is_gzip: bool) {
        if outcome.format != Format::Body {
            return;
        }
        assert!(outcome.body.len() <= self.limit);
        let is_announced = !is_gzip && outcome.status >= 200 && list(outcome, "transfer-encoding").is_empty();
        // A list of equal lengths is valid, too.
        if let (true, Some(length)) = (is_announced, list(outcome, "content-length").first()) {
            assert_eq!(length.parse(), Ok(outcome.body.len()));
        }
    }
}

/// The elements of a header that is a list, in lower case.
fn list(outcome: &Outcome, name: &str) -> Vec<String> {
    let pairs = pairs(outcome);
    let values = pairs.iter().filter(|pair| pair.0 == name).map(|pair| String::from_utf8_lossy(&pair.1));
    values
        .flat_map(|value| {
            value.split(',').map(|text| text.trim_ascii().to_ascii_lowercase()).collect::<Vec<_>>()
        })
        .collect()
}

/// Names and values of the headers of an outcome, read in the format that the C interface describes.
fn pairs(outcome: &Outcome) -> Vec<(String, Vec<u8>)> {
    let Some(headers) = outcome.headers.strip_suffix(b"\0") else {
        assert!(outcome.headers.is_empty(), "no NUL at the end");
        return Vec::new();
    };
    let parts: Vec<&[u8]> = headers.split(|byte| *byte == 0).collect();
    assert!(parts.len() % 2 == 0, "a name without a value");
    let pairs = parts.chunks(2).map(|pair| {
        let name = String::from_utf8_lossy(pair[0]).into_owned();
        let is_name = HeaderName::from_bytes(pair[0]).is_ok_and(|parsed| parsed.as_str() == name);
        assert!(is_name && HeaderValue::from_bytes(pair[1]).is_ok(), "{name:?}");
        (name, pair[1].to_vec())
    });
    pairs.collect()
}
