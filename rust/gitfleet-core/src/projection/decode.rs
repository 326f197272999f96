//! From the bytes of a body to columns, or to the error in it.

use serde::de::DeserializeSeed;

use super::Projection;
use super::layout::Columns;
use super::nesting::{MAX_NESTING, too_deep};
use super::quick::Quick;
use super::table::Table;
use super::visit::Step;
use crate::fault::{Code, Fault};

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Projection {
    /// Picks the columns out of a body.
    ///
    /// Gives a column for each of the projection's, each with one value a row. What is neither a string nor a
    /// whole number of 64 bits stays the source text of the body, so nothing loses precision.
    ///
    /// # Errors
    /// `decode_json` with the offset when the body is not strict JSON in UTF-8 or nests more than 512
    /// levels deep; otherwise `decode_shape` with the first row and column that are not as asked for.
    pub fn decode(&self, body: &[u8]) -> Result<Columns, Fault> {
        let skipped = if body.starts_with(BOM) { BOM.len() } else { 0 };
        let body = &body[skipped..];
        let broken = |message: String, at: usize| Fault {
            byte: Some(skipped + at),
            ..Fault::new(Code::DecodeJson, message)
        };
        let text = std::str::from_utf8(body)
            .map_err(|error| broken("the body is not UTF-8".to_owned(), error.valid_up_to()))?;
        // The quick pass gives up at anything unusual.
        // What that means, and whether a syntax error elsewhere outweighs it, is found out at leisure.
        let mut table = Table::new(self);
        if Quick::new(text, self, &mut table).document().is_some() {
            return table.finish();
        }
        if let Some(at) = too_deep(body) {
            return Err(broken(format!("the body is nested too deeply: more than {MAX_NESTING} levels"), at));
        }
        self.parse(text)
            .map_err(|error| broken(format!("the body is not JSON: {error}"), offset(text, &error)))?
            .finish()
    }

    fn parse<'p, 'de>(&'p self, text: &'de str) -> serde_json::Result<Table<'p, 'de>> {
        let mut table = Table::new(self);
        let mut json = serde_json::Deserializer::from_str(text);
        Step { keys: 0, table: &mut table }.deserialize(&mut json)?;
        json.end()?;
        Ok(table)
    }
}

/// Offset in bytes of the place serde_json names by line and column.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return text.len();
    }
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let at = (line + error.column()).saturating_sub(1);
    // Columns count from 1, except for a control character in a string, where the column is the one before.
    let before_control = error.to_string().starts_with("control character");
    (at + usize::from(before_control)).min(text.len())
}
