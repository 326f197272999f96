//! The limit on nesting, which the parser of dropped values does not have by itself.

/// Most arrays and objects that may be open at once.
pub(super) const MAX_NESTING: usize = 512;

/// Offset of the bracket that goes beyond [`MAX_NESTING`], if there is one.
///
/// Only meaningful for JSON; in anything else the answer is arbitrary, and the parser finds the error.
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
