//! The versions of the library.

use std::ffi::{CStr, c_char};
use std::ptr;

use crate::guard::guard;

/// Incremented with every change that is incompatible with older callers.
const ABI_VERSION: u32 = 2;

const BUILD_INFO: &str = concat!(
    r#"{"version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","abi":2,"rustc":""#,
    env!("GITFLEET_RUSTC"),
    r#"","target":""#,
    env!("GITFLEET_TARGET"),
    r#"","features":["http1","http2","gzip","rustls","proxy"]}"#,
    "\0"
);

/// Returns the version of this interface. A caller built for another version must not call any other function.
#[unsafe(no_mangle)]
pub extern "C" fn gf_abi_version() -> u32 {
    guard(0, || Ok(ABI_VERSION))
}

/// Describes this build: static, NUL-terminated JSON with "version", "abi", "rustc", "target", "features".
#[unsafe(no_mangle)]
pub extern "C" fn gf_build_info() -> *const c_char {
    guard(ptr::null(), || Ok(CStr::from_bytes_with_nul(BUILD_INFO.as_bytes()).unwrap_or(c"{}").as_ptr()))
}
