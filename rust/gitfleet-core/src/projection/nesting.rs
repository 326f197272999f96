//! The limit on nesting, which the parser of dropped values does not have by itself.

/// Most arrays and objects that may be open at once.
pub(super) const MAX_NESTING: usize = 512;

/// Offset of the bracket that goes beyond [`MAX_NESTING`], if there is one.
///
/// Only meaningful for JSON; in anything else the answer is arbitrary, and the parser finds the error.
pub(super) fn too_deep(text: &[u8]) -> Option<usize> {
    deeper_than(MAX_NESTING, text)
}

/// Whether a value at most `around` levels deep in the document is so deep itself that the limit is in reach.
pub(super) fn nears_the_limit(value: &str, around: usize) -> bool {
    let limit = MAX_NESTING - around;
    // Each level takes two brackets; and counting them is many times faster than following strings.
    value.len() > 2 * limit
        && openings(value.as_bytes()) > limit
        && deeper_than(limit, value.as_bytes()).is_some()
}

/// How many opening brackets there are, those in strings included.
fn openings(text: &[u8]) -> usize {
    // Sums of one byte make this a loop over vectors.
    let in_chunk = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(matches!(byte, b'[' | b'{'))).sum::<u8>();
    text.chunks(255).map(|chunk| usize::from(in_chunk(chunk))).sum()
}

fn deeper_than(limit: usize, text: &[u8]) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = end_of_string(text, at + 1),
            b'[' | b'{' => {
                open += 1;
                if open > limit {
                    return Some(at);
                }
            }
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Offset of the quote that ends the string whose text begins at `at`.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            None | Some(b'"') => return at,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}
