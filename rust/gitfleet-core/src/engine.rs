//! Requests in flight.

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
use crate::fault::{Code, Fault};
use crate::fetch::fetch;
use crate::projection::Projection;
use crate::queue::{Answer, Completion, Queue, Waited};
use crate::request::Request;
use crate::tls::{self, Trust};
use crate::wake::Waker;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    verify: bool,
    ca_file: Option<String>,
    http2: bool,
}

impl Spec {
    fn read(config: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(config).map_err(refused)
    }

    fn tls(&self) -> Result<ClientConfig, Fault> {
        let trust = match (self.verify, &self.ca_file) {
            (true, None) => Trust::System,
            (true, Some(path)) => Trust::File(path.into()),
            (false, None) => Trust::Anyone,
            (false, Some(_)) => return Err(refused("a CA file without verification has no meaning")),
        };
        tls::client_config(&trust, self.http2)
    }
}

fn refused(reason: impl Display) -> Fault {
    Fault::new(Code::InvalidArgument, format!("engine configuration: {reason}"))
}

/// Sends requests and collects their answers. Dropping it closes it.
pub struct Engine {
    runtime: Handle,
    clients: Clients,
    shared: Arc<Shared>,
}

struct Shared {
    tasks: Mutex<Tasks>,
    queue: Queue,
}

/// Whoever takes an id out of `running` queues its completion, in the same locked moment: so there is exactly
/// one, and who finds the engine closed and the queue empty has missed none.
#[derive(Default)]
struct Tasks {
    last_id: u64,
    is_closed: bool,
    running: HashMap<u64, AbortHandle>,
}

impl Engine {
    /// Reads `{"verify": bool, "ca_file": path or null, "http2": bool}`. Nothing is opened yet.
    ///
    /// # Errors
    /// `invalid_argument` for text that is not of this form and for a CA file that cannot be used.
    pub fn new(config: &[u8], waker: Waker, runtime: Handle) -> Result<Self, Fault> {
        let spec = Spec::read(config)?;
        let clients = Clients::new(spec.tls()?, spec.http2);
        let shared = Arc::new(Shared { tasks: Mutex::default(), queue: Queue::new(waker) });
        Ok(Self { runtime, clients, shared })
    }

    /// Judges a configuration as [`Engine::new`] does, without an engine.
    ///
    /// # Errors
    /// Those of [`Engine::new`].
    pub fn check(config: &[u8]) -> Result<(), Fault> {
        Spec::read(config)?.tls().map(drop)
    }

    /// Starts a request; its completion has the id that is returned.
    ///
    /// # Errors
    /// `invalid_request` when there is no client for it; then nothing was started.
    pub fn submit(&self, request: Request, projection: Option<Arc<Projection>>) -> Result<u64, Fault> {
        let client = self.clients.get(&request.route)?;
        let id = self.start(fetch(client, request, projection));
        if self.shared.lock().is_closed {
            self.clients.clear();
        }
        Ok(id)
    }

    /// Starts a task that panics: how tests see that no panic leaves the engine.
    pub fn submit_panic(&self) -> u64 {
        self.start(async { panic!("a panic in a task, for a test") })
    }

    /// Ends a request at once. It completes with `cancelled`; false: it was not in flight any more.
    pub fn cancel(&self, id: u64) -> bool {
        let mut tasks = self.shared.lock();
        let Some(task) = tasks.running.remove(&id) else { return false };
        task.abort();
        self.shared.queue(tasks, [failed(id, Code::Cancelled, "the request was cancelled")]);
        true
    }

    /// Ends every request, each completing with `closed`, and wakes those who wait. Safe to repeat.
    pub fn close(&self) {
        let mut tasks = self.shared.lock();
        tasks.is_closed = true;
        let running = std::mem::take(&mut tasks.running);
        running.values().for_each(AbortHandle::abort);
        self.shared.queue(tasks, running.into_keys().map(closed));
        self.shared.queue.close();
        self.clients.clear();
    }

    /// Everything that has completed since the last call.
    pub fn drain(&self) -> Vec<Completion> {
        self.shared.queue.drain()
    }

    /// Blocks until there is something to drain, the engine is closed, or the time is over (none: for ever).
    pub fn wait(&self, timeout: Option<Duration>) -> Waited {
        self.shared.queue.wait(timeout)
    }

    fn start(&self, work: impl Future<Output = Answer> + Send + 'static) -> u64 {
        let mut tasks = self.shared.lock();
        tasks.last_id += 1;
        let id = tasks.last_id;
        if tasks.is_closed {
            self.shared.queue(tasks, [closed(id)]);
            return id;
        }
        let shared = Arc::clone(&self.shared);
        // Under the lock, so that the task cannot look for its id before it is there.
        let task = self.runtime.spawn(async move {
            let answer = without_panic(work).await;
            shared.complete(id, answer);
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
    fn complete(&self, id: u64, answer: Answer) {
        let mut tasks = self.lock();
        if tasks.running.remove(&id).is_some() {
            self.queue(tasks, [Completion { id, answer }]);
        }
    }

    /// Queues the completions of ids that were just taken out of `tasks`, then lets go of them.
    fn queue(&self, tasks: MutexGuard<'_, Tasks>, completions: impl IntoIterator<Item = Completion>) {
        let is_awaited = self.queue.add(completions);
        drop(tasks);
        if is_awaited {
            self.queue.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed(id: u64) -> Completion {
    failed(id, Code::Closed, "the engine is closed")
}

fn failed(id: u64, code: Code, message: &str) -> Completion {
    Completion { id, answer: Answer::failed(Fault::new(code, message)) }
}

/// Runs `work` to its end, or to its panic.
async fn without_panic(work: impl Future<Output = Answer>) -> Answer {
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(Answer::failed(panic_fault(panic.as_ref()))),
    })
    .await
}

/// A caught panic as a failure, with the panic's text.
pub fn panic_fault(panic: &(dyn Any + Send)) -> Fault {
    let text = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text.as_str(),
        (None, None) => "a panic without a text",
    };
    Fault::new(Code::Internal, format!("the native engine panicked: {text}"))
}
