//! Properties of the code that reads bytes of a server, a proxy or a caller: functions that panic if one is violated.
//!
//! The fuzz targets in `rust/fuzz` call them with random input, a test calls them with the files of `rust/fuzz/corpus`.
//! Each one returns whether the input was accepted.

mod cuts;
mod gzip;
mod peer;
mod readers;
mod requests;
mod responses;
mod tunnels;

#[cfg(test)]
mod corpus_tests;

pub use gzip::check_gzip;
pub use readers::check_readers;
pub use requests::check_request;
pub use responses::check_response;
pub use tunnels::check_tunnel;
