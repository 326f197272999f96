//! The projection as its user writes it, compiled into a tree of keys.

use serde::Deserialize;

use crate::fault::{Code, Fault};

/// Longest path, so that walking it can never exhaust the stack.
pub(super) const MAX_PATH: usize = 32;

/// What a column's values have to be; null is always allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A string.
    Str,
    /// A number without fraction and exponent, of at most 4300 digits.
    Int,
    /// Any number.
    Float,
    /// `true` or `false`.
    Bool,
    /// Anything, kept as it stands.
    Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    at: Vec<String>,
    many: bool,
    columns: Vec<Column>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) path: Vec<String>,
    pub(super) kind: Kind,
}

/// Which fields to keep: the way to the row or rows, then one path and kind a column.
#[derive(Debug)]
pub struct Projection {
    pub(super) at: Vec<String>,
    pub(super) many: bool,
    pub(super) columns: Vec<Column>,
    pub(super) root: Node,
    /// How many nodes there are, the root among them.
    pub(super) nodes: usize,
}

impl Projection {
    /// Compiles `{"at": [...], "many": bool, "columns": [{"path": [...], "kind": "..."}]}`.
    ///
    /// # Errors
    /// `invalid_argument` for text that is not of this form, no column, a path of more than 32 keys, or an
    /// empty path whose kind is not `json`.
    pub fn from_json(text: &[u8]) -> Result<Self, Fault> {
        let spec: Spec = serde_json::from_slice(text).map_err(|error| invalid(&error.to_string()))?;
        if spec.columns.is_empty() {
            return Err(invalid("at least one column is needed"));
        }
        if spec.at.len() > MAX_PATH || spec.columns.iter().any(|column| column.path.len() > MAX_PATH) {
            return Err(invalid(&format!("a path has more than {MAX_PATH} keys")));
        }
        if spec.columns.iter().any(|column| column.path.is_empty() && column.kind != Kind::Json) {
            return Err(invalid("an empty path is the whole row: its kind has to be \"json\""));
        }
        let mut root = Node::default();
        let mut nodes = 1;
        for (index, column) in spec.columns.iter().enumerate() {
            root.insert(&column.path, index, &mut nodes);
        }
        Ok(Self { at: spec.at, many: spec.many, columns: spec.columns, root, nodes })
    }
}

fn invalid(reason: &str) -> Fault {
    Fault::new(Code::InvalidArgument, format!("projection: {reason}"))
}

/// A key on the way to selected fields (or the row itself, which is the root).
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Counts all nodes of a projection; the root is 0.
    pub(super) id: usize,
    /// How many keys lead here from the row.
    pub(super) depth: usize,
    /// Columns that end here.
    pub(super) leaves: Vec<usize>,
    /// Columns that lead on from here.
    pub(super) beyond: Vec<usize>,
    /// Children by the length of their key in bytes: most keys of a row are told apart by that alone.
    by_length: Vec<Vec<(Box<str>, Node)>>,
}

impl Node {
    fn insert(&mut self, path: &[String], column: usize, nodes: &mut usize) {
        let Some((key, rest)) = path.split_first() else {
            self.leaves.push(column);
            return;
        };
        self.beyond.push(column);
        if self.by_length.len() <= key.len() {
            self.by_length.resize_with(key.len() + 1, Vec::new);
        }
        let depth = self.depth + 1;
        let same_length = &mut self.by_length[key.len()];
        let at = same_length.iter().position(|(known, _)| **known == **key).unwrap_or_else(|| {
            same_length.push((key.as_str().into(), Node { id: *nodes, depth, ..Node::default() }));
            *nodes += 1;
            same_length.len() - 1
        });
        same_length[at].1.insert(rest, column, nodes);
    }

    pub(super) fn child(&self, key: &str) -> Option<&Node> {
        let same_length = self.by_length.get(key.len())?;
        same_length.iter().find(|(known, _)| **known == *key).map(|(_, node)| node)
    }
}
