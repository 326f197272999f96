//! The queue of completed requests that wait to be drained.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Error;
use crate::projection::Format;
use crate::wake::Waker;

/// The result of a request: a response, an error, or the part of a response that arrived before an error.
#[derive(Debug, Default)]
pub struct Outcome {
    /// HTTP status, or 0 when no response head arrived.
    pub status: u16,
    /// Header names (lower case) and values in turn, each followed by a NUL. Values may contain any other byte.
    pub headers: Vec<u8>,
    /// The body as received, or the columns selected from it.
    pub body: Vec<u8>,
    /// The format of `body`.
    pub format: Format,
    /// Why the request failed, if it did.
    pub error: Option<Error>,
}

impl Outcome {
    pub(crate) fn failed(error: Error) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// The outcome of the request with this id.
#[derive(Debug)]
pub struct Completion {
    /// The id that `submit` returned.
    pub id: u64,
    /// The result of the request.
    pub outcome: Outcome,
}

/// The reason why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitResult {
    /// There are completions to drain.
    Completed,
    /// The engine is closed, and all completions are drained.
    Closed,
    /// The timeout expired.
    TimedOut,
}

#[derive(Default)]
struct State {
    completions: Vec<Completion>,
    closed: bool,
}

pub(crate) struct CompletionQueue {
    state: Mutex<State>,
    changed: Condvar,
    waker: Waker,
}

impl CompletionQueue {
    pub(crate) fn new(waker: Waker) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), waker }
    }

    /// Adds completions. If this returns true, the caller has to call [`Self::wake`] once it holds no lock.
    #[must_use = "waiting threads may have to be woken"]
    pub(crate) fn add(&self, completions: impl IntoIterator<Item = Completion>) -> bool {
        let mut state = self.lock();
        let was_empty = state.completions.is_empty();
        state.completions.extend(completions);
        // Only the first completion needs a wake-up: draining takes all.
        was_empty && !state.completions.is_empty()
    }

    /// Wakes waiting threads and the event loop. Call it without a lock: the woken threads acquire the lock.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
        self.waker.wake();
    }

    pub(crate) fn drain(&self) -> Vec<Completion> {
        std::mem::take(&mut self.lock().completions)
    }

    /// Makes every wait end as soon as the queue is empty. Needs no [`Self::wake`].
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn wait(&self, timeout: Option<Duration>) -> WaitResult {
        let idle = |state: &mut State| state.completions.is_empty() && !state.closed;
        let state = self.lock();
        let state = match timeout {
            None => self.changed.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                let result = self.changed.wait_timeout_while(state, limit, idle);
                result.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        match (state.completions.is_empty(), state.closed) {
            (false, _) => WaitResult::Completed,
            (true, true) => WaitResult::Closed,
            (true, false) => WaitResult::TimedOut,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
