//! The one pass over the body: what to step into, what to keep, what to drop.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::nesting::nears_the_limit;
use super::spec::{MAX_PATH, Node};
use super::table::Table;
use super::value::Value;

/// Most levels that are stepped into: two paths, the array of rows and the value itself.
const MAX_STEPS: usize = 2 * MAX_PATH + 2;

/// How a value is read that is stepped into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Straight on: the pass fails on a value of a wrong type, which is rare.
    Quick,
    /// Its source text is taken first, so that its type is known and a wrong one can be noted.
    Careful,
}

/// Reads a value that is either the way to the rows, or the row or rows.
pub(super) struct Step<'t, 'p, 'de> {
    /// How many keys of `at` have led here.
    pub(super) keys: usize,
    pub(super) care: Care,
    pub(super) table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for Step<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let projection = self.table.projection();
        if self.keys == projection.at.len() && !projection.many {
            self.table.arrive();
            return Row { care: self.care, table: self.table }.deserialize(json);
        }
        let is_target = self.keys == projection.at.len();
        if self.care == Care::Quick {
            return if is_target { json.deserialize_seq(self) } else { json.deserialize_map(self) };
        }
        let value = source(json, self.care)?;
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
                map.next_value_seed(Step { keys: self.keys + 1, care: self.care, table: self.table })?;
            } else {
                map.next_value_seed(Dropped { care: self.care })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        self.table.arrive();
        while rows.next_element_seed(Row { care: self.care, table: self.table })?.is_some() {}
        Ok(())
    }
}

struct Row<'t, 'p, 'de> {
    care: Care,
    table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.table.start_row();
        let node = &self.table.projection().root;
        Field { node, care: self.care, table: self.table }.deserialize(json)?;
        self.table.end_row();
        Ok(())
    }
}

/// Reads the value of a selected key, or the row itself.
struct Field<'t, 'p, 'de> {
    node: &'p Node,
    care: Care,
    table: &'t mut Table<'p, 'de>,
}

impl<'de> DeserializeSeed<'de> for Field<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let is_leaf = !self.node.leaves.is_empty();
        if self.care == Care::Quick && !is_leaf {
            return json.deserialize_option(self);
        }
        let value = source(json, self.care)?;
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

    // A null is the one other thing that often stands in place of an object: no reason for a second pass.
    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.table.block(self.node, Value("null"));
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            let Some(node) = with_key(key, |key| self.node.child(key)) else {
                map.next_value_seed(Dropped { care: self.care })?;
                continue;
            };
            self.table.forget(node);
            map.next_value_seed(Field { node, care: self.care, table: self.table })?;
        }
        Ok(())
    }
}

/// Skips a value nobody asked for.
struct Dropped {
    care: Care,
}

impl<'de> DeserializeSeed<'de> for Dropped {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        source(json, self.care).map(drop)
    }
}

/// The source text of a value, which the quick pass only takes when it nests far from the limit.
fn source<'de, D: Deserializer<'de>>(json: D, care: Care) -> Result<Value<'de>, D::Error> {
    let text = <&'de RawValue>::deserialize(json)?.get();
    if care == Care::Quick && nears_the_limit(text, MAX_STEPS) {
        return Err(Error::custom("deep nesting"));
    }
    Ok(Value(text))
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
