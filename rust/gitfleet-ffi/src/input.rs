//! Arguments that come from C.

use std::ffi::c_char;

use gitfleet_core::fault::{Code, Fault};

/// The bytes at `start`. NULL stands for none when `length` is 0.
///
/// # Safety
/// `start` points to `length` bytes that stay as they are for `'a`.
pub(crate) unsafe fn bytes<'a>(name: &str, start: *const c_char, length: usize) -> Result<&'a [u8], Fault> {
    if length == 0 {
        return Ok(&[]);
    }
    if start.is_null() || isize::try_from(length).is_err() {
        return Err(invalid(format!("{name} is NULL or longer than memory")));
    }
    // SAFETY: not NULL, of a possible length, and the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(start.cast(), length) })
}

/// The object behind a handle.
///
/// # Safety
/// `pointer` is NULL or a handle of this type that is not freed during `'a`.
pub(crate) unsafe fn handle<'a, T>(name: &str, pointer: *const T) -> Result<&'a T, Fault> {
    // SAFETY: the caller vouches for it.
    unsafe { pointer.as_ref() }.ok_or_else(|| invalid(format!("{name} is NULL")))
}

pub(crate) fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(Code::InvalidArgument, message)
}
