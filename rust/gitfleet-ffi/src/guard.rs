//! What every export goes through, so that no panic and no error gets lost on the way to C.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use gitfleet_core::engine::panic_fault;
use gitfleet_core::fault::Fault;

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::default();
}

/// Runs an export. An error or a panic becomes `fallback`, and is there to be asked for.
pub(crate) fn guard<T>(fallback: T, body: impl FnOnce() -> Result<T, Fault>) -> T {
    remember(CString::default());
    catch(fallback, body)
}

/// As [`guard`], but what failed before is still there to be asked for unless this fails too. For what may be
/// called between a failed call and the question: garbage collectors free handles whenever they like.
pub(crate) fn guard_aside<T>(fallback: T, body: impl FnOnce() -> Result<T, Fault>) -> T {
    catch(fallback, body)
}

fn catch<T>(fallback: T, body: impl FnOnce() -> Result<T, Fault>) -> T {
    // Whatever the body left half done is behind locks that are used again, or is given up with the handle.
    let result = catch_unwind(AssertUnwindSafe(body));
    match result.unwrap_or_else(|panic| Err(panic_fault(panic.as_ref()))) {
        Ok(value) => value,
        Err(fault) => {
            // JSON has no NUL in it: serde_json writes it as an escape.
            remember(CString::new(fault.to_json()).unwrap_or_default());
            fallback
        }
    }
}

fn remember(text: CString) {
    // A thread that is being torn down has no place left for its error, and no one to ask for it.
    let _ = LAST_ERROR.try_with(|last| last.replace(text));
}

/// Why the last call on this thread failed: NUL-terminated JSON with "code" and "message", empty when it did
/// not fail. Valid until the next gf_ call on this thread, but for those of gf_engine_close and the gf_*_free,
/// which do not count here unless they fail.
#[unsafe(no_mangle)]
pub extern "C" fn gf_last_error() -> *const c_char {
    catch(ptr::null(), || Ok(LAST_ERROR.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())))
}
