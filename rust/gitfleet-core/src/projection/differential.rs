//! Compares the fast reader with the strict reader, for tests and for fuzzing.

use super::Projection;
use super::fast::FastReader;
use super::table::Table;

/// Decodes `text` with both readers.
///
/// Returns whether the fast reader accepts the text.
///
/// # Panics
/// If the fast reader accepts the text and the result of the strict reader differs.
pub fn compare_readers(projection: &Projection, text: &str) -> bool {
    let mut table = Table::new(projection);
    if FastReader::new(text, projection, &mut table).read_document().is_none() {
        return false;
    }
    let fast = table.finish();
    let strict = match projection.parse(text) {
        Ok(table) => table.finish(),
        Err(error) => panic!("the fast reader accepts what is not JSON: {error}: {text}"),
    };
    match (fast, strict) {
        (Ok(fast), Ok(strict)) => {
            assert_eq!((fast.format, fast.bytes), (strict.format, strict.bytes), "{text}");
        }
        (fast, strict) => assert_eq!(fast.err(), strict.err(), "{text}"),
    }
    true
}
