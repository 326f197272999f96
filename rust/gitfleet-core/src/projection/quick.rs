//! The pass over bodies that are as they should be, which is nearly all of them.
//!
//! It gives up (None) at whatever is not: invalid JSON, a wrong type on the way to a field, an escape in a key,
//! nesting near the limit. What that means is found out by the careful pass.

use super::nesting::MAX_NESTING;
use super::scan::Scanner;
use super::spec::{MAX_PATH, Node, Projection};
use super::table::Table;

/// How deep a value may nest: less than the limit by what is stepped into, two paths and the array of rows.
const ROOM: usize = MAX_NESTING - (2 * MAX_PATH + 2);
/// Most keys of an object that are remembered.
const MAX_KEYS: usize = 256;

pub(super) struct Quick<'t, 'p, 'de> {
    json: Scanner<'de>,
    table: &'t mut Table<'p, 'de>,
    /// Of each node the keys that the last object there had: rows mostly have the same ones in the same order, and
    /// comparing is cheaper than reading.
    known: Vec<Vec<Key<'p, 'de>>>,
}

/// A key as it stands in the text, with quotes and colon, and where it leads to, if anywhere.
#[derive(Clone, Copy)]
struct Key<'p, 'de> {
    text: &'de str,
    node: Option<&'p Node>,
}

impl<'t, 'p, 'de> Quick<'t, 'p, 'de> {
    pub(super) fn new(text: &'de str, projection: &'p Projection, table: &'t mut Table<'p, 'de>) -> Self {
        Self { json: Scanner::new(text), table, known: vec![Vec::new(); projection.nodes] }
    }

    pub(super) fn document(mut self) -> Option<()> {
        self.step(0)?;
        self.json.is_at_end().then_some(())
    }

    /// The way to the rows, of which `keys` keys have led here.
    fn step(&mut self, keys: usize) -> Option<()> {
        let projection = self.table.projection();
        let Some(wanted) = projection.at.get(keys) else { return self.target() };
        let mut more = self.json.opens(b'{', b'}')?;
        while more {
            if self.key()?.0 == wanted {
                self.table.start_over(keys + 1);
                self.step(keys + 1)?;
            } else {
                self.json.skip(ROOM)?;
            }
            more = self.json.goes_on(b'}')?;
        }
        Some(())
    }

    fn target(&mut self) -> Option<()> {
        if !self.table.projection().many {
            self.table.arrive();
            return self.row();
        }
        let mut more = self.json.opens(b'[', b']')?;
        self.table.arrive();
        while more {
            self.row()?;
            more = self.json.goes_on(b']')?;
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
            let value = self.json.value(ROOM)?;
            self.table.keep(node, value);
            if node.beyond.is_empty() {
                return Some(());
            }
            if first != b'{' {
                self.table.block(node, value);
                return Some(());
            }
            self.json.at = start;
        } else if first == b'n' {
            // The one other thing that often stands in place of an object: no reason to give up.
            let value = self.json.value(0)?;
            self.table.block(node, value);
            return Some(());
        }
        self.fields(node)
    }

    fn fields(&mut self, node: &'p Node) -> Option<()> {
        let mut more = self.json.opens(b'{', b'}')?;
        let mut index = 0;
        while more {
            match self.next_child(node, index)? {
                None => self.json.skip(ROOM)?,
                Some(child) => {
                    self.table.forget(child);
                    self.field(child)?;
                }
            }
            index += 1;
            more = self.json.goes_on(b'}')?;
        }
        Some(())
    }

    /// Reads a key, and says where it leads to.
    #[inline]
    fn next_child(&mut self, node: &'p Node, index: usize) -> Option<Option<&'p Node>> {
        self.json.peek()?;
        let known = self.known[node.id].get(index);
        if let Some(key) = known.filter(|key| self.json.rest().starts_with(key.text.as_bytes())) {
            self.json.at += key.text.len();
            return Some(key.node);
        }
        let (key, text) = self.key()?;
        let child = node.child(key);
        self.remember(node, index, Key { text, node: child });
        Some(child)
    }

    fn remember(&mut self, node: &Node, index: usize, key: Key<'p, 'de>) {
        let known = &mut self.known[node.id];
        match known.get_mut(index) {
            Some(place) => *place = key,
            None if index < MAX_KEYS => known.push(key),
            None => {}
        }
    }

    /// A key without escapes, and all that was read of it.
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
