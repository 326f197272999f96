//! The careful pass: takes the source text of each value first, so that its type is known and a wrong one can be noted.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::spec::Node;
use super::table::Table;
use super::value::Value;

/// Reads a value that is either the way to the rows, or the row or rows.
pub(super) struct Step<'t, 'p, 'de> {
    /// How many keys of `at` have led here.
    pub(super) keys: usize,
    pub(super) table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for Step<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let projection = self.table.projection();
        if self.keys == projection.at.len() && !projection.many {
            self.table.arrive();
            return Row { table: self.table }.deserialize(json);
        }
        let is_target = self.keys == projection.at.len();
        let value = source(json)?;
        if is_target && value.is_array() {
            serde_json::Deserializer::from_str(value.0).deserialize_seq(self).map_err(Error::custom)
        } else if !is_target && value.is_object() {
            serde_json::Deserializer::from_str(value.0).deserialize_map(self).map_err(Error::custom)
        } else {
            let needed = if is_target { "an array of rows" } else { "an object" };
            self.table.block_way(self.keys, needed, value);
            Ok(())
        }
    }
}

impl<'de> Visitor<'de> for Step<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the way to the rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let wanted = self.table.projection().at[self.keys].as_str();
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            if with_key(key, |key| key == wanted) {
                self.table.start_over(self.keys + 1);
                map.next_value_seed(Step { keys: self.keys + 1, table: self.table })?;
            } else {
                map.next_value::<&'de RawValue>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        self.table.arrive();
        while rows.next_element_seed(Row { table: self.table })?.is_some() {}
        Ok(())
    }
}

struct Row<'t, 'p, 'de> {
    table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.table.start_row();
        let node = &self.table.projection().root;
        Field { node, table: self.table }.deserialize(json)?;
        self.table.end_row();
        Ok(())
    }
}

/// Reads the value of a selected key, or the row itself.
struct Field<'t, 'p, 'de> {
    node: &'p Node,
    table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for Field<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let value = source(json)?;
        self.table.keep(self.node, value);
        if self.node.beyond.is_empty() {
            Ok(())
        } else if value.is_object() {
            serde_json::Deserializer::from_str(value.0).deserialize_map(self).map_err(Error::custom)
        } else {
            self.table.block(self.node, value);
            Ok(())
        }
    }
}

impl<'de> Visitor<'de> for Field<'_, '_, 'de> {
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
            self.table.forget(node);
            map.next_value_seed(Field { node, table: self.table })?;
        }
        Ok(())
    }
}

/// The source text of a value.
fn source<'de, D: Deserializer<'de>>(json: D) -> Result<Value<'de>, D::Error> {
    <&'de RawValue>::deserialize(json).map(|text| Value(text.get()))
}

/// Looks at a key, given its source text.
///
/// A key with a lone surrogate is no text in Rust: it is looked up as the empty answer, for no path has one.
fn with_key<T: Default>(raw: &RawValue, look: impl FnOnce(&str) -> T) -> T {
    let source = raw.get();
    let inner = &source[1..source.len() - 1];
    if !inner.contains('\\') {
        return look(inner);
    }
    serde_json::from_str::<String>(source).map_or_else(|_| T::default(), |key| look(&key))
}
