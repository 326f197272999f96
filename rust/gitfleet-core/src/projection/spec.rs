//! Parses a projection and compiles it into a tree of keys.

use serde::Deserialize;

use crate::error::{Error, ErrorCode};

/// Largest number of keys in a path, so that recursion along it cannot exhaust the stack.
pub(super) const MAX_PATH: usize = 32;

/// The type of a column's values; null is always allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A string.
    Str,
    /// A number without fraction and exponent, with at most 4300 digits.
    Int,
    /// A number.
    Float,
    /// `true` or `false`.
    Bool,
    /// Any value, which keeps its source text.
    Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    at: Vec<String>,
    many: bool,
    columns: Vec<Column>,
    #[serde(default)]
    beside: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) path: Vec<String>,
    pub(super) kind: Kind,
}

/// The fields to select: the path to the row or rows, a path and a kind for each column, and members of the document
/// beside the rows.
#[derive(Debug)]
pub struct Projection {
    pub(super) at: Vec<String>,
    pub(super) many: bool,
    pub(super) columns: Vec<Column>,
    /// Keys of the document whose values follow the columns.
    pub(super) beside: Vec<String>,
    pub(super) root: Node,
    /// Number of nodes, including the root.
    pub(super) nodes: usize,
}

impl Projection {
    /// Compiles `{"at": [...], "many": bool, "columns": [{"path": [...], "kind": "..."}], "beside": [...]}`, of which
    /// `beside` is optional.
    ///
    /// # Errors
    /// `invalid_argument` for text that is not of this form, for no columns, for a path of more than 32 keys, and for
    /// an empty path whose kind is not `json`.
    pub fn from_json(text: &[u8]) -> Result<Self, Error> {
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
        Ok(Self { at: spec.at, many: spec.many, columns: spec.columns, beside: spec.beside, root, nodes })
    }

    /// The index in `beside` of a key of the object after `keys` keys of `at`; only the document has such keys.
    pub(super) fn beside(&self, keys: usize, key: &str) -> Option<usize> {
        if keys > 0 {
            return None;
        }
        self.beside.iter().position(|wanted| *wanted == key)
    }
}

fn invalid(reason: &str) -> Error {
    Error::new(ErrorCode::InvalidArgument, format!("projection: {reason}"))
}

/// A key on a path to selected fields. The root is the row itself.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Index among all nodes of the projection; the root is 0.
    pub(super) id: usize,
    /// Number of keys from the row to this node.
    pub(super) depth: usize,
    /// Columns whose path ends here.
    pub(super) leaves: Vec<usize>,
    /// Columns whose path continues below this node.
    pub(super) below: Vec<usize>,
    /// Children by the length of their key in bytes: the length alone distinguishes most keys of a row.
    by_length: Vec<Vec<(Box<str>, Node)>>,
}

impl Node {
    fn insert(&mut self, path: &[String], column: usize, nodes: &mut usize) {
        let Some((key, rest)) = path.split_first() else {
            self.leaves.push(column);
            return;
        };
        self.below.push(column);
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
