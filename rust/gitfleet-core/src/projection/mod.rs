//! Which fields of a JSON document to keep, and how to get them out in one pass.

mod column;
mod decode;
mod layout;
mod nesting;
mod quick;
mod scan;
mod spec;
mod stops;
mod table;
mod value;
mod visit;

#[cfg(test)]
mod column_tests;
#[cfg(test)]
mod grammar_tests;
#[cfg(test)]
mod scan_tests;
#[cfg(test)]
mod shape_tests;

pub use layout::{Columns, Format};
pub use spec::{Kind, Projection};
