//! The C interface of GitFleet's native engine. All unsafe code of the project is in this crate.
//!
//! Strings are pointer and length, UTF-8, without a terminator unless said; they are only read during the
//! call. What a function returns as a pointer belongs to the caller, who gives it back to the matching
//! `_free`. No panic leaves the library: it becomes the error return and the text of `gf_last_error`.

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
