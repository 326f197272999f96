//! The columns as they grow, and the first error in them.

use super::column::Column;
use super::layout::Columns;
use super::spec::{Kind, Node, Projection};
use super::value::{Value, noun_of};
use crate::fault::{Code, Fault};

/// What the current row has for one column.
#[derive(Clone, Copy)]
enum Slot<'de> {
    Missing,
    Found(Value<'de>),
    /// After `keys` keys of the column's path stood something that is not an object.
    Blocked {
        keys: usize,
        found: &'static str,
    },
}

/// Whether the way from the document to the rows could be followed.
enum Way {
    /// The key with this index in `at` is missing.
    Missing(usize),
    /// After this many keys of `at` stood something else than the way needs.
    Blocked {
        keys: usize,
        needed: &'static str,
        found: &'static str,
    },
    Arrived,
}

pub(super) struct Table<'p, 'de> {
    projection: &'p Projection,
    way: Way,
    rows: usize,
    /// The current row, when it is not an object but has to be one.
    not_an_object: Option<&'static str>,
    slots: Vec<Slot<'de>>,
    columns: Vec<Column<'de>>,
    fault: Option<Fault>,
}

impl<'p, 'de> Table<'p, 'de> {
    pub(super) fn new(projection: &'p Projection) -> Self {
        let width = projection.columns.len();
        Self {
            projection,
            way: Way::Missing(0),
            rows: 0,
            not_an_object: None,
            slots: vec![Slot::Missing; width],
            columns: std::iter::repeat_with(Column::default).take(width).collect(),
            fault: None,
        }
    }

    pub(super) fn projection(&self) -> &'p Projection {
        self.projection
    }

    /// Forgets every row: a key of `at` has come again, or for the first time, and leads on from here.
    pub(super) fn start_over(&mut self, keys: usize) {
        self.way = Way::Missing(keys);
        self.rows = 0;
        self.fault = None;
        self.columns.fill_with(Column::default);
    }

    pub(super) fn arrive(&mut self) {
        self.way = Way::Arrived;
    }

    pub(super) fn block_way(&mut self, keys: usize, needed: &'static str, value: Value<'_>) {
        self.way = Way::Blocked { keys, needed, found: value.noun() };
    }

    pub(super) fn start_row(&mut self) {
        self.not_an_object = None;
        self.slots.fill(Slot::Missing);
    }

    /// Forgets what this row has for `node` and below: its key has come again, or for the first time.
    pub(super) fn forget(&mut self, node: &Node) {
        for &column in node.leaves.iter().chain(&node.beyond) {
            self.slots[column] = Slot::Missing;
        }
    }

    pub(super) fn keep(&mut self, node: &Node, value: Value<'de>) {
        for &column in &node.leaves {
            self.slots[column] = Slot::Found(value);
        }
    }

    /// Takes note that `node`, which leads on to other fields, is not an object.
    pub(super) fn block(&mut self, node: &Node, value: Value<'_>) {
        if node.depth == 0 {
            self.not_an_object = Some(value.noun());
        } else if !value.is_null() {
            for &column in &node.beyond {
                self.slots[column] = Slot::Blocked { keys: node.depth, found: value.noun() };
            }
        }
    }

    pub(super) fn end_row(&mut self) {
        if self.fault.is_none() {
            self.fault = self.write_row();
        }
        self.rows += 1;
    }

    fn write_row(&mut self) -> Option<Fault> {
        let row = self.rows;
        if let Some(found) = self.not_an_object {
            let message = format!("row {row} should be an object, found {found}");
            return Some(Fault { row: Some(row), ..Fault::new(Code::DecodeShape, message) });
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

    pub(super) fn finish(self) -> Result<Columns, Fault> {
        self.check_way()?;
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(Columns::of(&self.columns, self.rows)),
        }
    }

    fn check_way(&self) -> Result<(), Fault> {
        let at = &self.projection.at;
        let message = match self.way {
            Way::Arrived => return Ok(()),
            Way::Missing(key) => format!("\"{}\" is missing", at[..=key].join(".")),
            Way::Blocked { keys: 0, needed, found } => {
                format!("the document should be {needed}, found {found}")
            }
            Way::Blocked { keys, needed, found } => {
                format!("\"{}\" should be {needed}, found {found}", at[..keys].join("."))
            }
        };
        Err(Fault::new(Code::DecodeShape, message))
    }
}

fn wrong_kind(row: usize, path: &[String], kind: Kind, value: Value<'_>) -> Fault {
    let field = path.join(".");
    let message = format!("row {row}: \"{field}\" should be {}, found {}", noun_of(kind), value.noun());
    Fault { row: Some(row), field: Some(field), ..Fault::new(Code::DecodeShape, message) }
}

fn blocked(row: usize, path: &[String], keys: usize, found: &str) -> Fault {
    let field = path.join(".");
    let parent = path[..keys].join(".");
    let message = format!("row {row}: \"{field}\": \"{parent}\" should be an object, found {found}");
    Fault { row: Some(row), field: Some(field), ..Fault::new(Code::DecodeShape, message) }
}
