//! Starts the read timeout only after connecting: time spent on DNS, TCP and TLS counts against `connect_timeout`.

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

tokio::task_local! {
    /// The clock of the request that is being polled. hyper-util starts to connect within that poll, but may finish
    /// in the background when another connection becomes free first.
    static CURRENT: IdleClock;
}

/// The time since which the peer has been silent; None while a connection to it is being established.
#[derive(Clone)]
pub(crate) struct IdleClock(Arc<watch::Sender<Option<Instant>>>);

impl IdleClock {
    pub(crate) fn start() -> Self {
        Self(Arc::new(watch::Sender::new(Some(Instant::now()))))
    }

    /// Runs a request whose time spent on connecting does not count as silence.
    pub(crate) async fn track<T>(&self, request: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), request).await
    }

    /// Completes with `limit` when the peer has been silent for longer; never without a limit.
    pub(crate) async fn expired(&self, limit: Option<Duration>) -> Duration {
        let Some(limit) = limit else { return pending().await };
        let mut since = self.0.subscribe();
        loop {
            let deadline = since.borrow_and_update().map(|start| start + limit);
            match deadline {
                None => drop(since.changed().await),
                Some(deadline) if timeout_at(deadline, since.changed()).await.is_err() => return limit,
                Some(_) => {}
            }
        }
    }
}

/// Stops the clock, and restarts it when dropped: connecting may also fail or be abandoned.
pub(crate) struct ConnectGuard(Option<IdleClock>);

impl ConnectGuard {
    /// To be created by the request's own task.
    pub(crate) fn new() -> Self {
        let clock = CURRENT.try_with(Clone::clone).ok();
        if let Some(IdleClock(since)) = &clock {
            since.send_replace(None);
        }
        Self(clock)
    }
}

impl Drop for ConnectGuard {
    fn drop(&mut self) {
        if let Some(IdleClock(since)) = &self.0 {
            since.send_replace(Some(Instant::now()));
        }
    }
}
