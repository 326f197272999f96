//! A small server on loopback, and an engine that sends requests to it.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gitfleet_core::completions::{Completion, Outcome, WaitResult};
use gitfleet_core::engine::Engine;
use gitfleet_core::error::Error;
use gitfleet_core::projection::Projection;
use gitfleet_core::request::Request;
use gitfleet_core::wake::Waker;
use serde_json::{Value, json};

/// Much longer than any step of these tests takes: a test that waits this long has failed.
pub const LONG: Duration = Duration::from_secs(20);

pub struct Server {
    pub address: String,
    pub connections: Arc<AtomicUsize>,
    pub requests: Arc<AtomicUsize>,
}

impl Server {
    /// Calls `handle` for each request; the connection is closed when `handle` returns false.
    pub fn new(handle: impl Fn(&mut TcpStream, &str) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = Self { address, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (Arc::clone(&server.connections), Arc::clone(&server.requests));
        let handle = Arc::new(handle);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (handle, requests) = (Arc::clone(&handle), Arc::clone(&requests));
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    while let Some(request) = read_request(&mut stream) {
                        requests.fetch_add(1, Ordering::SeqCst);
                        if !handle(&mut stream, &request) {
                            break;
                        }
                    }
                });
            }
        });
        server
    }

    /// Responds to every request with the same bytes and keeps the connection.
    pub fn responding(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::new(move |stream, _| stream.write_all(&bytes).is_ok())
    }

    /// Responds to every request with the same bytes and then closes the connection.
    pub fn closing_after(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::new(move |stream, _| {
            stream.write_all(&bytes).unwrap();
            false
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Head and body (by content-length) of the next request; None when the peer has disconnected.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A response with this status line, these header lines and the body's length.
pub fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub fn ok(body: &str) -> Vec<u8> {
    response("200 OK", "content-type: application/json\r\n", body.as_bytes())
}

/// The JSON of a GET request.
pub fn get(url: &str) -> Value {
    json!({"method": "GET", "url": url, "headers": [], "proxy": null, "connect_timeout": 5, "read_timeout": 10,
           "max_body": 10_000_000})
}

/// The same with one more member.
pub fn with(mut request: Value, key: &str, value: Value) -> Value {
    request[key] = value;
    request
}

pub fn projection(text: &str) -> Option<Arc<Projection>> {
    Some(Arc::new(Projection::from_json(text.as_bytes()).unwrap()))
}

pub fn parse(request: &Value, body: &[u8]) -> Result<Request, Error> {
    Request::from_json(request.to_string().as_bytes(), body)
}

pub struct Client {
    pub engine: Engine,
    _runtime: tokio::runtime::Runtime,
}

impl Client {
    pub fn new() -> Self {
        Self::with_config(&json!({"verify": true, "http2": true})).unwrap()
    }

    pub fn with_config(config: &Value) -> Result<Self, Error> {
        Self::with_waker(config, Waker::default())
    }

    pub fn with_waker(config: &Value, waker: Waker) -> Result<Self, Error> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let engine = Engine::new(config.to_string().as_bytes(), waker, runtime.handle().clone())?;
        Ok(Self { engine, _runtime: runtime })
    }

    pub fn submit(&self, request: &Value) -> u64 {
        self.engine.submit(parse(request, b"").unwrap(), None).unwrap()
    }

    /// The next `count` completions.
    pub fn collect(&self, count: usize) -> Vec<Completion> {
        let mut all = Vec::new();
        while all.len() < count {
            assert_eq!(
                self.engine.wait(Some(LONG)),
                WaitResult::Completed,
                "{} of {count} completed",
                all.len()
            );
            all.extend(self.engine.drain());
        }
        assert_eq!(all.len(), count);
        all
    }

    pub fn send(&self, request: &Value) -> Outcome {
        self.send_with(request, b"", None)
    }

    pub fn send_with(&self, request: &Value, body: &[u8], projection: Option<Arc<Projection>>) -> Outcome {
        let id = self.engine.submit(parse(request, body).unwrap(), projection).unwrap();
        let completion = self.collect(1).remove(0);
        assert_eq!(completion.id, id);
        completion.outcome
    }
}

/// The code of the outcome's error; panics if there is none.
pub fn code(outcome: &Outcome) -> String {
    let error = outcome.error.as_ref().expect("an error");
    serde_json::to_value(error.code).unwrap().as_str().unwrap().to_owned()
}

pub fn message(outcome: &Outcome) -> &str {
    &outcome.error.as_ref().expect("an error").message
}

pub fn text(outcome: &Outcome) -> &str {
    assert_eq!(outcome.error, None);
    std::str::from_utf8(&outcome.body).unwrap()
}
