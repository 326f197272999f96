//! The chain of causes of an error.

use std::error::Error;
use std::io;

/// The error and the chain of its causes.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // The source of an io::Error that wraps an error is that error's source: the wrapped one would be skipped.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// The texts of these causes, outermost first.
pub(crate) fn texts<'a>(causes: impl Iterator<Item = &'a (dyn Error + 'static)>) -> String {
    let mut texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}
