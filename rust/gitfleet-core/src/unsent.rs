//! Requests that were given to a connection which ended before it took them.
//!
//! hyper passes a request to the task of a connection through a channel. When the task ends, it empties the channel and
//! returns the requests, which are sent again. `tokio::sync::mpsc` empties it once: a request that another thread is
//! adding at this moment stays inside. The request keeps its channel, so nothing would wake it before the read timeout.
//! This concerns all servers that close connections, in both versions of HTTP. So the end of the connection is watched.

use std::future::pending;
use std::time::Duration;

use hyper::http::Extensions;
use hyper_util::client::legacy::connect::CaptureConnection;
use tokio::sync::watch;

use crate::watched::Watch;

/// The time that an ended connection has to return its requests. If it takes longer, they are sent again sooner, not
/// twice.
const RETURNING: Duration = Duration::from_millis(100);

/// A part of a connection's stream; the connection has ended when it is dropped.
pub(crate) struct Lifetime(watch::Sender<()>);

impl Lifetime {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    pub(crate) fn end(&self) -> End {
        End(self.0.subscribe())
    }
}

/// The end of a connection, in its metadata.
#[derive(Clone)]
pub(crate) struct End(watch::Receiver<()>);

impl End {
    /// The end of the connection that the request was given to last.
    fn of(connection: &CaptureConnection) -> Option<Self> {
        let mut extras = Extensions::new();
        connection.connection_metadata().as_ref()?.get_extras(&mut extras);
        extras.remove()
    }

    async fn reached(&mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// Completes when the request is in the channel of a connection that has ended, and was not taken: nothing of it was
/// or will be sent. To be polled by the task that polls the request, which alone gives it to another connection.
pub(crate) async fn is_left_behind(mut connection: CaptureConnection, watch: &Watch) {
    loop {
        drop(connection.wait_for_connection_metadata().await);
        let Some(mut end) = End::of(&connection) else { return pending().await };
        end.reached().await;
        if watch.is_taken() {
            return pending().await; // its outcome is certain
        }
        tokio::time::sleep(RETURNING).await;
        let is_same = End::of(&connection).is_some_and(|latest| latest.0.same_channel(&end.0));
        if is_same && !watch.is_taken() {
            return;
        }
    }
}
