//! Where a run of plain characters in a string ends, eight bytes at a time.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// How far it is to the next quote, backslash or control character.
#[inline]
pub(super) fn first_stop(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(chunk) = text[at..].first_chunk() {
        let found = stops(u64::from_le_bytes(*chunk));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += chunk.len();
    }
    text[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).map(|more| at + more)
}

/// The high bit of each byte that stops; of those behind the first one it may be wrong.
#[inline]
fn stops(word: u64) -> u64 {
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::first_stop;

    #[test]
    fn each_byte_stops_or_not_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            let stops = matches!(byte, b'"' | b'\\' | ..0x20);
            for at in 0..40 {
                let mut text = [b'\x7f'; 41];
                text[at] = byte;
                assert_eq!(first_stop(&text), stops.then_some(at), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn the_first_of_several_stops_counts() {
        let text = b"0123456789 !#~\xff\x1f\"\\".repeat(3);
        assert_eq!(first_stop(&text), Some(15));
    }
}
