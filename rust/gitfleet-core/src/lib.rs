//! The safe part of GitFleet's native engine.
//!
//! An [`engine::Engine`] sends one request a task, decodes its answer with a [`projection::Projection`]
//! and puts the result into a queue; nothing in here knows about C or Python.

#![forbid(unsafe_code)]

pub mod engine;
pub mod fault;
pub mod projection;
pub mod queue;
pub mod request;
pub mod tls;
pub mod wake;

mod body;
mod classify;
mod clients;
mod connecting;
mod fetch;
mod verifiers;
