//! Selects fields of a JSON document, in one pass.

mod column;
mod decode;
#[cfg(any(test, fuzzing))]
mod differential;
mod fast;
mod layout;
mod limits;
#[cfg(any(test, fuzzing))]
mod reference;
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

#[cfg(any(test, fuzzing))]
pub(crate) use differential::compare_readers;
pub use layout::{Columns, Format};
#[cfg(any(test, fuzzing))]
pub(crate) use reference::compare_with_values;
pub use spec::{Kind, Projection};
