//! Decodes a body into columns, or finds the first error in it.

use serde::de::DeserializeSeed;

use super::Projection;
use super::fast::FastReader;
use super::layout::Columns;
use super::limits::{MAX_NESTING, MAX_VALUES, has_too_many_values, too_deep};
use super::strict::RowsPathSeed;
use super::table::Table;
use crate::error::{Error, ErrorCode};

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Projection {
    /// Selects the columns from a body.
    ///
    /// Returns one column for each column of the projection, with one value per row. Values that are neither strings
    /// nor 64-bit integers keep their source text, so nothing loses precision.
    ///
    /// # Errors
    /// `decode_json` with the offset when the body is not strict JSON in UTF-8 or nests more than 512 levels deep, and
    /// without it when there are more than a million values; otherwise `decode_shape` with the first row and column
    /// that do not match the projection, or without them when there are more than 100,000 rows.
    pub fn decode(&self, body: &[u8]) -> Result<Columns, Error> {
        let skipped = if body.starts_with(BOM) { BOM.len() } else { 0 };
        let body = &body[skipped..];
        let not_json = |message: String, at: usize| Error {
            byte: Some(skipped + at),
            ..Error::new(ErrorCode::DecodeJson, message)
        };
        let text = std::str::from_utf8(body)
            .map_err(|error| not_json("the body is not UTF-8".to_owned(), error.valid_up_to()))?;
        if has_too_many_values(body) {
            let message = format!("more than {MAX_VALUES} values in one response");
            return Err(Error::new(ErrorCode::DecodeJson, message));
        }
        // The fast reader stops at anything unexpected; the strict reader then finds the error to report: a syntax
        // error anywhere in the body takes precedence over a shape error.
        let mut table = Table::new(self);
        if FastReader::new(text, self, &mut table).read_document().is_some() {
            return table.finish();
        }
        if let Some(at) = too_deep(body) {
            return Err(not_json(
                format!("the body is nested too deeply: more than {MAX_NESTING} levels"),
                at,
            ));
        }
        self.parse(text)
            .map_err(|error| not_json(format!("the body is not JSON: {error}"), offset(text, &error)))?
            .finish()
    }

    pub(super) fn parse<'p, 'de>(&'p self, text: &'de str) -> serde_json::Result<Table<'p, 'de>> {
        let mut table = Table::new(self);
        let mut json = serde_json::Deserializer::from_str(text);
        RowsPathSeed { keys: 0, table: &mut table }.deserialize(&mut json)?;
        json.end()?;
        Ok(table)
    }
}

/// The offset in bytes of the position that serde_json reports as line and column.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return text.len();
    }
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let at = (line + error.column()).saturating_sub(1);
    // Columns count from 1, except for a control character in a string: there the column is one lower.
    let before_control = error.to_string().starts_with("control character");
    (at + usize::from(before_control)).min(text.len())
}
