//! Completions as C structs.

use std::ffi::c_char;

use gitfleet_core::completions::Completion;

use crate::guard::guard_keeping_last_error;

/// The outcome of one request.
#[repr(C)]
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_completion {
    /// The id that gf_submit returned.
    pub id: u64,
    /// HTTP status, 0 if no response head arrived.
    pub status: u32,
    /// Format of body: 0 the body as received, 1 columns as one JSON array of arrays, 2 binary columns as described
    /// by projection::Format in gitfleet-core.
    pub format: u32,
    /// Header names in lower case and values in turn, each followed by a NUL; a value may contain any other byte.
    pub headers: *const c_char,
    /// Number of bytes at headers.
    pub headers_len: usize,
    /// The body or columns; after a decoding error the first bytes of the body.
    pub body: *const c_char,
    /// Number of bytes at body.
    pub body_len: usize,
    /// JSON {"code", "message", "byte": int | null, "row": int | null, "field": str | null}; empty on success.
    pub error: *const c_char,
    /// Number of bytes at error.
    pub error_len: usize,
}

/// An array of completions, valid until gf_batch_free.
#[repr(C)]
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_batch {
    /// Number of completions.
    pub len: usize,
    /// The first completion.
    pub items: *const gf_completion,
}

/// A batch with the memory that it points to. C sees only the first member.
#[repr(C)]
struct OwnedBatch {
    public: gf_batch,
    _items: Vec<gf_completion>,
    _buffers: Vec<[Vec<u8>; 3]>,
}

/// Transfers completions to C.
pub(crate) fn into_raw(completions: Vec<Completion>) -> *mut gf_batch {
    let mut items = Vec::with_capacity(completions.len());
    let mut buffers = Vec::with_capacity(completions.len());
    for Completion { id, outcome } in completions {
        let error = outcome.error.map(|error| error.to_json().into_bytes()).unwrap_or_default();
        let owned = [outcome.headers, outcome.body, error];
        let [headers, body, error] = owned.each_ref().map(|buffer| pointer_to(buffer));
        items.push(gf_completion {
            id,
            status: outcome.status.into(),
            format: outcome.format as u32,
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

/// A pointer to the bytes; never NULL or dangling, also for an empty slice.
fn pointer_to(bytes: &[u8]) -> *const c_char {
    if bytes.is_empty() { c"".as_ptr() } else { bytes.as_ptr().cast() }
}

/// Frees a batch and all memory that its completions point to. NULL is allowed.
///
/// # Safety
/// `batch` is NULL, or was returned by `gf_drain` and is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_batch_free(batch: *mut gf_batch) {
    guard_keeping_last_error((), || {
        if !batch.is_null() {
            // SAFETY: every gf_batch is the first member of an OwnedBatch that into_raw boxed, and the caller
            // guarantees that it is not freed yet.
            drop(unsafe { Box::from_raw(batch.cast::<OwnedBatch>()) });
        }
        Ok(())
    });
}
