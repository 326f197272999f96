//! The byte layout of columns that cross the FFI.

use std::borrow::Cow;

use super::column::{Column, MAX_CHOICES};

/// The format of the bytes in an outcome's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The body as received.
    #[default]
    Body = 0,
    /// One JSON text: an array with an array for each column.
    JsonColumns = 1,
    /// Three parts, in which a word is 8 bytes in native byte order:
    ///
    /// 1. Words: the number of rows and the length of the JSON text; then for each column its form (0 JSON,
    ///    1 choices, 2 texts, 3 numbers), its number of nulls and its number of bytes.
    /// 2. The JSON text: an array with an array for each column, which contains its values (form 0), its choices
    ///    (form 1) or nothing.
    /// 3. For each column a word with the row number of each null, then its bytes. Choices: one byte per row, the
    ///    index of its choice. Texts: UTF-8, separated by NUL. Numbers: one signed word per row.
    BinaryColumns = 2,
}

/// The columns that a projection selected.
#[derive(Debug)]
pub struct Columns {
    /// `JsonColumns` or `BinaryColumns`.
    pub format: Format,
    /// The columns in that format.
    pub bytes: Vec<u8>,
}

impl Columns {
    /// Encodes columns: few rows as JSON, which Python then reads faster than the binary format. The values beside the
    /// rows follow, each as a column with one value.
    pub(super) fn encode(columns: &[Column<'_>], rows: usize, beside: &[&str]) -> Self {
        if rows <= MAX_CHOICES {
            let columns = columns.iter().map(|column| format!("[{}]", column.json(rows)));
            let columns: Vec<String> =
                columns.chain(beside.iter().map(|value| format!("[{value}]"))).collect();
            let bytes = format!("[{}]", columns.join(",")).into_bytes();
            return Self { format: Format::JsonColumns, bytes };
        }
        Self { format: Format::BinaryColumns, bytes: binary(columns, rows, beside) }
    }
}

fn binary(columns: &[Column<'_>], rows: usize, beside: &[&str]) -> Vec<u8> {
    let beside = beside.iter().map(|value| Part::json(value));
    let parts: Vec<Part<'_>> = columns.iter().map(Part::of).chain(beside).collect();
    let json: Vec<String> = parts.iter().map(|part| format!("[{}]", part.json)).collect();
    let json = format!("[{}]", json.join(","));
    let mut words = vec![rows as u64, json.len() as u64];
    words.extend(parts.iter().flat_map(|part| [part.form, part.nulls.len() as u64, part.bytes.len() as u64]));
    let length = words.len() * 8 + json.len() + parts.iter().map(Part::len).sum::<usize>();
    let mut out = Vec::with_capacity(length);
    push_words(&mut out, &words);
    out.extend_from_slice(json.as_bytes());
    for part in &parts {
        push_words(&mut out, part.nulls);
        out.extend_from_slice(&part.bytes);
    }
    out
}

/// The parts of one column in the binary format.
struct Part<'c> {
    form: u64,
    json: Cow<'c, str>,
    nulls: &'c [u64],
    bytes: Cow<'c, [u8]>,
}

impl<'c> Part<'c> {
    fn json(text: &'c str) -> Self {
        Self { form: 0, json: text.into(), nulls: &[], bytes: [][..].into() }
    }

    fn of(column: &'c Column<'_>) -> Self {
        let none = Self::json("");
        match column {
            Column::Json(text) => Self::json(text),
            Column::Choices { choices, rows } => {
                Self { form: 1, json: choices.join(",").into(), bytes: rows.into(), ..none }
            }
            Column::Texts { text, nulls } => Self { form: 2, nulls, bytes: text.as_bytes().into(), ..none },
            Column::Numbers { numbers, nulls } => {
                let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
                Self { form: 3, nulls, bytes: bytes.into(), ..none }
            }
        }
    }

    fn len(&self) -> usize {
        self.nulls.len() * 8 + self.bytes.len()
    }
}

fn push_words(out: &mut Vec<u8>, words: &[u64]) {
    out.extend(words.iter().flat_map(|word| word.to_ne_bytes()));
}
