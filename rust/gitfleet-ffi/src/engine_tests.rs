//! Tests of the C interface.

use std::ffi::{CStr, c_char};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::ptr;

use serde_json::{Value, json};

use crate::batch::{gf_batch_free, gf_completion};
use crate::engine::{
    gf_cancel, gf_config_check, gf_drain, gf_engine, gf_engine_close, gf_engine_free, gf_engine_new,
    gf_submit, gf_test_panic, gf_wait,
};
use crate::guard::gf_last_error;
use crate::info::{gf_abi_version, gf_build_info};
use crate::projection::{gf_projection, gf_projection_free, gf_projection_new};

const CONFIG: &str = r#"{"verify":true,"http2":true}"#;
const LONG_MS: i64 = 20_000;

fn chars(text: &str) -> *const c_char {
    text.as_ptr().cast()
}

fn new_engine(config: &str, wake_fd: i64) -> *mut gf_engine {
    // SAFETY: the length is the text's, and no test uses its descriptor afterwards.
    unsafe { gf_engine_new(chars(config), config.len(), wake_fd) }
}

fn submit(engine: *mut gf_engine, request: &Value, projection: *const gf_projection) -> u64 {
    let request = request.to_string();
    // SAFETY: the length is the text's, and the handles are not freed yet.
    unsafe { gf_submit(engine, chars(&request), request.len(), ptr::null(), 0, projection) }
}

fn last_error() -> Option<Value> {
    // SAFETY: the text is valid until the next call, and NUL-terminated.
    let text = unsafe { CStr::from_ptr(gf_last_error()) }.to_str().unwrap();
    if text.is_empty() { None } else { Some(serde_json::from_str(text).unwrap()) }
}

fn last_code() -> String {
    last_error().expect("an error")["code"].as_str().unwrap().to_owned()
}

/// The next completion, with id, status, format, headers, body and error.
fn next(engine: *mut gf_engine) -> Value {
    // SAFETY: the engine is not freed yet, the batch is read before it is freed, and its pointers have the given lengths.
    unsafe {
        assert_eq!(gf_wait(engine, LONG_MS), 1);
        let batch = gf_drain(engine);
        assert_eq!((*batch).len, 1);
        let item: &gf_completion = &*(*batch).items;
        let text = |start: *const c_char, length| {
            String::from_utf8(std::slice::from_raw_parts(start.cast::<u8>(), length).to_vec()).unwrap()
        };
        let error = text(item.error, item.error_len);
        let value = json!({
            "id": item.id, "status": item.status, "format": item.format,
            "headers": text(item.headers, item.headers_len), "body": text(item.body, item.body_len),
            "error": if error.is_empty() { Value::Null } else { serde_json::from_str(&error).unwrap() },
        });
        gf_batch_free(batch);
        value
    }
}

fn free(engine: *mut gf_engine) {
    // SAFETY: each test frees its engine once, at the end.
    unsafe { gf_engine_free(engine) };
}

/// The URL of a server that responds to one request with `response` and closes the connection; with None it stays
/// silent.
fn serve(response: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        match response {
            Some(response) => stream.write_all(response.as_bytes()).unwrap(),
            None => while !matches!(stream.read(&mut [0; 64]), Ok(0) | Err(_)) {},
        }
    });
    url
}

fn get(url: &str) -> Value {
    json!({"method": "GET", "url": url, "headers": [], "proxy": null, "connect_timeout": 5, "read_timeout": 10,
           "max_body": 100_000})
}

#[test]
fn the_library_reports_its_version_and_build() {
    assert_eq!(gf_abi_version(), 2);
    // SAFETY: static and NUL-terminated.
    let info = unsafe { CStr::from_ptr(gf_build_info()) }.to_str().unwrap();
    let info: Value = serde_json::from_str(info).unwrap();
    assert_eq!((&info["version"], &info["abi"]), (&json!(env!("CARGO_PKG_VERSION")), &json!(2)));
    assert!(info["rustc"].as_str().unwrap().starts_with("rustc 1."), "{info}");
    assert!(info["target"].as_str().unwrap().contains('-'), "{info}");
}

#[test]
fn a_request_is_sent_and_its_columns_are_returned() {
    let spec = r#"{"at":[],"many":true,"columns":[{"path":["id"],"kind":"int"}]}"#;
    // SAFETY: the length is the text's.
    let projection = unsafe { gf_projection_new(chars(spec), spec.len()) };
    let engine = new_engine(CONFIG, -1);
    let url = serve(Some("HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 15\r\n\r\n[{\"id\":7,\"x\":1}"));
    let cut = submit(engine, &get(&url), projection);
    let first = next(engine);
    assert_eq!(
        (first["id"].as_u64(), &first["format"], &first["body"]),
        (Some(cut), &json!(0), &json!("[{\"id\":7,\"x\":1}"))
    );
    assert_eq!((&first["error"]["code"], &first["error"]["byte"]), (&json!("decode_json"), &json!(15)));
    let url = serve(Some("HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 16\r\n\r\n[{\"id\":7,\"x\":1}]"));
    let whole = submit(engine, &get(&url), projection);
    // SAFETY: this test does not use it afterwards; the request keeps its own reference.
    unsafe { gf_projection_free(projection) };
    let second = next(engine);
    assert_eq!(
        (second["id"].as_u64(), &second["status"], &second["format"]),
        (Some(whole), &json!(200), &json!(1))
    );
    assert_eq!((&second["body"], &second["error"]), (&json!("[[7]]"), &Value::Null));
    assert_eq!(second["headers"], "x-a\0b\0content-length\x0016\0");
    free(engine);
}

#[test]
fn cancelling_and_closing_complete_the_requests_in_flight() {
    let engine = new_engine(CONFIG, -1);
    let id = submit(engine, &get(&serve(None)), ptr::null());
    // SAFETY: the engine is not freed yet.
    unsafe {
        assert_eq!((gf_cancel(engine, id), gf_cancel(engine, id), gf_cancel(engine, 12345)), (1, 0, 0));
    }
    let cancelled = next(engine);
    assert_eq!((&cancelled["error"]["code"], &cancelled["status"]), (&json!("cancelled"), &json!(0)));
    submit(engine, &get(&serve(None)), ptr::null());
    // SAFETY: the engine is not freed yet.
    unsafe {
        gf_engine_close(engine);
        gf_engine_close(engine);
    }
    assert_eq!(next(engine)["error"]["code"], "closed");
    assert!(submit(engine, &get("http://127.0.0.1:1/"), ptr::null()) > 0);
    assert_eq!(next(engine)["error"]["code"], "closed");
    // SAFETY: the engine is not freed yet.
    unsafe {
        assert_eq!((gf_wait(engine, -1), gf_drain(engine)), (2, ptr::null_mut()));
    }
    free(engine);
}

#[test]
fn waiting_ends_at_the_timeout_or_when_the_engine_is_freed() {
    let engine = new_engine(CONFIG, -1);
    // SAFETY: the engine is not freed yet.
    unsafe {
        assert_eq!((gf_wait(engine, 0), gf_wait(engine, 20)), (0, 0));
        assert_eq!((gf_wait(engine, -2), last_code().as_str()), (-1, "invalid_argument"));
    }
    let address = engine as usize;
    let waiter = std::thread::spawn(move || {
        // SAFETY: the engine is freed only after this call has cloned its Arc.
        unsafe { gf_wait(address as *mut gf_engine, -1) }
    });
    std::thread::sleep(std::time::Duration::from_millis(200));
    free(engine);
    assert_eq!(waiter.join().unwrap(), 2);
}

#[test]
fn a_configuration_is_checked_without_an_engine() {
    // SAFETY: the length is the text's.
    let check = |config: &str| unsafe { gf_config_check(chars(config), config.len()) };
    assert_eq!((check(CONFIG), last_error()), (0, None));
    for config in ["", r#"{"verify":true,"issuers":"-----BEGIN CERTIFICATE-----","http2":true}"#] {
        assert_eq!((check(config), last_code().as_str()), (-1, "invalid_argument"), "{config}");
    }
}

#[test]
fn freeing_and_closing_keep_the_last_error() {
    let spec = r#"{"at":[],"many":false,"columns":[{"path":["id"],"kind":"int"}]}"#;
    let engine = new_engine(CONFIG, -1);
    // SAFETY: the length is the text's, and each handle is freed once, after its last use.
    unsafe {
        let projection = gf_projection_new(chars(spec), spec.len());
        gf_test_panic(engine);
        assert_eq!(gf_wait(engine, LONG_MS), 1);
        let batch = gf_drain(engine);
        assert_eq!(submit(engine, &get("nonsense"), ptr::null()), 0);
        gf_batch_free(batch);
        gf_projection_free(projection);
        gf_engine_close(engine);
        gf_engine_free(engine);
    }
    assert_eq!(last_code(), "invalid_request");
}

#[test]
fn a_panic_in_a_call_becomes_an_error() {
    // SAFETY: NULL is allowed.
    assert_eq!(unsafe { gf_test_panic(ptr::null_mut()) }, 0);
    let error = last_error().unwrap();
    assert_eq!(error["code"], "internal");
    assert!(error["message"].as_str().unwrap().contains("a panic in a call, for a test"), "{error}");
    assert_eq!(gf_abi_version(), 2);
    assert_eq!(last_error(), None, "a successful call clears the error");
}

#[test]
fn a_panic_in_a_task_becomes_an_outcome() {
    let engine = new_engine(CONFIG, -1);
    // SAFETY: the engine is not freed yet.
    let id = unsafe { gf_test_panic(engine) };
    let outcome = next(engine);
    assert_eq!((outcome["id"].as_u64(), &outcome["error"]["code"]), (Some(id), &json!("internal")));
    assert!(outcome["error"]["message"].as_str().unwrap().contains("a panic in a task, for a test"));
    free(engine);
}

#[test]
fn invalid_arguments_are_errors() {
    let engine = new_engine(CONFIG, -1);
    for config in ["", "{}", "[", r#"{"verify":true,"issuers":"-----BEGIN CERTIFICATE-----","http2":true}"#] {
        assert!(new_engine(config, -1).is_null());
        assert_eq!(last_code(), "invalid_argument");
    }
    assert!(last_error().unwrap()["message"].as_str().unwrap().contains("PEM"));
    for fd in [-2, i64::MAX] {
        assert!(new_engine(CONFIG, fd).is_null());
        assert_eq!(last_code(), "invalid_argument");
    }
    assert_eq!(submit(engine, &get("nonsense"), ptr::null()), 0);
    assert_eq!(last_code(), "invalid_request");
    // SAFETY: each of these functions checks for NULL and for impossible lengths.
    unsafe {
        assert!(gf_projection_new(ptr::null(), 5).is_null());
        assert_eq!(last_code(), "invalid_argument");
        assert_eq!(gf_submit(ptr::null_mut(), ptr::null(), 0, ptr::null(), 0, ptr::null()), 0);
        assert_eq!(last_code(), "invalid_argument");
        assert_eq!(gf_submit(engine, chars("{}"), usize::MAX, ptr::null(), 0, ptr::null()), 0);
        assert_eq!(last_code(), "invalid_argument");
        assert_eq!((gf_cancel(ptr::null_mut(), 1), gf_wait(ptr::null_mut(), 0)), (-1, -1));
        assert!(gf_drain(ptr::null_mut()).is_null());
        assert!(gf_drain(engine).is_null(), "nothing was started");
        assert_eq!(last_error(), None);
        gf_engine_close(ptr::null_mut());
        gf_engine_free(ptr::null_mut());
        gf_projection_free(ptr::null_mut());
        gf_batch_free(ptr::null_mut());
    }
    free(engine);
}

#[cfg(unix)]
#[test]
fn the_wake_descriptor_is_closed_by_the_engine_also_on_errors() {
    use std::os::fd::IntoRawFd;
    use std::os::unix::net::UnixStream;

    for config in [CONFIG, "not JSON"] {
        let (mut near, far) = UnixStream::pair().unwrap();
        near.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        let engine = new_engine(config, far.into_raw_fd().into());
        assert_eq!(engine.is_null(), config != CONFIG);
        free(engine);
        assert_eq!(near.read(&mut [0; 1]).unwrap(), 0, "the other end is closed");
    }
    let (mut near, far) = UnixStream::pair().unwrap();
    near.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let engine = new_engine(CONFIG, far.into_raw_fd().into());
    // SAFETY: the engine is not freed yet.
    let id = unsafe { gf_test_panic(engine) };
    assert_eq!(near.read(&mut [0; 8]).unwrap(), 1);
    assert_eq!(next(engine)["id"].as_u64(), Some(id));
    free(engine);
}
