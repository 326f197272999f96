//! Validation of arguments from C.

use std::ffi::c_char;

use gitfleet_core::error::{Error, ErrorCode};

/// The bytes at `start`, which may be NULL when `length` is 0.
///
/// # Safety
/// `start` points to `length` bytes that are readable and do not change for `'a`.
pub(crate) unsafe fn bytes<'a>(name: &str, start: *const c_char, length: usize) -> Result<&'a [u8], Error> {
    if length == 0 {
        return Ok(&[]);
    }
    if start.is_null() || isize::try_from(length).is_err() {
        return Err(invalid(format!("{name} is NULL or longer than memory")));
    }
    // SAFETY: not NULL and not longer than isize::MAX; the caller guarantees readable bytes for `'a`.
    Ok(unsafe { std::slice::from_raw_parts(start.cast(), length) })
}

/// The object behind a handle.
///
/// # Safety
/// `pointer` is NULL or a handle of this type that is not freed during `'a`.
pub(crate) unsafe fn handle<'a, T>(name: &str, pointer: *const T) -> Result<&'a T, Error> {
    // SAFETY: the caller guarantees NULL or a handle of this type that is not freed during `'a`.
    unsafe { pointer.as_ref() }.ok_or_else(|| invalid(format!("{name} is NULL")))
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidArgument, message)
}
