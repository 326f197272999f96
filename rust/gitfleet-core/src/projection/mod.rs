//! Selects fields of a JSON document, in one pass.

mod column;
mod decode;
#[cfg(any(test, fuzzing))]
mod differential;
mod fast;
mod layout;
mod limits;
mod scan;
mod spec;
mod strict;
mod string_end;
mod table;
mod value;

#[cfg(test)]
mod column_tests;
#[cfg(test)]
mod differential_tests;
#[cfg(test)]
mod grammar_tests;
#[cfg(test)]
mod scan_tests;
#[cfg(test)]
mod shape_tests;

#[cfg(fuzzing)]
pub use differential::compare_readers;
pub use layout::{Columns, Format};
pub use spec::{Kind, Projection};
