//! A request that is added to a connection's channel while the connection ends: it is sent on another connection.
//!
//! The thread that adds it is stopped inside `tokio::sync::mpsc`, which allocates memory for 32 messages at once,
//! between the check that the channel is open and the adding. The test knows the block by its size, which no request
//! before has allocated.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test whose setup fails should panic")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Client, LONG, Server, get, ok, text, with};

/// The messages of one block, and the size of a smaller one than any block.
const BLOCK: usize = 32;
const SMALLER: usize = 4 << 10;
const LARGER: usize = 64 << 10;

const LEARNING: usize = 1;
const STOPPING: usize = 2;
static MODE: AtomicUsize = AtomicUsize::new(0);
static SIZES: [AtomicUsize; LARGER] = [const { AtomicUsize::new(0) }; LARGER];
/// The size of the memory whose allocation was stopped.
static STOPPED: AtomicUsize = AtomicUsize::new(0);

struct Stopping;

#[global_allocator]
static ALLOCATOR: Stopping = Stopping;

fn before_allocation(size: usize) {
    if !(SMALLER..LARGER).contains(&size) {
        return;
    }
    let mode = MODE.load(Ordering::SeqCst);
    if mode == LEARNING {
        SIZES[size].store(1, Ordering::SeqCst);
    } else if mode == STOPPING && SIZES[size].load(Ordering::SeqCst) == 0 {
        MODE.store(0, Ordering::SeqCst);
        STOPPED.store(size, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(300));
    }
}

// SAFETY: all memory is that of the system's allocator.
unsafe impl GlobalAlloc for Stopping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        before_allocation(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `alloc` got the memory from the same allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[test]
fn a_request_is_not_lost_in_a_connection_that_ends_while_it_is_added() {
    let (close, closing) = channel();
    let closing = Mutex::new(closing);
    let served = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&served);
    let server = Server::new(move |stream, _| {
        stream.write_all(&ok("[1]")).unwrap();
        if counter.fetch_add(1, Ordering::SeqCst) + 1 == BLOCK {
            closing.lock().unwrap().recv().unwrap();
            return false;
        }
        true
    });
    let client = Client::new();
    let request = with(with(get(&server.url()), "method", json!("POST")), "read_timeout", json!(10));
    for number in 0..BLOCK {
        assert_eq!(text(&client.send(&request)), "[1]");
        if number == 0 {
            MODE.store(LEARNING, Ordering::SeqCst); // the new connection's channel has its first block
        }
    }
    assert_eq!(server.connections(), 1);

    MODE.store(STOPPING, Ordering::SeqCst);
    let start = Instant::now();
    let id = client.submit(&request);
    while STOPPED.load(Ordering::SeqCst) == 0 {
        assert!(start.elapsed() < LONG, "no allocation was stopped");
        std::thread::sleep(Duration::from_millis(1));
    }
    close.send(()).unwrap();

    let completion = client.collect(1).remove(0);
    assert_eq!(completion.id, id);
    assert_eq!(text(&completion.outcome), "[1]");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!((server.requests(), server.connections()), (BLOCK + 1, 2));
}
