//! Collecting a body: decompressed, and never more of it than allowed.

use flate2::{Decompress, FlushDecompress, Status};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use crate::fault::{Code, Fault};

/// Memory that is set aside on somebody's word, or at least at a time.
const AT_MOST: usize = 1 << 20;
const AT_LEAST: usize = 1 << 14;
/// How many times smaller pages of JSON become: a guess too low costs a copy, one too high nothing that is touched.
const USUAL_RATIO: usize = 12;
/// zlib's word for a window of any size.
const WINDOW_BITS: u8 = 15;

/// Takes the bytes of a body as they come in.
pub(crate) struct Body {
    bytes: Vec<u8>,
    limit: usize,
    gzip: Option<Gzip>,
}

/// Any number of members, one behind another (RFC 1952).
struct Gzip {
    member: Decompress,
    /// Whether a member has begun and not ended.
    is_within: bool,
}

impl Body {
    /// # Errors
    /// `protocol_error` for an encoding the engine did not ask for; `body_too_large` when the announced
    /// length of an uncompressed body is enough to tell.
    pub(crate) fn new(headers: &HeaderMap, announced: Option<u64>, limit: usize) -> Result<Self, Fault> {
        let announced = announced.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        match encodings(headers).join(&b", "[..]).as_slice() {
            b"" if announced > limit => Err(too_large(limit)),
            b"" => Ok(Self { bytes: Vec::with_capacity(announced.min(AT_MOST)), limit, gzip: None }),
            b"gzip" | b"x-gzip" => {
                let gzip = Gzip { member: Decompress::new_gzip(WINDOW_BITS), is_within: false };
                let guess = announced.saturating_mul(USUAL_RATIO).min(AT_MOST).min(limit);
                Ok(Self { bytes: Vec::with_capacity(guess), limit, gzip: Some(gzip) })
            }
            other => Err(protocol_error(format!(
                "the body has the content-encoding {:?}, which was not asked for",
                String::from_utf8_lossy(other)
            ))),
        }
    }

    pub(crate) fn add(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        let Some(gzip) = &mut self.gzip else {
            if chunk.len() > self.limit - self.bytes.len() {
                return Err(too_large(self.limit));
            }
            self.bytes.extend_from_slice(chunk);
            return Ok(());
        };
        let mut left = chunk;
        loop {
            gzip.make_room(&mut self.bytes, self.limit);
            left = gzip.unpack(left, &mut self.bytes)?;
            if self.bytes.len() > self.limit {
                return Err(too_large(self.limit));
            }
            // With no room left there may be more to come, also of what was taken in already.
            if left.is_empty() && self.bytes.len() < self.bytes.capacity() {
                return Ok(());
            }
        }
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>, Fault> {
        if self.gzip.is_some_and(|gzip| gzip.is_within) {
            return Err(protocol_error("the body cannot be decompressed: it is cut off".to_owned()));
        }
        Ok(self.bytes)
    }
}

impl Gzip {
    /// One byte more than allowed is enough to tell, and all that is ever unpacked of a bomb.
    fn make_room(&self, bytes: &mut Vec<u8>, limit: usize) {
        if bytes.len() == bytes.capacity() {
            let more = bytes.len().max(AT_LEAST).min(limit.saturating_sub(bytes.len()).saturating_add(1));
            bytes.reserve_exact(more);
        }
    }

    /// Unpacks into the room there is; gives what was not taken of `chunk`.
    fn unpack<'c>(&mut self, chunk: &'c [u8], bytes: &mut Vec<u8>) -> Result<&'c [u8], Fault> {
        if chunk.is_empty() && !self.is_within {
            return Ok(chunk);
        }
        let before = self.member.total_in();
        let status = self
            .member
            .decompress_vec(chunk, bytes, FlushDecompress::None)
            .map_err(|error| protocol_error(format!("the body cannot be decompressed: {error}")))?;
        let taken = usize::try_from(self.member.total_in() - before).unwrap_or(chunk.len());
        self.is_within = status != Status::StreamEnd;
        if !self.is_within {
            self.member = Decompress::new_gzip(WINDOW_BITS);
        }
        Ok(chunk.get(taken..).unwrap_or_default())
    }
}

/// What was done to the body, in lower case: several header lines are one list, whose empty elements count for
/// nothing (RFC 9110, 5.6.1), as does the encoding that changes nothing.
fn encodings(headers: &HeaderMap) -> Vec<Vec<u8>> {
    let lines = headers.get_all(CONTENT_ENCODING).into_iter();
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(|name| name.trim_ascii().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != b"identity")
        .collect()
}

fn protocol_error(message: String) -> Fault {
    Fault::new(Code::ProtocolError, message)
}

fn too_large(limit: usize) -> Fault {
    Fault::new(Code::BodyTooLarge, format!("the body is larger than the limit of {limit} bytes"))
}
