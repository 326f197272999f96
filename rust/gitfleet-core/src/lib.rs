//! The safe part of GitFleet's native engine.
//!
//! An [`engine::Engine`] sends each request in a task, decodes the response with a [`projection::Projection`] and
//! puts the outcome into a queue. This crate knows nothing about C or Python.

#![forbid(unsafe_code)]

#[cfg(any(test, fuzzing))]
pub mod checks;
pub mod completions;
pub mod engine;
pub mod error;
pub mod projection;
pub mod request;
pub mod tls;
pub mod wake;
mod watched;

mod body;
mod causes;
mod classify;
mod clients;
mod connect;
mod connect_error;
mod fetch;
mod proxy;
mod read_timeout;
mod readable;
mod resend;
mod stream;
mod tunnel;
mod unsent;
mod verifiers;
