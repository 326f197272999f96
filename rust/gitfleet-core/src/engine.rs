//! The engine: starts, tracks and cancels requests.

use std::any::Any;
use std::collections::HashMap;
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use rustls::ClientConfig;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::clients::Clients;
use crate::completions::{Completion, CompletionQueue, Outcome, WaitResult};
use crate::error::{Error, ErrorCode};
use crate::fetch::fetch;
use crate::projection::Projection;
use crate::request::Request;
use crate::tls::{self, Listed, Trust};
use crate::wake::Waker;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    verify: bool,
    issuers: Option<String>,
    servers: Option<String>,
    problem: Option<String>,
    http2: bool,
}

impl Config {
    fn parse(config: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(config).map_err(invalid)
    }

    fn tls(self) -> Result<ClientConfig, Error> {
        let trust = match (self.verify, self.issuers, self.servers) {
            (true, None, None) => Trust::Store,
            (true, issuers, servers) => Trust::Listed(Listed {
                issuers: issuers.unwrap_or_default(),
                servers: servers.unwrap_or_default(),
                problem: self.problem,
            }),
            (false, None, None) => Trust::Any,
            (false, ..) => return Err(invalid("certificates without verification have no meaning")),
        };
        tls::client_config(&trust, self.http2)
    }
}

fn invalid(reason: impl Display) -> Error {
    Error::new(ErrorCode::InvalidArgument, format!("engine configuration: {reason}"))
}

/// Sends requests and collects their outcomes. Dropping it closes it.
pub struct Engine {
    runtime: Handle,
    clients: Clients,
    shared: Arc<Shared>,
}

struct Shared {
    tasks: Mutex<Tasks>,
    queue: CompletionQueue,
}

/// The code that removes an id from `running` queues its completion under the same lock. So each id has exactly one
/// completion, and once the engine is closed and the queue empty, no completion is missing.
#[derive(Default)]
struct Tasks {
    last_id: u64,
    is_closed: bool,
    running: HashMap<u64, AbortHandle>,
}

impl Engine {
    /// Creates an engine from `{"verify": bool, "http2": bool}`. Opens no connection. With `issuers` and `servers`,
    /// certificates in PEM, only those that an issuer has signed and the servers themselves are trusted, otherwise
    /// those of the system's store. `problem` says why both are empty.
    ///
    /// # Errors
    /// `invalid_argument` for text that is not of this form.
    pub fn new(config: &[u8], waker: Waker, runtime: Handle) -> Result<Self, Error> {
        let config = Config::parse(config)?;
        let http2 = config.http2;
        let clients = Clients::new(config.tls()?, http2);
        let shared = Arc::new(Shared { tasks: Mutex::default(), queue: CompletionQueue::new(waker) });
        Ok(Self { runtime, clients, shared })
    }

    /// Validates a configuration without creating an engine.
    ///
    /// # Errors
    /// The errors of [`Engine::new`].
    pub fn check(config: &[u8]) -> Result<(), Error> {
        Config::parse(config)?.tls().map(drop)
    }

    /// Starts a request and returns the id that its completion will have.
    ///
    /// # Errors
    /// `invalid_request` when its proxy cannot be used; then nothing was started.
    pub fn submit(&self, request: Request, projection: Option<Arc<Projection>>) -> Result<u64, Error> {
        let client = self.clients.get(&request.route)?;
        let id = self.start(fetch(client, request, projection));
        if self.shared.lock().is_closed {
            self.clients.clear();
        }
        Ok(id)
    }

    /// Starts a task that panics, so that tests can prove that no panic leaves the engine.
    pub fn submit_panic(&self) -> u64 {
        self.start(async { panic!("a panic in a task, for a test") })
    }

    /// Cancels a request immediately; it completes with `cancelled`. Returns false if it was not in flight any more.
    pub fn cancel(&self, id: u64) -> bool {
        let mut tasks = self.shared.lock();
        let Some(task) = tasks.running.remove(&id) else { return false };
        task.abort();
        self.shared.queue(tasks, [failed(id, ErrorCode::Cancelled, "the request was cancelled")]);
        true
    }

    /// Cancels every request, each of which completes with `closed`, and wakes waiting threads. Safe to repeat.
    pub fn close(&self) {
        let mut tasks = self.shared.lock();
        tasks.is_closed = true;
        let running = std::mem::take(&mut tasks.running);
        running.values().for_each(AbortHandle::abort);
        self.shared.queue(tasks, running.into_keys().map(closed));
        self.shared.queue.close();
        self.clients.clear();
    }

    /// All completions since the last call.
    pub fn drain(&self) -> Vec<Completion> {
        self.shared.queue.drain()
    }

    /// Blocks until there are completions to drain, the engine is closed, or the timeout expires (None: no timeout).
    pub fn wait(&self, timeout: Option<Duration>) -> WaitResult {
        self.shared.queue.wait(timeout)
    }

    fn start(&self, work: impl Future<Output = Outcome> + Send + 'static) -> u64 {
        let mut tasks = self.shared.lock();
        tasks.last_id += 1;
        let id = tasks.last_id;
        if tasks.is_closed {
            self.shared.queue(tasks, [closed(id)]);
            return id;
        }
        let shared = Arc::clone(&self.shared);
        // Under the lock, so that the task cannot complete before its id is in `running`.
        let task = self.runtime.spawn(async move {
            let outcome = catch_panic(work).await;
            shared.complete(id, outcome);
        });
        tasks.running.insert(id, task.abort_handle());
        id
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn complete(&self, id: u64, outcome: Outcome) {
        let mut tasks = self.lock();
        if tasks.running.remove(&id).is_some() {
            self.queue(tasks, [Completion { id, outcome }]);
        }
    }

    /// Queues the completions of ids that were just removed from `tasks`, then unlocks `tasks`.
    fn queue(&self, tasks: MutexGuard<'_, Tasks>, completions: impl IntoIterator<Item = Completion>) {
        let must_wake = self.queue.add(completions);
        drop(tasks);
        if must_wake {
            self.queue.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed(id: u64) -> Completion {
    failed(id, ErrorCode::Closed, "the engine is closed")
}

fn failed(id: u64, code: ErrorCode, message: &str) -> Completion {
    Completion { id, outcome: Outcome::failed(Error::new(code, message)) }
}

/// Runs `work`; a panic becomes an error.
async fn catch_panic(work: impl Future<Output = Outcome>) -> Outcome {
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(Outcome::failed(panic_error(panic.as_ref()))),
    })
    .await
}

/// The error for a caught panic, with the panic's text.
pub fn panic_error(panic: &(dyn Any + Send)) -> Error {
    let text = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text.as_str(),
        (None, None) => "a panic without a text",
    };
    Error::new(ErrorCode::Internal, format!("the native engine panicked: {text}"))
}
