//! The fast path, for bodies that match the projection.
//!
//! It stops (None) at everything else: invalid JSON, a wrong type on the path to a field, an escape in a key, nesting
//! near the limit. The strict reader then parses the body again and finds the error, if there is one.

use super::limits::MAX_NESTING;
use super::scan::Scanner;
use super::spec::{MAX_PATH, Node, Projection};
use super::table::Table;

/// Allowed nesting of a value: the limit less the levels around it, which are two paths and the array of rows.
const DEPTH: usize = MAX_NESTING - (2 * MAX_PATH + 2);
/// Largest number of keys of an object that are cached.
const MAX_KEYS: usize = 256;

pub(super) struct FastReader<'t, 'p, 'de> {
    json: Scanner<'de>,
    table: &'t mut Table<'p, 'de>,
    /// For each node, the keys of the last object there. Rows mostly have the same keys in the same order, and
    /// comparing a key is cheaper than parsing it.
    cached_keys: Vec<Vec<Key<'p, 'de>>>,
}

/// The source text of a key, with quotes and colon, and its node if the projection selects it.
#[derive(Clone, Copy)]
struct Key<'p, 'de> {
    text: &'de str,
    node: Option<&'p Node>,
}

impl<'t, 'p, 'de> FastReader<'t, 'p, 'de> {
    pub(super) fn new(text: &'de str, projection: &'p Projection, table: &'t mut Table<'p, 'de>) -> Self {
        Self { json: Scanner::new(text), table, cached_keys: vec![Vec::new(); projection.nodes] }
    }

    pub(super) fn read_document(mut self) -> Option<()> {
        self.rows_path(0)?;
        self.json.is_at_end().then_some(())
    }

    /// Follows the path to the rows, after its first `keys` keys.
    fn rows_path(&mut self, keys: usize) -> Option<()> {
        let projection = self.table.projection();
        let Some(wanted) = projection.at.get(keys) else { return self.rows() };
        let mut more = self.json.open(b'{', b'}')?;
        while more {
            let key = self.key()?.0;
            if key == wanted {
                self.table.start_over(keys + 1);
                self.rows_path(keys + 1)?;
            } else if let Some(index) = projection.beside(keys, key) {
                let value = self.json.value(DEPTH)?;
                self.table.store_beside(index, value);
            } else {
                self.json.skip(DEPTH)?;
            }
            more = self.json.has_next(b'}')?;
        }
        Some(())
    }

    fn rows(&mut self) -> Option<()> {
        if !self.table.projection().many {
            self.table.reach_rows();
            return self.row();
        }
        let mut more = self.json.open(b'[', b']')?;
        self.table.reach_rows();
        while more {
            self.row()?;
            more = self.json.has_next(b']')?;
        }
        Some(())
    }

    fn row(&mut self) -> Option<()> {
        self.table.start_row();
        self.field(&self.table.projection().root)?;
        self.table.end_row();
        Some(())
    }

    /// The value of a selected key, or the row itself.
    fn field(&mut self, node: &'p Node) -> Option<()> {
        let first = self.json.peek()?;
        if !node.leaves.is_empty() {
            let start = self.json.at;
            let value = self.json.value(DEPTH)?;
            self.table.store(node, value);
            if node.below.is_empty() {
                return Some(());
            }
            if first != b'{' {
                self.table.block(node, value);
                return Some(());
            }
            self.json.at = start;
        } else if first == b'n' {
            // Null often replaces an object: the fast path handles it.
            let value = self.json.value(0)?;
            self.table.block(node, value);
            return Some(());
        }
        self.fields(node)
    }

    fn fields(&mut self, node: &'p Node) -> Option<()> {
        let mut more = self.json.open(b'{', b'}')?;
        let mut index = 0;
        while more {
            match self.next_child(node, index)? {
                None => self.json.skip(DEPTH)?,
                Some(child) => {
                    self.table.clear(child);
                    self.field(child)?;
                }
            }
            index += 1;
            more = self.json.has_next(b'}')?;
        }
        Some(())
    }

    /// Reads a key. Returns its node, or Some(None) if the projection does not select it.
    #[inline]
    fn next_child(&mut self, node: &'p Node, index: usize) -> Option<Option<&'p Node>> {
        self.json.peek()?;
        let cached = self.cached_keys[node.id].get(index);
        if let Some(key) = cached.filter(|key| self.json.rest().starts_with(key.text.as_bytes())) {
            self.json.at += key.text.len();
            return Some(key.node);
        }
        let (key, text) = self.key()?;
        let child = node.child(key);
        self.cache_key(node, index, Key { text, node: child });
        Some(child)
    }

    fn cache_key(&mut self, node: &Node, index: usize, key: Key<'p, 'de>) {
        let keys = &mut self.cached_keys[node.id];
        match keys.get_mut(index) {
            Some(cached) => *cached = key,
            None if index < MAX_KEYS => keys.push(key),
            None => {}
        }
    }

    /// Reads a key without escapes. Returns it, and its source text with quotes and colon.
    fn key(&mut self) -> Option<(&'de str, &'de str)> {
        self.json.peek()?;
        let start = self.json.at;
        self.json.string()?;
        let key = self.json.since(start)?.strip_prefix('"')?.strip_suffix('"')?;
        self.json.expect(b':')?;
        let text = self.json.since(start)?;
        (!key.contains('\\')).then_some((key, text))
    }
}
