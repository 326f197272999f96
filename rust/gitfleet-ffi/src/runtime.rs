//! The one Tokio runtime of a process.

use std::process;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread;

use gitfleet_core::fault::{Code, Fault};
use tokio::runtime::{Builder, Handle, Runtime};

const MAX_WORKERS: usize = 4;

struct Slot {
    pid: u32,
    runtime: Runtime,
}

/// Never freed and never shut down: the threads end with the process, whatever is in flight. After a fork
/// the child has this pointer but none of the threads, so it leaves the runtime alone and makes its own.
/// No lock around it: one that another thread held at the fork would stay locked in the child for ever.
static CURRENT: AtomicPtr<Slot> = AtomicPtr::new(ptr::null_mut());

/// The runtime of this process, made at the first call.
///
/// # Errors
/// `connection_failed` when the system does not give the threads or descriptors it takes.
pub(crate) fn handle() -> Result<Handle, Fault> {
    let pid = process::id();
    loop {
        let current = CURRENT.load(Ordering::Acquire);
        // SAFETY: NULL, or a box that was leaked below.
        match unsafe { current.as_ref() } {
            Some(slot) if slot.pid == pid => return Ok(slot.runtime.handle().clone()),
            _ => publish(current, Slot { pid, runtime: build()? }),
        }
    }
}

/// Puts `slot` in the place of `current`, unless another thread was faster.
fn publish(current: *mut Slot, slot: Slot) {
    let fresh = Box::into_raw(Box::new(slot));
    if CURRENT.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // SAFETY: it was not published, so this is the only pointer to the box made above.
        let slot = unsafe { Box::from_raw(fresh) };
        slot.runtime.shutdown_background();
    }
}

fn build() -> Result<Runtime, Fault> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(cores.min(MAX_WORKERS))
        .thread_name("gitfleet")
        .enable_all()
        .build()
        .map_err(|error| {
            Fault::new(Code::ConnectionFailed, format!("the runtime cannot be started: {error}"))
        })
}
