//! Requests in flight: every id completes exactly once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test whose setup fails should panic")]

mod support;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gitfleet_core::completions::WaitResult;
use gitfleet_core::wake::Waker;
use serde_json::json;
use support::{Client, LONG, Server, code, get, message, ok, parse, text};

/// A server that never responds, and counts the connections that its peers have closed.
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
fn wait_until(count: &AtomicUsize, wanted: usize) {
    let start = Instant::now();
    while count.load(Ordering::SeqCst) != wanted {
        assert!(start.elapsed() < LONG, "{} instead of {wanted}", count.load(Ordering::SeqCst));
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn every_id_completes_once_when_requests_are_cancelled_at_any_time() {
    let server = Server::responding(ok("[]"));
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
    assert_eq!(all.iter().filter(|completion| completion.outcome.error.is_some()).count(), cancelled);
    assert!(client.engine.drain().is_empty());
    assert_eq!(client.engine.wait(Some(Duration::from_millis(50))), WaitResult::TimedOut);
}

#[test]
fn connections_are_reused() {
    let server = Server::responding(ok("[]"));
    let client = Client::new();
    for _ in 0..5 {
        assert_eq!(text(&client.send(&get(&server.url()))), "[]");
    }
    assert_eq!((server.requests(), server.connections()), (5, 1));
}

#[test]
fn cancelling_closes_the_connection_immediately() {
    let (server, gone) = silent();
    let client = Client::new();
    let id = client.submit(&get(&server.url()));
    wait_until(&server.requests, 1);
    assert!(client.engine.cancel(id));
    assert_eq!(code(&client.collect(1)[0].outcome), "cancelled");
    wait_until(&gone, 1);
    assert!(!client.engine.cancel(id), "not in flight any more");
    assert!(!client.engine.cancel(99));
    assert!(client.engine.drain().is_empty());
}

#[test]
fn closing_completes_all_requests_and_those_submitted_later() {
    let (server, gone) = silent();
    let client = Client::new();
    let ids: HashSet<u64> = (0..20).map(|_| client.submit(&get(&server.url()))).collect();
    wait_until(&server.requests, 20);
    client.engine.close();
    client.engine.close();
    let all = client.collect(20);
    assert_eq!(all.iter().map(|completion| completion.id).collect::<HashSet<_>>(), ids);
    assert!(all.iter().all(|completion| code(&completion.outcome) == "closed"));
    wait_until(&gone, 20);
    assert_eq!(client.engine.wait(None), WaitResult::Closed);
    let late = client.submit(&get(&server.url()));
    let all = client.collect(1);
    assert_eq!((all[0].id, code(&all[0].outcome).as_str()), (late, "closed"));
    assert_eq!(server.requests(), 20);
}

#[test]
fn a_closed_engine_with_an_empty_queue_has_no_further_completions() {
    for pause in 0..100 {
        let client = Client::new();
        for _ in 0..50 {
            client.engine.submit_panic();
        }
        std::thread::sleep(Duration::from_micros(pause * 10));
        client.engine.close();
        assert_eq!(client.engine.drain().len(), 50);
        assert_eq!(client.engine.wait(None), WaitResult::Closed);
    }
}

#[test]
fn closing_ends_a_wait_without_timeout() {
    let client = Client::new();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| client.engine.wait(None));
        std::thread::sleep(Duration::from_millis(50));
        client.engine.close();
        assert_eq!(waiter.join().unwrap(), WaitResult::Closed);
    });
}

#[test]
fn a_panic_in_a_task_is_an_outcome_with_its_text() {
    let client = Client::new();
    let id = client.engine.submit_panic();
    let all = client.collect(1);
    assert_eq!((all[0].id, code(&all[0].outcome).as_str()), (id, "internal"));
    assert!(message(&all[0].outcome).contains("a panic in a task, for a test"));
    let server = Server::responding(ok("1"));
    assert_eq!(text(&client.send(&get(&server.url()))), "1", "the engine goes on");
}

#[test]
fn a_panic_in_one_task_does_not_affect_other_tasks() {
    let server = Server::responding(ok("1"));
    let client = Client::new();
    for _ in 0..50 {
        client.engine.submit_panic();
        client.submit(&get(&server.url()));
    }
    let all = client.collect(100);
    assert_eq!(all.iter().filter(|completion| completion.outcome.error.is_none()).count(), 50);
}

#[cfg(unix)]
#[test]
fn one_byte_is_written_when_the_queue_stops_being_empty() {
    let (mut near, far) = std::os::unix::net::UnixStream::pair().unwrap();
    near.set_read_timeout(Some(LONG)).unwrap();
    let config = json!({"verify": true, "http2": true});
    let client = Client::with_waker(&config, Waker::new(far.into()).unwrap()).unwrap();
    let mut buffer = [0; 16];
    for _ in 0..20 {
        client.engine.submit_panic();
        // The byte is the only signal: without it this read would time out.
        assert_eq!(near.read(&mut buffer).unwrap(), 1);
        assert_eq!(client.engine.drain().len(), 1);
    }
    for _ in 0..50 {
        client.engine.submit_panic();
    }
    // The queue is not drained meanwhile, so there is only one byte; closing adds none.
    assert_eq!(near.read(&mut buffer).unwrap(), 1);
    client.engine.close();
    assert_eq!(client.engine.drain().len(), 50);
    drop(client);
    assert_eq!(near.read(&mut buffer).unwrap(), 0, "the engine closes its end");
}

#[cfg(unix)]
#[test]
fn a_closed_or_full_wake_socket_is_ignored() {
    let config = json!({"verify": true, "http2": true});
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
fn a_wake_descriptor_that_is_not_a_socket_is_rejected() {
    let file = std::fs::File::open("/dev/null").unwrap();
    assert!(Waker::new(file.into()).is_err());
}

#[test]
fn nothing_is_started_for_an_invalid_request() {
    let client = Client::new();
    assert!(parse(&get("nonsense"), b"").is_err());
    assert!(client.engine.drain().is_empty());
}

#[test]
fn an_invalid_configuration_is_rejected_with_the_reason() {
    for (config, reason) in [
        (json!({}), "missing field"),
        (json!({"verify": "yes", "http2": true}), "invalid type"),
        (json!({"verify": true, "http2": true, "cookies": 1}), "unknown field `cookies`"),
        (json!({"verify": false, "issuers": "", "http2": true}), "no meaning"),
    ] {
        let error = Client::with_config(&config).err().expect("an error");
        assert_eq!(serde_json::to_value(error.code).unwrap(), "invalid_argument");
        assert!(error.message.contains(reason), "{}", error.message);
    }
}

#[test]
fn requests_to_a_closed_port_complete_with_connection_failed() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::new();
    for _ in 0..5 {
        client.submit(&get(&format!("http://{address}/")));
    }
    assert!(client.collect(5).iter().all(|completion| code(&completion.outcome) == "connection_failed"));
}
