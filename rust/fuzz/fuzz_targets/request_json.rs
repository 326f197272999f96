//! No text makes the parser of requests panic, and no error message contains a header value or a proxy's credentials.

#![no_main]

use gitfleet_core::request::Request;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const SECRET: &str = "s3cr3t-t0k3n";

fuzz_target!(|text: &str| {
    let _ = Request::from_json(text.as_bytes(), b"");
    let request = json!({
        "method": "GET",
        "url": "https://forge.example/",
        "headers": [["authorization", format!("{text}{SECRET}")]],
        "proxy": format!("http://user:{SECRET}@{text}"),
        "connect_timeout": 1,
        "read_timeout": 1,
        "max_body": 1,
    });
    if let Err(error) = Request::from_json(request.to_string().as_bytes(), b"") {
        assert!(!error.message.contains(SECRET), "{}", error.message);
    }
});
