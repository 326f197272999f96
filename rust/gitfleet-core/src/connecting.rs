//! When a request has the connection that was made for it: only then can its peer be silent.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// Of the request that is being polled. hyper-util begins to connect as part of that, though it may end it in
    /// the background when another connection becomes free meanwhile.
    static CURRENT: Silence;
}

/// Since when the peer has been silent; none while a connection to it is being made.
#[derive(Clone)]
pub(crate) struct Silence(Arc<watch::Sender<Option<Instant>>>);

impl Silence {
    pub(crate) fn from_now() -> Self {
        Self(Arc::new(watch::Sender::new(Some(Instant::now()))))
    }

    /// Runs a request whose connecting does not count as silence.
    pub(crate) async fn watch<T>(&self, request: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), request).await
    }

    /// Ends when the peer has been silent for longer than `limit`.
    pub(crate) async fn longer_than(&self, limit: Duration) {
        let mut since = self.0.subscribe();
        loop {
            let changed = since.borrow_and_update().map(|start| start + limit);
            match changed {
                None => drop(since.changed().await),
                Some(end) if timeout_at(end, since.changed()).await.is_err() => return,
                Some(_) => {}
            }
        }
    }
}

/// Tells the request in whose task a connection is made when that begins and ends.
#[derive(Clone)]
pub(crate) struct Observe;

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, connector: S) -> Observed<S> {
        Observed(connector)
    }
}

#[derive(Clone)]
pub(crate) struct Observed<S>(S);

impl<S, Target> Service<Target> for Observed<S>
where
    S: Service<Target>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let under_way = UnderWay::begin();
        let connection = self.0.call(target);
        Box::pin(async move {
            let _under_way = under_way;
            connection.await
        })
    }
}

/// Ends when it is dropped: connecting may also fail, or be given up.
struct UnderWay(Option<Silence>);

impl UnderWay {
    fn begin() -> Self {
        let silence = CURRENT.try_with(Clone::clone).ok();
        if let Some(Silence(since)) = &silence {
            since.send_replace(None);
        }
        Self(silence)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(Silence(since)) = &self.0 {
            since.send_replace(Some(Instant::now()));
        }
    }
}
