//! Columns as they cross the border.

use std::borrow::Cow;

use super::column::{Column, MAX_CHOICES};

/// What the bytes of an answer are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The body as it came.
    #[default]
    Body = 0,
    /// One JSON text, an array with an array for each column.
    JsonColumns = 1,
    /// Words of 8 bytes, in the byte order of the machine: the number of rows, the length of the JSON text, and of
    /// each column its form (0 JSON, 1 choices, 2 texts, 3 numbers), how many nulls it has and how many bytes. Then
    /// a JSON text, an array with an array for each column: its values, its choices, or nothing. Then of each column
    /// the rows that have nulls, a word each, and its bytes: which of its choices each row has; texts, with a NUL
    /// between two; numbers, a word each.
    BinaryColumns = 2,
}

/// What a projection has picked.
#[derive(Debug)]
pub struct Columns {
    /// One of those for columns.
    pub format: Format,
    /// The columns in that format.
    pub bytes: Vec<u8>,
}

impl Columns {
    /// JSON for few rows, which Python reads faster so.
    pub(super) fn of(columns: &[Column<'_>], rows: usize) -> Self {
        if rows <= MAX_CHOICES {
            let columns: Vec<String> =
                columns.iter().map(|column| format!("[{}]", column.json(rows))).collect();
            let bytes = format!("[{}]", columns.join(",")).into_bytes();
            return Self { format: Format::JsonColumns, bytes };
        }
        Self { format: Format::BinaryColumns, bytes: binary(columns, rows) }
    }
}

fn binary(columns: &[Column<'_>], rows: usize) -> Vec<u8> {
    let parts: Vec<Part<'_>> = columns.iter().map(Part::of).collect();
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

/// A column, taken apart.
struct Part<'c> {
    form: u64,
    json: Cow<'c, str>,
    nulls: &'c [u64],
    bytes: Cow<'c, [u8]>,
}

impl<'c> Part<'c> {
    fn of(column: &'c Column<'_>) -> Self {
        let none = Self { form: 0, json: "".into(), nulls: &[], bytes: [][..].into() };
        match column {
            Column::Json(text) => Self { json: text.into(), ..none },
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
