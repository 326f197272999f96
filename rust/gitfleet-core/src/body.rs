//! Collecting a body: decompressed, and never more of it than allowed.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use crate::fault::{Code, Fault};

/// Takes the bytes of a body as they come in.
pub(crate) enum Body {
    Plain(Limited),
    Gzip { decoder: Box<MultiGzDecoder<Limited>>, is_empty: bool },
}

/// A buffer that refuses to grow beyond its limit, so that a small body cannot unpack to a huge one.
#[derive(Debug)]
pub(crate) struct Limited {
    bytes: Vec<u8>,
    limit: usize,
    is_exceeded: bool,
}

impl Body {
    /// # Errors
    /// `protocol_error` for an encoding the engine did not ask for; `body_too_large` when the announced
    /// length of an uncompressed body is enough to tell.
    pub(crate) fn new(headers: &HeaderMap, announced: Option<u64>, limit: usize) -> Result<Self, Fault> {
        let mut sink = Limited { bytes: Vec::new(), limit, is_exceeded: false };
        match encodings(headers).join(&b", "[..]).as_slice() {
            b"" => {
                let announced = announced.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
                if announced > limit {
                    return Err(too_large(limit));
                }
                // An announcement is no reason to set much memory aside.
                sink.bytes.reserve(announced.min(1 << 20));
                Ok(Self::Plain(sink))
            }
            b"gzip" | b"x-gzip" => {
                Ok(Self::Gzip { decoder: Box::new(MultiGzDecoder::new(sink)), is_empty: true })
            }
            other => Err(protocol_error(format!(
                "the body has the content-encoding {:?}, which was not asked for",
                String::from_utf8_lossy(other)
            ))),
        }
    }

    pub(crate) fn add(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Plain(sink) => sink.write_all(chunk).map_err(|_| too_large(sink.limit)),
            Self::Gzip { decoder, is_empty } => {
                *is_empty &= chunk.is_empty();
                decoder.write_all(chunk).map_err(|error| gzip_fault(decoder.get_ref(), &error))
            }
        }
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Plain(sink) => Ok(sink.bytes),
            // Some servers name the encoding also where there is nothing to encode.
            Self::Gzip { is_empty: true, .. } => Ok(Vec::new()),
            Self::Gzip { mut decoder, .. } => match decoder.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut decoder.get_mut().bytes)),
                Err(error) => Err(gzip_fault(decoder.get_ref(), &error)),
            },
        }
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

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.limit - self.bytes.len() {
            self.is_exceeded = true;
            return Err(io::Error::other("too large"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gzip_fault(sink: &Limited, error: &io::Error) -> Fault {
    if sink.is_exceeded {
        return too_large(sink.limit);
    }
    protocol_error(format!("the body cannot be decompressed: {error}"))
}

fn protocol_error(message: String) -> Fault {
    Fault::new(Code::ProtocolError, message)
}

fn too_large(limit: usize) -> Fault {
    Fault::new(Code::BodyTooLarge, format!("the body is larger than the limit of {limit} bytes"))
}
