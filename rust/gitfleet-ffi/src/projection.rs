//! The compiled projection as a C handle.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

use gitfleet_core::projection::Projection;

use crate::guard::{guard, guard_keeping_last_error};
use crate::input;

/// The fields of a response to select.
#[allow(non_camel_case_types, reason = "its name in C")]
pub struct gf_projection(pub(crate) Arc<Projection>);

/// Compiles a projection: JSON {"at": [key...], "many": bool, "columns": [{"path": [key...], "kind": "str" |
/// "int" | "float" | "bool" | "json"}...], "beside": [key...]}, of which "beside" is optional: the values of these
/// keys of the document follow the columns, each as a column with one value. Returns NULL on error.
///
/// # Safety
/// `spec` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_projection_new(spec: *const c_char, len: usize) -> *mut gf_projection {
    guard(ptr::null_mut(), || {
        // SAFETY: the caller guarantees `len` readable bytes for the duration of the call.
        let spec = unsafe { input::bytes("spec", spec, len) }?;
        let projection = Projection::from_json(spec)?;
        Ok(Box::into_raw(Box::new(gf_projection(Arc::new(projection)))))
    })
}

/// Frees a projection. Requests in flight keep their own reference. NULL is allowed.
///
/// # Safety
/// `projection` is NULL, or was returned by `gf_projection_new` and is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gf_projection_free(projection: *mut gf_projection) {
    guard_keeping_last_error((), || {
        if !projection.is_null() {
            // SAFETY: gf_projection_new created it with Box::into_raw, and the caller guarantees that it is not
            // freed yet.
            drop(unsafe { Box::from_raw(projection) });
        }
        Ok(())
    });
}
