//! A peer in memory.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream whose peer waits for a request, sends bytes piece by piece and closes the connection.
pub(super) struct Peer {
    pieces: VecDeque<Vec<u8>>,
    is_asked: bool,
    /// Whether the reader was woken for the next piece.
    is_due: bool,
    reader: Option<Waker>,
    /// Number of bytes that were read.
    read: Arc<AtomicUsize>,
}

impl Peer {
    pub(super) fn new<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> Self {
        // A piece without bytes would be the end of the stream.
        let pieces = pieces.filter(|piece| !piece.is_empty()).map(<[u8]>::to_vec).collect();
        Self { pieces, is_asked: false, is_due: false, reader: None, read: Arc::default() }
    }

    pub(super) fn read(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.read)
    }
}

impl AsyncRead for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.is_asked {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        // Every piece is a separate event, so that no two are read in one go.
        if !std::mem::replace(&mut self.is_due, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(mut piece) = self.pieces.pop_front() else { return Poll::Ready(Ok(())) };
        let length = piece.len().min(buffer.remaining());
        buffer.put_slice(&piece[..length]);
        self.read.fetch_add(length, Ordering::Relaxed);
        piece.drain(..length);
        if piece.is_empty() {
            self.is_due = false;
        } else {
            self.pieces.push_front(piece);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Peer {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_asked = true;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Runs a future that needs neither timers nor sockets.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => panic!("no runtime: {error}"),
    }
}
