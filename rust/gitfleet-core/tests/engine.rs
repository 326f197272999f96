//! Requests in flight: every id completes exactly once, however it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says at once when it cannot be set up")]

mod support;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gitfleet_core::queue::Waited;
use gitfleet_core::wake::Waker;
use serde_json::json;
use support::{Client, LONG, Server, code, get, message, ok, parse, text};

/// A server that never answers, and tells when its peer is gone.
fn silent() -> (Server, Arc<AtomicUsize>) {
    let gone = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&gone);
    let server = Server::new(move |stream, _| {
        while !matches!(stream.read(&mut [0; 64]), Ok(0) | Err(_)) {}
        count.fetch_add(1, Ordering::SeqCst);
        false
    });
    (server, gone)
}

#[track_caller]
fn becomes(count: &AtomicUsize, wanted: usize) {
    let start = Instant::now();
    while count.load(Ordering::SeqCst) != wanted {
        assert!(start.elapsed() < LONG, "{} instead of {wanted}", count.load(Ordering::SeqCst));
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn every_id_completes_once_also_when_cancelled_at_any_moment() {
    let server = Server::answering(ok("[]"));
    let client = Client::new();
    let ids: Vec<u64> = (0..300).map(|_| client.submit(&get(&server.url()))).collect();
    let mut cancelled = 0;
    for (index, id) in ids.iter().enumerate().filter(|(index, _)| index % 3 == 0) {
        std::thread::sleep(Duration::from_micros(index as u64 % 50));
        cancelled += usize::from(client.engine.cancel(*id));
    }
    let all = client.collect(300);
    let seen: HashSet<u64> = all.iter().map(|completion| completion.id).collect();
    assert_eq!(seen, ids.into_iter().collect());
    assert_eq!(all.iter().filter(|completion| completion.answer.fault.is_some()).count(), cancelled);
    assert!(client.engine.drain().is_empty());
    assert_eq!(client.engine.wait(Some(Duration::from_millis(50))), Waited::TimedOut);
}

#[test]
fn connections_are_used_again() {
    let server = Server::answering(ok("[]"));
    let client = Client::new();
    for _ in 0..5 {
        assert_eq!(text(&client.send(&get(&server.url()))), "[]");
    }
    assert_eq!((server.requests(), server.connections()), (5, 1));
}

#[test]
fn cancelling_closes_the_connection_at_once() {
    let (server, gone) = silent();
    let client = Client::new();
    let id = client.submit(&get(&server.url()));
    becomes(&server.requests, 1);
    assert!(client.engine.cancel(id));
    assert_eq!(code(&client.collect(1)[0].answer), "cancelled");
    becomes(&gone, 1);
    assert!(!client.engine.cancel(id), "not in flight any more");
    assert!(!client.engine.cancel(99));
    assert!(client.engine.drain().is_empty());
}

#[test]
fn closing_completes_everything_and_later_requests_too() {
    let (server, gone) = silent();
    let client = Client::new();
    let ids: HashSet<u64> = (0..20).map(|_| client.submit(&get(&server.url()))).collect();
    becomes(&server.requests, 20);
    client.engine.close();
    client.engine.close();
    let all = client.collect(20);
    assert_eq!(all.iter().map(|completion| completion.id).collect::<HashSet<_>>(), ids);
    assert!(all.iter().all(|completion| code(&completion.answer) == "closed"));
    becomes(&gone, 20);
    assert_eq!(client.engine.wait(None), Waited::Closed);
    let late = client.submit(&get(&server.url()));
    let all = client.collect(1);
    assert_eq!((all[0].id, code(&all[0].answer).as_str()), (late, "closed"));
    assert_eq!(server.requests(), 20);
}

#[test]
fn a_closed_engine_with_an_empty_queue_has_nothing_more_to_come() {
    for pause in 0..100 {
        let client = Client::new();
        for _ in 0..50 {
            client.engine.submit_panic();
        }
        std::thread::sleep(Duration::from_micros(pause * 10));
        client.engine.close();
        assert_eq!(client.engine.drain().len(), 50);
        assert_eq!(client.engine.wait(None), Waited::Closed);
    }
}

#[test]
fn closing_wakes_who_waits_for_ever() {
    let client = Client::new();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| client.engine.wait(None));
        std::thread::sleep(Duration::from_millis(50));
        client.engine.close();
        assert_eq!(waiter.join().unwrap(), Waited::Closed);
    });
}

#[test]
fn a_panic_in_a_task_is_an_answer_with_its_text() {
    let client = Client::new();
    let id = client.engine.submit_panic();
    let all = client.collect(1);
    assert_eq!((all[0].id, code(&all[0].answer).as_str()), (id, "internal"));
    assert!(message(&all[0].answer).contains("a panic in a task, for a test"));
    let server = Server::answering(ok("1"));
    assert_eq!(text(&client.send(&get(&server.url()))), "1", "the engine goes on");
}

#[test]
fn a_panic_in_one_task_leaves_the_others_alone() {
    let server = Server::answering(ok("1"));
    let client = Client::new();
    for _ in 0..50 {
        client.engine.submit_panic();
        client.submit(&get(&server.url()));
    }
    let all = client.collect(100);
    assert_eq!(all.iter().filter(|completion| completion.answer.fault.is_none()).count(), 50);
}

#[cfg(unix)]
#[test]
fn one_byte_wakes_when_the_queue_is_no_longer_empty() {
    let (mut near, far) = std::os::unix::net::UnixStream::pair().unwrap();
    near.set_read_timeout(Some(LONG)).unwrap();
    let config = json!({"verify": true, "ca_file": null, "http2": true});
    let client = Client::with_waker(&config, Waker::new(far.into()).unwrap()).unwrap();
    let mut buffer = [0; 16];
    for _ in 0..20 {
        client.engine.submit_panic();
        // Nothing else says that it has completed: without the byte this read would time out.
        assert_eq!(near.read(&mut buffer).unwrap(), 1);
        assert_eq!(client.engine.drain().len(), 1);
    }
    for _ in 0..50 {
        client.engine.submit_panic();
    }
    // The queue stays filled, so one byte is all there is; closing adds none.
    assert_eq!(near.read(&mut buffer).unwrap(), 1);
    client.engine.close();
    assert_eq!(client.engine.drain().len(), 50);
    drop(client);
    assert_eq!(near.read(&mut buffer).unwrap(), 0, "the engine closes its end");
}

#[cfg(unix)]
#[test]
fn a_closed_or_full_wake_socket_does_no_harm() {
    let config = json!({"verify": true, "ca_file": null, "http2": true});
    let (near, far) = std::os::unix::net::UnixStream::pair().unwrap();
    let client = Client::with_waker(&config, Waker::new(far.into()).unwrap()).unwrap();
    drop(near);
    client.engine.submit_panic();
    client.collect(1);

    let (_near, mut far) = std::os::unix::net::UnixStream::pair().unwrap();
    far.set_nonblocking(true).unwrap();
    while far.write(&[0; 4096]).is_ok() {}
    let client = Client::with_waker(&config, Waker::new(far.into()).unwrap()).unwrap();
    client.engine.submit_panic();
    client.collect(1);
}

#[cfg(unix)]
#[test]
fn a_wake_descriptor_that_is_no_socket_is_refused() {
    let file = std::fs::File::open("/dev/null").unwrap();
    assert!(Waker::new(file.into()).is_err());
}

#[test]
fn nothing_is_started_for_a_bad_request() {
    let client = Client::new();
    assert!(parse(&get("nonsense"), b"").is_err());
    assert!(client.engine.drain().is_empty());
}

#[test]
fn a_configuration_is_checked() {
    for (config, reason) in [
        (json!({}), "missing field"),
        (json!({"verify": "yes", "ca_file": null, "http2": true}), "invalid type"),
        (json!({"verify": true, "ca_file": null, "http2": true, "cookies": 1}), "unknown field `cookies`"),
        (json!({"verify": false, "ca_file": "/x", "http2": true}), "no meaning"),
    ] {
        let fault = Client::with_config(&config).err().expect("refused");
        assert_eq!(serde_json::to_value(fault.code).unwrap(), "invalid_argument");
        assert!(fault.message.contains(reason), "{}", fault.message);
    }
}

#[test]
fn a_refused_connection_completes_too() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::new();
    for _ in 0..5 {
        client.submit(&get(&format!("http://{address}/")));
    }
    assert!(client.collect(5).iter().all(|completion| code(&completion.answer) == "connection_failed"));
}
