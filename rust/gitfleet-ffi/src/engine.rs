//! The engine as a C handle.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use gitfleet_core::completions::WaitResult;
use gitfleet_core::engine::Engine;
use gitfleet_core::error::Error;
use gitfleet_core::request::Request;
use gitfleet_core::wake::Waker;

use crate::batch::{self, gf_batch};
use crate::guard::{guard, guard_keeping_last_error};
use crate::input::{self, invalid};
use crate::projection::gf_projection;
use crate::runtime;

/// Sends requests and collects their outcomes.
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_engine(Arc<Engine>);

/// Validates the configuration of an engine without creating one. Returns 0 if it is valid, or -1 with the error
/// that gf_engine_new would report.
///
/// # Safety
/// `config` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_config_check(config: *const c_char, len: usize) -> i32 {
    guard(-1, || {
        // SAFETY: the caller guarantees `len` readable bytes for the duration of the call.
        Engine::check(unsafe { input::bytes("config", config, len) }?).map(|()| 0)
    })
}

/// Creates an engine from JSON {"verify": bool, "http2": bool}, with "issuers" and "servers" in PEM for a list of
/// certificates to trust, and "problem", the reason why both are empty. Returns NULL on error.
/// wake_fd is one end of a socket pair, to which the engine writes a byte when there are completions to drain, or
/// -1 for none (then use gf_wait). The engine takes ownership of it and closes it, also when this call fails.
///
/// # Safety
/// `config` points to `len` bytes; `wake_fd` is -1 or an open descriptor that no other code closes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_engine_new(config: *const c_char, len: usize, wake_fd: i64) -> *mut gf_engine {
    guard(ptr::null_mut(), || {
        // First, so that the descriptor is closed on every error below.
        // SAFETY: the caller transfers ownership of the descriptor.
        let waker = unsafe { own_waker(wake_fd) }?;
        // SAFETY: the caller guarantees `len` readable bytes for the duration of the call.
        let config = unsafe { input::bytes("config", config, len) }?;
        let engine = Engine::new(config, waker, runtime::handle()?)?;
        Ok(Box::into_raw(Box::new(gf_engine(Arc::new(engine)))))
    })
}

/// # Safety
/// `fd` is -1 or an open descriptor that no other code closes.
unsafe fn own_waker(fd: i64) -> Result<Waker, Error> {
    if fd == -1 {
        return Ok(Waker::default());
    }
    #[cfg(unix)]
    if let Some(fd) = i32::try_from(fd).ok().filter(|fd| *fd >= 0) {
        use std::os::fd::{FromRawFd, OwnedFd};
        // SAFETY: the caller guarantees an open descriptor and transfers its ownership; it is not negative.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        return Waker::new(fd).map_err(|error| invalid(format!("wake_fd is not a socket: {error}")));
    }
    Err(invalid(format!("wake_fd cannot be {fd} on this platform")))
}

/// Cancels every request in flight: each completes with "closed" and can still be drained, as do requests submitted
/// later. Wakes threads in gf_wait. Safe to repeat. NULL is allowed.
///
/// # Safety
/// `engine` is NULL, or was returned by `gf_engine_new` and is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_engine_close(engine: *mut gf_engine) {
    guard_keeping_last_error((), || {
        // SAFETY: the caller guarantees that the engine is NULL or not freed yet.
        if let Some(engine) = unsafe { engine.as_ref() } {
            engine.0.close();
        }
        Ok(())
    });
}

/// Closes and frees an engine. No other thread may start a call with it; threads that are in gf_wait already are
/// woken. NULL is allowed.
///
/// # Safety
/// `engine` is NULL, or was returned by `gf_engine_new` and is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_engine_free(engine: *mut gf_engine) {
    guard_keeping_last_error((), || {
        if !engine.is_null() {
            // SAFETY: gf_engine_new created it with Box::into_raw, and the caller guarantees that it is not freed yet.
            let engine = unsafe { Box::from_raw(engine) };
            engine.0.close();
        }
        Ok(())
    });
}

/// Starts a request: JSON {"method", "url", "headers": [[name, value]...], "proxy", "connect_timeout",
/// "read_timeout", "max_body"} (timeouts in seconds, max_body in bytes, null for none), its body or NULL, and the
/// projection for a successful response or NULL to receive the whole body. Returns the request's id, or 0 on error:
/// then nothing was started. read_timeout limits each period of silence of the peer; the first one starts when the
/// connection is established, or without a connect_timeout when the request starts.
///
/// # Safety
/// `request` points to `len` bytes and `body` to `body_len` bytes; `engine` and, unless NULL, `projection` are not
/// freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_submit(
    engine: *mut gf_engine,
    request: *const c_char,
    len: usize,
    body: *const c_char,
    body_len: usize,
    projection: *const gf_projection,
) -> u64 {
    guard(0, || {
        // SAFETY: the caller guarantees that the engine is not freed yet.
        let engine = unsafe { input::handle("engine", engine) }?;
        // SAFETY: the caller guarantees `len` readable bytes for the duration of the call.
        let request = unsafe { input::bytes("request", request, len) }?;
        // SAFETY: the caller guarantees `body_len` readable bytes for the duration of the call.
        let body = unsafe { input::bytes("body", body, body_len) }?;
        // SAFETY: the caller guarantees that the projection is NULL or not freed yet.
        let projection = unsafe { projection.as_ref() }.map(|projection| Arc::clone(&projection.0));
        engine.0.submit(Request::from_json(request, body)?, projection)
    })
}

/// Cancels a request immediately. Returns 1 if it was in flight: its connection is abandoned and it completes with
/// "cancelled". Returns 0 if it was not in flight any more, -1 on error.
///
/// # Safety
/// `engine` is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_cancel(engine: *mut gf_engine, id: u64) -> i32 {
    guard(-1, || {
        // SAFETY: the caller guarantees that the engine is not freed yet.
        let engine = unsafe { input::handle("engine", engine) }?;
        Ok(engine.0.cancel(id).into())
    })
}

/// Returns all completions since the last call, or NULL if there are none.
///
/// # Safety
/// `engine` is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_drain(engine: *mut gf_engine) -> *mut gf_batch {
    guard(ptr::null_mut(), || {
        // SAFETY: the caller guarantees that the engine is not freed yet.
        let engine = unsafe { input::handle("engine", engine) }?;
        let completions = engine.0.drain();
        Ok(if completions.is_empty() { ptr::null_mut() } else { batch::into_raw(completions) })
    })
}

/// Blocks for at most timeout_ms milliseconds, or without limit for -1. Returns 1 if there are completions to drain,
/// 2 if there are none and the engine is closed, 0 if the timeout expired, -1 on error.
///
/// # Safety
/// `engine` is not freed yet when this is called; it may be freed while this waits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_wait(engine: *mut gf_engine, timeout_ms: i64) -> i32 {
    guard(-1, || {
        // SAFETY: the caller guarantees that the engine is not freed before its Arc is cloned.
        let engine = Arc::clone(&unsafe { input::handle("engine", engine) }?.0);
        let timeout = match u64::try_from(timeout_ms) {
            Ok(milliseconds) => Some(Duration::from_millis(milliseconds)),
            Err(_) if timeout_ms == -1 => None,
            Err(_) => return Err(invalid(format!("timeout_ms cannot be {timeout_ms}"))),
        };
        Ok(match engine.wait(timeout) {
            WaitResult::TimedOut => 0,
            WaitResult::Completed => 1,
            WaitResult::Closed => 2,
        })
    })
}

/// For tests. With NULL it panics: it returns 0, and gf_last_error contains the panic's text. With an engine it starts
/// a task that panics, and returns its id.
///
/// # Safety
/// `engine` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_test_panic(engine: *mut gf_engine) -> u64 {
    guard(0, || {
        // SAFETY: the caller guarantees that the engine is NULL or not freed yet.
        match unsafe { engine.as_ref() } {
            None => panic!("a panic in a call, for a test"),
            Some(engine) => Ok(engine.0.submit_panic()),
        }
    })
}
