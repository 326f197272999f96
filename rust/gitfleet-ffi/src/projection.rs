//! Compiled projections as handles.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

use gitfleet_core::projection::Projection;

use crate::guard::{guard, guard_aside};
use crate::input;

/// Which fields of an answer to keep.
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_projection(pub(crate) Arc<Projection>);

/// Compiles a projection: JSON {"at": [key...], "many": bool, "columns": [{"path": [key...], "kind": "str" |
/// "int" | "float" | "bool" | "json"}...]}. NULL on error.
///
/// # Safety
/// `spec` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_projection_new(spec: *const c_char, len: usize) -> *mut gf_projection {
    guard(ptr::null_mut(), || {
        // SAFETY: as the caller promises.
        let spec = unsafe { input::bytes("spec", spec, len) }?;
        let projection = Projection::from_json(spec)?;
        Ok(Box::into_raw(Box::new(gf_projection(Arc::new(projection)))))
    })
}

/// Gives a projection back. Requests in flight keep what they need of it. NULL is fine.
///
/// # Safety
/// `projection` is NULL or came from `gf_projection_new` and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_projection_free(projection: *mut gf_projection) {
    guard_aside((), || {
        if !projection.is_null() {
            // SAFETY: it came from Box::into_raw, and the caller gives it up.
            drop(unsafe { Box::from_raw(projection) });
        }
        Ok(())
    });
}
