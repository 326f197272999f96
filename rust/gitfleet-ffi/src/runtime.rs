//! The Tokio runtime, one per process.

use std::process;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread;

use gitfleet_core::error::{Error, ErrorCode};
use tokio::runtime::{Builder, Handle, Runtime};

const MAX_WORKERS: usize = 4;

struct Slot {
    pid: u32,
    runtime: Runtime,
}

/// Never freed and never shut down: its threads end with the process. After a fork the child has this pointer but
/// none of the threads, so it does not use this runtime and creates another one. Not behind a lock: a lock that
/// another thread holds during the fork stays locked in the child forever.
static CURRENT: AtomicPtr<Slot> = AtomicPtr::new(ptr::null_mut());

/// The runtime of this process, created by the first call.
///
/// # Errors
/// `connection_failed` when the system has no threads or descriptors left for it.
pub(crate) fn handle() -> Result<Handle, Error> {
    let pid = process::id();
    loop {
        let current = CURRENT.load(Ordering::Acquire);
        // SAFETY: NULL, or a box that `publish` leaked and that is never freed.
        match unsafe { current.as_ref() } {
            Some(slot) if slot.pid == pid => return Ok(slot.runtime.handle().clone()),
            _ => publish(current, Slot { pid, runtime: build()? }),
        }
    }
}

/// Replaces `current` with `slot`, unless another thread was faster.
fn publish(current: *mut Slot, slot: Slot) {
    let fresh = Box::into_raw(Box::new(slot));
    if CURRENT.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // SAFETY: it was not published, so `fresh` is the only pointer to the box.
        let slot = unsafe { Box::from_raw(fresh) };
        slot.runtime.shutdown_background();
    }
}

fn build() -> Result<Runtime, Error> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(cores.min(MAX_WORKERS))
        .thread_name("gitfleet")
        .enable_all()
        .build()
        .map_err(|error| {
            Error::new(ErrorCode::ConnectionFailed, format!("the runtime cannot be started: {error}"))
        })
}
