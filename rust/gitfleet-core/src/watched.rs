//! Whether the error of a request belongs to its HTTP/2 stream or to the whole connection.
//!
//! hyper gives a request to h2, asks h2 whether the connection has failed, and spawns a task that waits for the
//! response of the stream. If its thread is preempted before the question, the head may have been sent, and a GOAWAY
//! that promises to serve it received. The request then fails with the error of the connection, which looks the same
//! as the error of a stream that is not served. So the request is watched: the error belongs to the stream only if
//! the task was spawned.
//!
//! The same watch knows whether a connection has taken the request, in both versions of HTTP.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use hyper::rt::Executor;

thread_local! {
    /// The request that hyper gives to h2 on this thread.
    static SUBMITTED: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// How far a request has come.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Progress>);

#[derive(Default)]
struct Progress {
    is_taken: AtomicBool,
    is_spawned: AtomicBool,
}

impl Watch {
    /// Whether the task of a connection has taken the request; before that, nothing of it is sent.
    pub(crate) fn is_taken(&self) -> bool {
        self.0.is_taken.load(Ordering::Acquire)
    }

    /// Whether hyper has spawned the task that waits for the response; known if the task is followed.
    pub(crate) fn is_spawned(&self) -> bool {
        self.0.is_spawned.load(Ordering::Acquire)
    }
}

/// The body of a request, which hyper asks for its end just before it gives the request to h2 or writes its head, and
/// drops afterwards on the same thread.
pub(crate) struct WatchedBody {
    bytes: Full<Bytes>,
    watch: Watch,
    follows_task: bool,
}

impl WatchedBody {
    /// `follows_task`: whether the watch shall know that the task was spawned.
    pub(crate) fn new(bytes: Full<Bytes>, watch: Watch, follows_task: bool) -> Self {
        Self { bytes, watch, follows_task }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = <Full<Bytes> as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.bytes).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.watch.0.is_taken.store(true, Ordering::Release);
        if self.follows_task {
            self.watch.0.is_spawned.store(false, Ordering::Release);
            SUBMITTED.set(Some(self.watch.clone()));
        }
        self.bytes.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.bytes.size_hint()
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        if !self.follows_task {
            return;
        }
        // An error if the thread is ending: then nothing is left to forget.
        let _ = SUBMITTED.try_with(|submitted| {
            submitted.borrow_mut().take_if(|other| Arc::ptr_eq(&other.0, &self.watch.0));
        });
    }
}

/// Spawns the tasks of hyper.
#[derive(Clone)]
pub(crate) struct WatchingExecutor;

impl<F> Executor<F> for WatchingExecutor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        if let Some(watch) = SUBMITTED.take() {
            watch.0.is_spawned.store(true, Ordering::Release);
        }
        tokio::spawn(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submit() -> (WatchedBody, Watch) {
        let watch = Watch::default();
        let body = WatchedBody::new(Full::default(), watch.clone(), true);
        assert!(!watch.is_taken());
        assert!(body.is_end_stream());
        assert!(watch.is_taken());
        (body, watch)
    }

    fn spawn() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        WatchingExecutor.execute(async {});
    }

    #[test]
    fn a_request_is_watched_once_the_task_is_spawned_that_waits_for_its_response() {
        let (body, watch) = submit();
        assert!(!watch.is_spawned());
        spawn();
        assert!(watch.is_spawned());
        drop(body);
        assert!(watch.is_spawned());
    }

    #[test]
    fn a_task_that_is_spawned_after_the_body_was_dropped_is_another_one() {
        let (body, watch) = submit();
        drop(body);
        spawn();
        assert!(!watch.is_spawned());
    }

    #[test]
    fn a_task_belongs_to_the_request_that_was_submitted_last() {
        let (first, earlier) = submit();
        let (_second, later) = submit();
        drop(first);
        spawn();
        assert!(later.is_spawned());
        assert!(!earlier.is_spawned());
    }
}
