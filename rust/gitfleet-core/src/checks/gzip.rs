//! Bodies with `content-encoding: gzip`.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use hyper::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

use super::cuts::Cuts;
use crate::body::Body;
use crate::error::{Error, Reason};

const LIMITS: [usize; 4] = [0, 100, 5000, 1 << 20];
const REPEATS: [usize; 4] = [1, 7, 300, 5000];
const LONGEST_PLAIN: usize = 1 << 16;

/// A body has the same result in pieces as in one piece, and the result of another reader of gzip. Its buffer never
/// exceeds the limit by more than one byte.
///
/// The first byte has options: the limit (bits 0 and 1); whether the rest is plain text to compress (bit 2), in two
/// members (bit 3), with one byte changed (bit 4), cut off (bit 5), repeated (bits 6 and 7). The second byte is the
/// seed of lengths and positions.
///
/// # Panics
/// If one of these properties is violated.
pub fn check_gzip(input: &[u8]) -> bool {
    let [options, seed, rest @ ..] = input else { return false };
    let limit = LIMITS[usize::from(options & 3)];
    let (packed, plain) = if options & 4 == 0 { (rest.to_vec(), None) } else { pack(rest, *options, *seed) };
    let expected = Expected::of(&packed, limit);
    if let (Some(plain), Expected::Text(text)) = (&plain, &expected) {
        assert!(plain == text, "the other reader does not read what was compressed");
    }
    let announced = (seed & 1 == 0).then_some(packed.len() as u64);
    let whole = decode([packed.as_slice()].into_iter(), announced, limit);
    expected.check(&whole, "in one piece");
    let pieces = decode(Cuts::new(&packed, *seed), announced, limit);
    expected.check(&pieces, "in pieces");
    whole.is_ok()
}

/// Compressed text, and the text unless the compressed form is broken on purpose.
fn pack(text: &[u8], options: u8, seed: u8) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut plain = text.repeat(REPEATS[usize::from(options >> 6)]);
    plain.truncate(LONGEST_PLAIN);
    let members = if options & 8 == 0 { 1 } else { 2 };
    let mut packed = Vec::new();
    for part in plain.chunks(plain.len().div_ceil(members).max(1)) {
        let mut encoder = GzEncoder::new(&mut packed, Compression::new(u32::from(seed % 10)));
        // Writing to memory does not fail; if it did, the comparison with the text would.
        let _ = encoder.write_all(part).and_then(|()| encoder.finish().map(drop));
    }
    let is_broken = options & 0x30 != 0;
    let at = packed.len() * usize::from(seed) / 256;
    if options & 0x10 != 0 {
        if let Some(byte) = packed.get_mut(at) {
            *byte ^= seed | 1;
        }
    }
    if options & 0x20 != 0 {
        packed.truncate(at);
    }
    (packed, (!is_broken).then_some(plain))
}

fn decode<'p>(
    pieces: impl Iterator<Item = &'p [u8]>,
    announced: Option<u64>,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    let mut body = Body::new(&headers, announced, limit)?;
    for piece in pieces {
        let added = body.add(piece);
        assert!(body.capacity() <= limit + 1, "a buffer of {} bytes for {limit}", body.capacity());
        added?;
    }
    body.finish()
}

/// What flate2's reader of gzip finds, which parses the heads of members itself; [`Body`] has zlib parse them.
enum Expected {
    Text(Vec<u8>),
    TooLarge,
    Broken,
    /// Broken behind the limit: the first of the two that is found counts.
    TooLargeOrBroken,
}

impl Expected {
    fn of(packed: &[u8], limit: usize) -> Self {
        let mut text = Vec::new();
        // An empty body has no member, which flate2 reports as an error.
        let is_valid = packed.is_empty() || MultiGzDecoder::new(packed).read_to_end(&mut text).is_ok();
        match (is_valid, text.len() > limit) {
            (true, false) => Self::Text(text),
            (true, true) => Self::TooLarge,
            (false, false) => Self::Broken,
            (false, true) => Self::TooLargeOrBroken,
        }
    }

    fn check(&self, found: &Result<Vec<u8>, Error>, how: &str) {
        let reason = found.as_ref().err().and_then(|error| error.reason);
        let is_same = match self {
            Self::Text(text) => found.as_ref().is_ok_and(|found| found == text),
            Self::TooLarge => reason == Some(Reason::BodyTooLarge),
            // flate2 drops what it decompressed in the call that fails, so it may be too large, too.
            Self::Broken | Self::TooLargeOrBroken => {
                matches!(reason, Some(Reason::Undecodable | Reason::BodyTooLarge))
            }
        };
        let name = match self {
            Self::Text(_) => "a text",
            Self::TooLarge => "too large",
            Self::Broken => "broken",
            Self::TooLargeOrBroken => "too large or broken",
        };
        assert!(is_same, "{how}: {name} for another reader, {:?} here", found.as_ref().map(Vec::len));
    }
}
