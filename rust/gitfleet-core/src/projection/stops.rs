//! Where a run of plain characters in a string ends, many bytes at a time.

/// How far it is to the next quote, backslash or control character.
#[inline]
pub(super) fn first_stop(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(chunk) = text[at..].first_chunk() {
        let found = stops(chunk);
        if found != 0 {
            return Some(at + offset(found));
        }
        at += chunk.len();
    }
    text[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).map(|more| at + more)
}

use words::{offset, stops};

/// Bytes as lanes of a word, for other processors.
mod words {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;

    /// The high bit of each byte that stops; of those behind the first one it may be wrong.
    #[inline]
    pub(super) fn stops(chunk: &[u8; 8]) -> u64 {
        let word = u64::from_le_bytes(*chunk);
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        (below(word, 0x20) | is(b'"') | is(b'\\')) & HIGHS
    }

    #[inline]
    pub(super) fn offset(found: u64) -> usize {
        (found.trailing_zeros() / 8) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{first_stop, words};

    fn by_words(text: &[u8]) -> Option<usize> {
        let mut padded = text.to_vec();
        padded.resize(text.len().next_multiple_of(8), b'"');
        let found = padded.as_chunks::<8>().0.iter().enumerate().find_map(|(index, chunk)| {
            let found = words::stops(chunk);
            (found != 0).then(|| 8 * index + words::offset(found))
        });
        found.filter(|at| *at < text.len())
    }

    #[test]
    fn each_byte_stops_or_not_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            let stops = matches!(byte, b'"' | b'\\' | ..0x20);
            for at in 0..40 {
                let mut text = [b'\x7f'; 41];
                text[at] = byte;
                let expected = stops.then_some(at);
                assert_eq!((first_stop(&text), by_words(&text)), (expected, expected), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn the_first_of_several_stops_counts() {
        let text = b"0123456789 !#~\xff\x1f\"\\".repeat(3);
        assert_eq!((first_stop(&text), by_words(&text)), (Some(15), Some(15)));
    }
}
