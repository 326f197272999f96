//! The wrapper of every exported function: it turns panics into errors, and stores the error for `gf_last_error`.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use gitfleet_core::engine::panic_error;
use gitfleet_core::error::Error;

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::default();
}

/// Runs the body of an exported function. On an error or a panic it returns `fallback` and stores the error.
pub(crate) fn guard<T>(fallback: T, body: impl FnOnce() -> Result<T, Error>) -> T {
    set_last_error(CString::default());
    catch(fallback, body)
}

/// Like [`guard`], but keeps the last error unless the body fails. For functions that a garbage collector may call at
/// any time, such as between a failed call and `gf_last_error`.
pub(crate) fn guard_keeping_last_error<T>(fallback: T, body: impl FnOnce() -> Result<T, Error>) -> T {
    catch(fallback, body)
}

fn catch<T>(fallback: T, body: impl FnOnce() -> Result<T, Error>) -> T {
    // AssertUnwindSafe: state that a panic may leave half changed is behind mutexes that ignore poisoning, or is freed
    // with its handle.
    let result = catch_unwind(AssertUnwindSafe(body));
    match result.unwrap_or_else(|panic| Err(panic_error(panic.as_ref()))) {
        Ok(value) => value,
        Err(error) => {
            // The JSON contains no NUL: serde_json escapes it.
            set_last_error(CString::new(error.to_json()).unwrap_or_default());
            fallback
        }
    }
}

fn set_last_error(text: CString) {
    // Fails only in a thread that is ending, where nothing can read the error any more.
    let _ = LAST_ERROR.try_with(|last| last.replace(text));
}

/// Returns the error of the last call on this thread as NUL-terminated JSON with "code" and "message"; empty if the
/// call succeeded. Valid until the next gf_ call on this thread. Calls of gf_engine_close and gf_*_free do not count,
/// unless they fail.
#[unsafe(no_mangle)]
pub extern "C" fn gf_last_error() -> *const c_char {
    catch(ptr::null(), || Ok(LAST_ERROR.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())))
}
