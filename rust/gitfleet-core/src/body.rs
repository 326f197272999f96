//! Collects a response body: decompresses it and enforces the size limit.

use flate2::{Decompress, FlushDecompress, Status};
use hyper::header::{CONTENT_ENCODING, HeaderMap};

use crate::error::{Error, Reason};

/// Largest buffer that is reserved because of an announced length, which may be wrong.
const MAX_PREALLOCATION: usize = 1 << 20;
/// Smallest step by which the buffer grows.
const MIN_GROWTH: usize = 1 << 14;
/// Typical compression ratio of a page of JSON. A low guess costs a copy; a high one reserves pages that are never
/// touched.
const TYPICAL_RATIO: usize = 12;
/// Size up to which the compression ratio is not limited.
const FREE: usize = 8 << 20;
/// Largest compression ratio of a body. Pages of JSON reach 30, a bomb 1,000.
const MAX_RATIO: usize = 256;
/// zlib's value for "a window of any size".
const WINDOW_BITS: u8 = 15;

/// Receives the bytes of a body as they arrive.
pub(crate) struct Body {
    bytes: Vec<u8>,
    limit: usize,
    gzip: Option<Gzip>,
}

/// A sequence of gzip members (RFC 1952).
struct Gzip {
    member: Decompress,
    /// Whether a member has started and not ended.
    in_member: bool,
    received: usize,
}

impl Body {
    /// # Errors
    /// `protocol_error` for an encoding the engine did not request; `body_too_large` when the announced length of
    /// an uncompressed body exceeds the limit.
    pub(crate) fn new(headers: &HeaderMap, announced: Option<u64>, limit: usize) -> Result<Self, Error> {
        let announced = announced.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        match encodings(headers).join(&b", "[..]).as_slice() {
            b"" if announced > limit => Err(too_large(limit)),
            b"" => {
                Ok(Self { bytes: Vec::with_capacity(announced.min(MAX_PREALLOCATION)), limit, gzip: None })
            }
            b"gzip" | b"x-gzip" => {
                let gzip = Gzip { member: Decompress::new_gzip(WINDOW_BITS), in_member: false, received: 0 };
                let guess = announced.saturating_mul(TYPICAL_RATIO).min(MAX_PREALLOCATION).min(limit);
                Ok(Self { bytes: Vec::with_capacity(guess), limit, gzip: Some(gzip) })
            }
            other => Err(Error::failed(Reason::Encoding, String::from_utf8_lossy(other))),
        }
    }

    pub(crate) fn add(&mut self, chunk: &[u8]) -> Result<(), Error> {
        let Some(gzip) = &mut self.gzip else {
            if chunk.len() > self.limit - self.bytes.len() {
                return Err(too_large(self.limit));
            }
            self.bytes.extend_from_slice(chunk);
            return Ok(());
        };
        gzip.received = gzip.received.saturating_add(chunk.len());
        let plausible = FREE.saturating_add(gzip.received.saturating_mul(MAX_RATIO));
        let limit = self.limit.min(plausible);
        let mut left = chunk;
        loop {
            gzip.reserve(&mut self.bytes, limit);
            left = gzip.decompress(left, &mut self.bytes)?;
            if self.bytes.len() > self.limit {
                return Err(too_large(self.limit));
            }
            if self.bytes.len() > limit {
                return Err(Error::failed(Reason::Inflated, format!("more than {MAX_RATIO} times")));
            }
            // A full buffer can mean more output, also of input that was consumed already.
            if left.is_empty() && self.bytes.len() < self.bytes.capacity() {
                return Ok(());
            }
        }
    }

    /// The size of the buffer.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        if self.gzip.is_some_and(|gzip| gzip.in_member) {
            return Err(undecodable("it is cut off"));
        }
        Ok(self.bytes)
    }
}

impl Gzip {
    /// Grows a full buffer, to at most one byte above the limit: enough to detect an oversized body, and all that is
    /// ever decompressed of a gzip bomb.
    fn reserve(&self, bytes: &mut Vec<u8>, limit: usize) {
        if bytes.len() == bytes.capacity() {
            let more = bytes.len().max(MIN_GROWTH).min(limit.saturating_sub(bytes.len()).saturating_add(1));
            bytes.reserve_exact(more);
        }
    }

    /// Decompresses into the free part of the buffer. Returns the part of `chunk` that was not consumed.
    fn decompress<'c>(&mut self, chunk: &'c [u8], bytes: &mut Vec<u8>) -> Result<&'c [u8], Error> {
        if chunk.is_empty() && !self.in_member {
            return Ok(chunk);
        }
        let before = self.member.total_in();
        let status = self
            .member
            .decompress_vec(chunk, bytes, FlushDecompress::None)
            .map_err(|error| undecodable(error.to_string()))?;
        let taken = usize::try_from(self.member.total_in() - before).unwrap_or(chunk.len());
        self.in_member = status != Status::StreamEnd;
        if !self.in_member {
            self.member = Decompress::new_gzip(WINDOW_BITS);
        }
        Ok(chunk.get(taken..).unwrap_or_default())
    }
}

/// The content encodings in lower case. Several header lines form one list; empty elements (RFC 9110, 5.6.1) and
/// `identity` are dropped.
fn encodings(headers: &HeaderMap) -> Vec<Vec<u8>> {
    let lines = headers.get_all(CONTENT_ENCODING).into_iter();
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(|name| name.trim_ascii().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != b"identity")
        .collect()
}

fn undecodable(detail: impl Into<String>) -> Error {
    Error::failed(Reason::Undecodable, detail)
}

fn too_large(limit: usize) -> Error {
    Error::failed(Reason::BodyTooLarge, format!("more than {limit} bytes"))
}
