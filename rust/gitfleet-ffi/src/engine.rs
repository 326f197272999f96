//! Engines as handles.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use gitfleet_core::engine::Engine;
use gitfleet_core::fault::Fault;
use gitfleet_core::queue::Waited;
use gitfleet_core::request::Request;
use gitfleet_core::wake::Waker;

use crate::batch::{self, gf_batch};
use crate::guard::{guard, guard_aside};
use crate::input::{self, invalid};
use crate::projection::gf_projection;
use crate::runtime;

/// Sends requests and collects their answers.
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_engine(Arc<Engine>);

/// Whether gf_engine_new would take this configuration; starts and keeps nothing. 0: yes. -1: no, with the error
/// that it would give.
///
/// # Safety
/// `config` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_config_check(config: *const c_char, len: usize) -> i32 {
    guard(-1, || {
        // SAFETY: as the caller promises.
        Engine::check(unsafe { input::bytes("config", config, len) }?).map(|()| 0)
    })
}

/// Makes an engine: config is JSON {"verify": bool, "ca_file": path or null, "http2": bool}. NULL on error.
/// wake_fd is one end of a socket pair that gets a byte when there is something to drain, or -1 for none
/// (then use gf_wait). The engine owns it from now on, and closes it also when this fails.
///
/// # Safety
/// `config` points to `len` bytes; `wake_fd` is -1 or an open descriptor nobody else closes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_engine_new(config: *const c_char, len: usize, wake_fd: i64) -> *mut gf_engine {
    guard(ptr::null_mut(), || {
        // First of all, so that the descriptor is closed whatever happens next.
        // SAFETY: as the caller promises.
        let waker = unsafe { own_waker(wake_fd) }?;
        // SAFETY: as the caller promises.
        let config = unsafe { input::bytes("config", config, len) }?;
        let engine = Engine::new(config, waker, runtime::handle()?)?;
        Ok(Box::into_raw(Box::new(gf_engine(Arc::new(engine)))))
    })
}

/// # Safety
/// `fd` is -1 or an open descriptor nobody else closes.
unsafe fn own_waker(fd: i64) -> Result<Waker, Fault> {
    if fd == -1 {
        return Ok(Waker::default());
    }
    #[cfg(unix)]
    if let Some(fd) = i32::try_from(fd).ok().filter(|fd| *fd >= 0) {
        use std::os::fd::{FromRawFd, OwnedFd};
        // SAFETY: as the caller promises; a descriptor is never negative.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        return Waker::new(fd).map_err(|error| invalid(format!("wake_fd is not a socket: {error}")));
    }
    Err(invalid(format!("wake_fd cannot be {fd} on this platform")))
}

/// Ends every request in flight: each completes with "closed" and can still be drained, as do those submitted
/// later. Wakes who is in gf_wait. Safe to repeat; NULL is fine.
///
/// # Safety
/// `engine` is NULL or a living engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_engine_close(engine: *mut gf_engine) {
    guard_aside((), || {
        // SAFETY: as the caller promises.
        if let Some(engine) = unsafe { engine.as_ref() } {
            engine.0.close();
        }
        Ok(())
    });
}

/// Closes an engine and gives it back. Nobody may be about to call anything with it; who is in gf_wait
/// already is woken. NULL is fine.
///
/// # Safety
/// `engine` is NULL or came from `gf_engine_new` and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_engine_free(engine: *mut gf_engine) {
    guard_aside((), || {
        if !engine.is_null() {
            // SAFETY: it came from Box::into_raw, and the caller gives it up.
            let engine = unsafe { Box::from_raw(engine) };
            engine.0.close();
        }
        Ok(())
    });
}

/// Starts a request: JSON {"method", "url", "headers": [[name, value]...], "proxy", "connect_timeout",
/// "read_timeout", "max_body"} (seconds, bytes, null for none), its body if any, and what to keep of a
/// successful answer or NULL for its body as it comes. Returns its id, or 0 on error: then nothing was started.
/// read_timeout bounds each silence of the peer, the first from when there is a connection, or with no
/// connect_timeout from the start.
///
/// # Safety
/// `request` and `body` point to as many bytes as said; `engine` lives, and `projection` unless NULL.
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
        // SAFETY: as the caller promises.
        let engine = unsafe { input::handle("engine", engine) }?;
        // SAFETY: as the caller promises.
        let request = unsafe { input::bytes("request", request, len) }?;
        // SAFETY: as the caller promises.
        let body = unsafe { input::bytes("body", body, body_len) }?;
        // SAFETY: as the caller promises.
        let projection = unsafe { projection.as_ref() }.map(|projection| Arc::clone(&projection.0));
        engine.0.submit(Request::from_json(request, body)?, projection)
    })
}

/// Ends a request at once. 1: it was in flight, its connection is given up, it completes with "cancelled".
/// 0: it was not in flight any more. -1: error.
///
/// # Safety
/// `engine` lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_cancel(engine: *mut gf_engine, id: u64) -> i32 {
    guard(-1, || {
        // SAFETY: as the caller promises.
        let engine = unsafe { input::handle("engine", engine) }?;
        Ok(engine.0.cancel(id).into())
    })
}

/// Everything that has completed since the last call, or NULL when nothing has.
///
/// # Safety
/// `engine` lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_drain(engine: *mut gf_engine) -> *mut gf_batch {
    guard(ptr::null_mut(), || {
        // SAFETY: as the caller promises.
        let engine = unsafe { input::handle("engine", engine) }?;
        let completions = engine.0.drain();
        Ok(if completions.is_empty() { ptr::null_mut() } else { batch::into_raw(completions) })
    })
}

/// Blocks for at most timeout_ms milliseconds, -1 for ever. 1: there is something to drain. 2: there is not, and
/// the engine is closed. 0: the time is over. -1: error.
///
/// # Safety
/// `engine` lives when this is called; it may be freed while this waits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_wait(engine: *mut gf_engine, timeout_ms: i64) -> i32 {
    guard(-1, || {
        // SAFETY: as the caller promises.
        let engine = Arc::clone(&unsafe { input::handle("engine", engine) }?.0);
        let timeout = match u64::try_from(timeout_ms) {
            Ok(milliseconds) => Some(Duration::from_millis(milliseconds)),
            Err(_) if timeout_ms == -1 => None,
            Err(_) => return Err(invalid(format!("timeout_ms cannot be {timeout_ms}"))),
        };
        Ok(match engine.wait(timeout) {
            Waited::TimedOut => 0,
            Waited::Completed => 1,
            Waited::Closed => 2,
        })
    })
}

/// For tests. With NULL it panics, which returns 0 and leaves the panic's text to gf_last_error; with an engine
/// it starts a task that panics, and returns its id.
///
/// # Safety
/// `engine` is NULL or lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_test_panic(engine: *mut gf_engine) -> u64 {
    guard(0, || {
        // SAFETY: as the caller promises.
        match unsafe { engine.as_ref() } {
            None => panic!("a panic in a call, for a test"),
            Some(engine) => Ok(engine.0.submit_panic()),
        }
    })
}
