//! The limits of a document: nesting, which serde_json does not limit in values that it skips, values and rows. They
//! are those of `gitfleet_api.backend`.

/// Largest number of arrays and objects that may be open at once.
pub(super) const MAX_NESTING: usize = 512;
/// Largest number of commas and opening brackets outside strings.
pub(super) const MAX_VALUES: usize = 1_000_000;
/// Largest number of rows.
pub(super) const MAX_ROWS: usize = 100_000;

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

/// Whether there are more than [`MAX_VALUES`] values: each takes up to 180 bytes in Python, even if it takes 3 here.
pub(super) fn has_too_many_values(text: &[u8]) -> bool {
    let is_counted = |byte: &u8| matches!(byte, b',' | b'[' | b'{');
    // Nearly every body is shorter. Long texts contain commas as well, so these are only counted if necessary.
    if text.len() <= MAX_VALUES || text.iter().filter(|byte| is_counted(byte)).count() <= MAX_VALUES {
        return false;
    }
    let mut count = 0;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == b'"' {
            at = end_of_string(text, at + 1);
        } else if is_counted(byte) {
            count += 1;
        }
        at += 1;
    }
    count > MAX_VALUES
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
