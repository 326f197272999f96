//! Finds the end of a run of plain characters in a string, eight bytes at a time.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// The offset of the first quote, backslash or control character.
#[inline]
pub(super) fn first_special(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(chunk) = text[at..].first_chunk() {
        let found = special_bytes(u64::from_le_bytes(*chunk));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += chunk.len();
    }
    text[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).map(|more| at + more)
}

/// Sets the high bit of each special byte; only the lowest set bit is reliable.
#[inline]
fn special_bytes(word: u64) -> u64 {
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::first_special;

    #[test]
    fn every_special_byte_is_found_at_every_position() {
        for byte in 0..=u8::MAX {
            let is_special = matches!(byte, b'"' | b'\\' | ..0x20);
            for at in 0..40 {
                let mut text = [b'\x7f'; 41];
                text[at] = byte;
                assert_eq!(first_special(&text), is_special.then_some(at), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn the_first_of_several_special_bytes_is_found() {
        let text = b"0123456789 !#~\xff\x1f\"\\".repeat(3);
        assert_eq!(first_special(&text), Some(15));
    }
}
