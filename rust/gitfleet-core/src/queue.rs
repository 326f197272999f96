//! Where answers wait to be collected.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::fault::Fault;
use crate::projection::Format;
use crate::wake::Waker;

/// What came of a request.
#[derive(Debug, Default)]
pub struct Answer {
    /// HTTP status, or 0 when no head of an answer arrived.
    pub status: u16,
    /// Names (lower case) and values by turns, with a NUL behind each. Values may hold any other byte.
    pub headers: Vec<u8>,
    /// The body as it came, or the columns picked from it.
    pub body: Vec<u8>,
    /// What `body` is.
    pub format: Format,
    /// Why the request failed, if it did.
    pub fault: Option<Fault>,
}

impl Answer {
    pub(crate) fn failed(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

/// The answer to the request with this id.
#[derive(Debug)]
pub struct Completion {
    /// What `submit` returned.
    pub id: u64,
    /// What came of it.
    pub answer: Answer,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// There is something to drain.
    Completed,
    /// The engine is closed, and everything is drained.
    Closed,
    /// The time is over.
    TimedOut,
}

#[derive(Default)]
struct State {
    completions: Vec<Completion>,
    closed: bool,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    waker: Waker,
}

impl Queue {
    pub(crate) fn new(waker: Waker) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), waker }
    }

    /// Adds completions. Who gets true has to call [`Self::wake`] as soon as it holds no lock.
    #[must_use = "someone may be waiting"]
    pub(crate) fn add(&self, completions: impl IntoIterator<Item = Completion>) -> bool {
        let mut state = self.lock();
        let was_empty = state.completions.is_empty();
        state.completions.extend(completions);
        // Only the first one needs to wake: who drains takes all.
        was_empty && !state.completions.is_empty()
    }

    /// Not under a lock, for those who are woken want it.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
        self.waker.wake();
    }

    pub(crate) fn drain(&self) -> Vec<Completion> {
        std::mem::take(&mut self.lock().completions)
    }

    /// From now on waiting has an end. Needs no [`Self::wake`].
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn wait(&self, timeout: Option<Duration>) -> Waited {
        let idle = |state: &mut State| state.completions.is_empty() && !state.closed;
        let state = self.lock();
        let state = match timeout {
            None => self.changed.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                let waited = self.changed.wait_timeout_while(state, limit, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        match (state.completions.is_empty(), state.closed) {
            (false, _) => Waited::Completed,
            (true, true) => Waited::Closed,
            (true, false) => Waited::TimedOut,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
