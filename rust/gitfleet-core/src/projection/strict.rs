//! The strict reader. It takes the source text of each value first, so that it can record a value of a wrong type and
//! continue to parse.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::spec::Node;
use super::table::Table;
use super::value::Value;

/// Reads a value on the path to the rows, or the row or rows at its end.
pub(super) struct RowsPathSeed<'t, 'p, 'de> {
    /// Number of keys of `at` that lead to this value.
    pub(super) keys: usize,
    pub(super) table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for RowsPathSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let projection = self.table.projection();
        if self.keys == projection.at.len() && !projection.many {
            self.table.reach_rows();
            return RowSeed { table: self.table }.deserialize(json);
        }
        let is_rows = self.keys == projection.at.len();
        let value = source_text(json)?;
        if is_rows && value.is_array() {
            serde_json::Deserializer::from_str(value.0).deserialize_seq(self).map_err(Error::custom)
        } else if !is_rows && value.is_object() {
            serde_json::Deserializer::from_str(value.0).deserialize_map(self).map_err(Error::custom)
        } else {
            let expected = if is_rows { "an array of rows" } else { "an object" };
            self.table.block_rows_path(self.keys, expected, value);
            Ok(())
        }
    }
}

impl<'de> Visitor<'de> for RowsPathSeed<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the path to the rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let projection = self.table.projection();
        let wanted = projection.at[self.keys].as_str();
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            if with_key(key, |key| key == wanted) {
                self.table.start_over(self.keys + 1);
                map.next_value_seed(RowsPathSeed { keys: self.keys + 1, table: self.table })?;
            } else if let Some(index) = with_key(key, |key| projection.beside(self.keys, key)) {
                let value = map.next_value::<&'de RawValue>()?;
                self.table.store_beside(index, Value(value.get()));
            } else {
                map.next_value::<&'de RawValue>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        self.table.reach_rows();
        while rows.next_element_seed(RowSeed { table: self.table })?.is_some() {}
        Ok(())
    }
}

struct RowSeed<'t, 'p, 'de> {
    table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.table.start_row();
        let node = &self.table.projection().root;
        FieldSeed { node, table: self.table }.deserialize(json)?;
        self.table.end_row();
        Ok(())
    }
}

/// Reads the value of a selected key, or the row itself.
struct FieldSeed<'t, 'p, 'de> {
    node: &'p Node,
    table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let value = source_text(json)?;
        self.table.store(self.node, value);
        if self.node.below.is_empty() {
            Ok(())
        } else if value.is_object() {
            serde_json::Deserializer::from_str(value.0).deserialize_map(self).map_err(Error::custom)
        } else {
            self.table.block(self.node, value);
            Ok(())
        }
    }
}

impl<'de> Visitor<'de> for FieldSeed<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            let Some(node) = with_key(key, |key| self.node.child(key)) else {
                map.next_value::<&'de RawValue>()?;
                continue;
            };
            self.table.clear(node);
            map.next_value_seed(FieldSeed { node, table: self.table })?;
        }
        Ok(())
    }
}

/// The source text of a value.
fn source_text<'de, D: Deserializer<'de>>(json: D) -> Result<Value<'de>, D::Error> {
    <&'de RawValue>::deserialize(json).map(|text| Value(text.get()))
}

/// Calls `look` with a key, given the key's source text.
///
/// A key with a lone surrogate cannot be a Rust string: no path contains it, so the result is the default.
fn with_key<T: Default>(raw: &RawValue, look: impl FnOnce(&str) -> T) -> T {
    let source = raw.get();
    let inner = &source[1..source.len() - 1];
    if !inner.contains('\\') {
        return look(inner);
    }
    serde_json::from_str::<String>(source).map_or_else(|_| T::default(), |key| look(&key))
}
