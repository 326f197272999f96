//! Completions laid out for C.

use std::ffi::c_char;

use gitfleet_core::queue::Completion;

use crate::guard::guard_aside;

/// One request's end.
#[repr(C)]
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_completion {
    /// What gf_submit returned.
    pub id: u64,
    /// HTTP status, 0 when there was no answer.
    pub status: u32,
    /// What body is: 0 the body as it came, 1 columns as one JSON array of arrays, 2 binary columns as the engine's
    /// projection::Format describes them.
    pub format: u32,
    /// Names in lower case and values by turns, with a NUL behind each; a value may hold any other byte.
    pub headers: *const c_char,
    /// Bytes at headers.
    pub headers_len: usize,
    /// The body; after a decoding error its beginning.
    pub body: *const c_char,
    /// Bytes at body.
    pub body_len: usize,
    /// JSON {"code", "message", "byte": int | null, "row": int | null, "field": str | null}; empty for success.
    pub error: *const c_char,
    /// Bytes at error.
    pub error_len: usize,
}

/// Completions, all valid until gf_batch_free.
#[repr(C)]
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_batch {
    /// How many there are.
    pub len: usize,
    /// The first of them.
    pub items: *const gf_completion,
}

/// A batch with what it points to. C sees its first member.
#[repr(C)]
struct OwnedBatch {
    public: gf_batch,
    _items: Vec<gf_completion>,
    _buffers: Vec<[Vec<u8>; 3]>,
}

/// Hands completions over to C.
pub(crate) fn into_raw(completions: Vec<Completion>) -> *mut gf_batch {
    let mut items = Vec::with_capacity(completions.len());
    let mut buffers = Vec::with_capacity(completions.len());
    for Completion { id, answer } in completions {
        let error = answer.fault.map(|fault| fault.to_json().into_bytes()).unwrap_or_default();
        let owned = [answer.headers, answer.body, error];
        let [headers, body, error] = owned.each_ref().map(|buffer| start(buffer));
        items.push(gf_completion {
            id,
            status: answer.status.into(),
            format: answer.format as u32,
            headers,
            headers_len: owned[0].len(),
            body,
            body_len: owned[1].len(),
            error,
            error_len: owned[2].len(),
        });
        buffers.push(owned);
    }
    let public = gf_batch { len: items.len(), items: items.as_ptr() };
    Box::into_raw(Box::new(OwnedBatch { public, _items: items, _buffers: buffers })).cast()
}

/// Where the bytes are: a real address also when there are none.
fn start(bytes: &[u8]) -> *const c_char {
    if bytes.is_empty() { c"".as_ptr() } else { bytes.as_ptr().cast() }
}

/// Gives a batch back, with everything its completions point to. NULL is fine.
///
/// # Safety
/// `batch` is NULL or came from `gf_drain` and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_batch_free(batch: *mut gf_batch) {
    guard_aside((), || {
        if !batch.is_null() {
            // SAFETY: every gf_batch is the first member of a boxed OwnedBatch, and the caller gives it up.
            drop(unsafe { Box::from_raw(batch.cast::<OwnedBatch>()) });
        }
        Ok(())
    });
}
