//! The C interface of GitFleet's native engine. All unsafe code of the project is in this crate.
//!
//! Strings are pointer and length in UTF-8, without a terminator unless documented; they are only read during the
//! call. The caller owns a returned pointer and passes it to the matching `_free` function. No panic leaves the
//! library: the function returns its error value, and `gf_last_error` contains the panic's text.

mod batch;
mod engine;
mod guard;
mod info;
mod input;
mod projection;
mod runtime;

#[cfg(test)]
mod engine_tests;
#[cfg(test)]
mod header_tests;
