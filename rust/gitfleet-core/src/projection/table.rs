//! Collects the columns row by row, and the first error in them.

use super::column::Column;
use super::layout::Columns;
use super::limits::MAX_ROWS;
use super::spec::{Kind, Node, Projection};
use super::value::{Value, noun_of};
use crate::error::{Error, ErrorCode};

/// The value of one column in the current row.
#[derive(Clone, Copy)]
enum Slot<'de> {
    Missing,
    Found(Value<'de>),
    /// The value after `keys` keys of the column's path is not an object.
    Blocked {
        keys: usize,
        found: &'static str,
    },
}

/// How far the path from the document to the rows could be followed.
enum RowsPath {
    /// The key with this index in `at` is missing.
    Missing(usize),
    /// The value after this many keys of `at` has the wrong type.
    Blocked {
        keys: usize,
        expected: &'static str,
        found: &'static str,
    },
    Reached,
}

pub(super) struct Table<'p, 'de> {
    projection: &'p Projection,
    rows_path: RowsPath,
    rows: usize,
    /// The type of the current row, if it has to be an object and is not.
    not_an_object: Option<&'static str>,
    slots: Vec<Slot<'de>>,
    columns: Vec<Column<'de>>,
    /// The source texts of the members beside the rows.
    beside: Vec<&'de str>,
    error: Option<Error>,
}

impl<'p, 'de> Table<'p, 'de> {
    pub(super) fn new(projection: &'p Projection) -> Self {
        let width = projection.columns.len();
        Self {
            projection,
            rows_path: RowsPath::Missing(0),
            rows: 0,
            not_an_object: None,
            slots: vec![Slot::Missing; width],
            columns: std::iter::repeat_with(Column::default).take(width).collect(),
            beside: vec!["null"; projection.beside.len()],
            error: None,
        }
    }

    pub(super) fn projection(&self) -> &'p Projection {
        self.projection
    }

    /// Discards all rows at a key of `at`: if the key is a duplicate, the last one counts.
    pub(super) fn start_over(&mut self, keys: usize) {
        self.rows_path = RowsPath::Missing(keys);
        self.rows = 0;
        self.error = None;
        self.columns.fill_with(Column::default);
    }

    /// Keeps the value of a member of the document; if its key is a duplicate, the last one counts.
    pub(super) fn store_beside(&mut self, index: usize, value: Value<'de>) {
        self.beside[index] = value.0;
    }

    pub(super) fn reach_rows(&mut self) {
        self.rows_path = RowsPath::Reached;
    }

    pub(super) fn block_rows_path(&mut self, keys: usize, expected: &'static str, value: Value<'_>) {
        self.rows_path = RowsPath::Blocked { keys, expected, found: value.noun() };
    }

    pub(super) fn start_row(&mut self) {
        self.not_an_object = None;
        self.slots.fill(Slot::Missing);
    }

    /// Discards the row's values for `node` and below: if its key is a duplicate, the last one counts.
    pub(super) fn clear(&mut self, node: &Node) {
        for &column in node.leaves.iter().chain(&node.below) {
            self.slots[column] = Slot::Missing;
        }
    }

    pub(super) fn store(&mut self, node: &Node, value: Value<'de>) {
        for &column in &node.leaves {
            self.slots[column] = Slot::Found(value);
        }
    }

    /// Records that `node`, which has selected fields below it, is not an object.
    pub(super) fn block(&mut self, node: &Node, value: Value<'_>) {
        if node.depth == 0 {
            self.not_an_object = Some(value.noun());
        } else if !value.is_null() {
            for &column in &node.below {
                self.slots[column] = Slot::Blocked { keys: node.depth, found: value.noun() };
            }
        }
    }

    pub(super) fn end_row(&mut self) {
        if self.error.is_none() && self.rows < MAX_ROWS {
            self.error = self.write_row();
        }
        self.rows += 1;
    }

    fn write_row(&mut self) -> Option<Error> {
        let row = self.rows;
        if let Some(found) = self.not_an_object {
            let message = format!("row {row} should be an object, found {found}");
            return Some(Error { row: Some(row), ..Error::new(ErrorCode::DecodeShape, message) });
        }
        for ((slot, column), out) in self.slots.iter().zip(&self.projection.columns).zip(&mut self.columns) {
            let text = match *slot {
                Slot::Missing => "null",
                Slot::Found(value) if value.is_a(column.kind) => value.0,
                Slot::Found(value) => return Some(wrong_kind(row, &column.path, column.kind, value)),
                Slot::Blocked { keys, found } => return Some(blocked(row, &column.path, keys, found)),
            };
            out.add(text, row);
        }
        None
    }

    pub(super) fn finish(self) -> Result<Columns, Error> {
        self.check_rows_path()?;
        if self.rows > MAX_ROWS {
            let message = format!("more than {MAX_ROWS} rows in one response");
            return Err(Error::new(ErrorCode::DecodeShape, message));
        }
        match self.error {
            Some(error) => Err(error),
            None => Ok(Columns::encode(&self.columns, self.rows, &self.beside)),
        }
    }

    fn check_rows_path(&self) -> Result<(), Error> {
        let at = &self.projection.at;
        let message = match self.rows_path {
            RowsPath::Reached => return Ok(()),
            RowsPath::Missing(key) => format!("\"{}\" is missing", at[..=key].join(".")),
            RowsPath::Blocked { keys: 0, expected, found } => {
                format!("the document should be {expected}, found {found}")
            }
            RowsPath::Blocked { keys, expected, found } => {
                format!("\"{}\" should be {expected}, found {found}", at[..keys].join("."))
            }
        };
        Err(Error::new(ErrorCode::DecodeShape, message))
    }
}

fn wrong_kind(row: usize, path: &[String], kind: Kind, value: Value<'_>) -> Error {
    let field = path.join(".");
    let message = format!("row {row}: \"{field}\" should be {}, found {}", noun_of(kind), value.noun());
    Error { row: Some(row), field: Some(field), ..Error::new(ErrorCode::DecodeShape, message) }
}

fn blocked(row: usize, path: &[String], keys: usize, found: &str) -> Error {
    let field = path.join(".");
    let parent = path[..keys].join(".");
    let message = format!("row {row}: \"{field}\": \"{parent}\" should be an object, found {found}");
    Error { row: Some(row), field: Some(field), ..Error::new(ErrorCode::DecodeShape, message) }
}
