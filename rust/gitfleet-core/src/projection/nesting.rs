//! The limit on nesting. serde_json does not apply one to values that it skips.

/// Largest number of arrays and objects that may be open at once.
pub(super) const MAX_NESTING: usize = 512;

/// The offset of the first bracket that exceeds [`MAX_NESTING`], if there is one.
///
/// Only meaningful for valid JSON. For other text the result is arbitrary, and the parser then finds the error.
pub(super) fn too_deep(text: &[u8]) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = end_of_string(text, at + 1),
            b'[' | b'{' => {
                open += 1;
                if open > MAX_NESTING {
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

/// The offset of the quote that ends the string whose text starts at `at`.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            None | Some(b'"') => return at,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}
