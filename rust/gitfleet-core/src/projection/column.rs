//! One column while rows are added, in the form that Python reads fastest.

use std::borrow::Cow;

/// Largest number of distinct values of a `Choices` column.
pub(super) const MAX_CHOICES: usize = 16;

const NULL: &str = "null";

/// The values of the rows so far. A column starts as `Choices` and changes its form at the first value that does not
/// fit; `Json` accepts every value.
#[derive(Debug)]
pub(super) enum Column<'de> {
    /// Few distinct values: the source text of each, and the index of each row's value. No arrays and objects: rows
    /// must not share these in Python, where they are mutable.
    Choices { choices: Vec<&'de str>, rows: Vec<u8> },
    /// Unescaped strings, separated by NUL, and the rows that are null.
    Texts { text: String, nulls: Vec<u64> },
    /// Integers of 64 bits, and the rows that are null.
    Numbers { numbers: Vec<i64>, nulls: Vec<u64> },
    /// Source texts, separated by commas.
    Json(String),
}

impl Default for Column<'_> {
    fn default() -> Self {
        Self::Choices { choices: Vec::new(), rows: Vec::new() }
    }
}

impl<'de> Column<'de> {
    /// Adds the source text of the value of row `row`, which follows `row` other rows.
    pub(super) fn add(&mut self, value: &'de str, row: usize) {
        if self.try_push(value, row) {
            return;
        }
        if let Self::Choices { choices, rows } = self {
            let (choices, rows) = (std::mem::take(choices), std::mem::take(rows));
            *self = Self::form_for(&choices, value);
            for (row, choice) in rows.into_iter().enumerate() {
                self.push(choices[usize::from(choice)], row);
            }
        }
        self.push(value, row);
    }

    fn form_for(choices: &[&str], next: &str) -> Self {
        let mut values = choices.iter().copied().chain([next]);
        if values.clone().all(|value| value.starts_with('"') || value == NULL) {
            Self::Texts { text: String::new(), nulls: Vec::new() }
        } else if values.all(|value| value == NULL || value.parse::<i64>().is_ok()) {
            Self::Numbers { numbers: Vec::new(), nulls: Vec::new() }
        } else {
            Self::Json(String::new())
        }
    }

    /// Adds a value; a column whose form does not accept it becomes `Json`.
    fn push(&mut self, value: &'de str, row: usize) {
        if !self.try_push(value, row) {
            *self = Self::Json(self.json(row));
            self.try_push(value, row);
        }
    }

    fn try_push(&mut self, value: &'de str, row: usize) -> bool {
        match self {
            Self::Choices { choices, rows } => match choice_index(choices, rows.last(), value) {
                Some(choice) => rows.push(choice),
                None => return false,
            },
            Self::Texts { text, nulls } => {
                let Some(value) = unescape(value) else { return false };
                separate(text, '\0', row);
                match value {
                    Some(value) => text.push_str(&value),
                    None => nulls.push(row as u64),
                }
            }
            Self::Numbers { numbers, nulls } => match value.parse() {
                Ok(number) => numbers.push(number),
                Err(_) if value == NULL => {
                    nulls.push(row as u64);
                    numbers.push(0);
                }
                Err(_) => return false,
            },
            Self::Json(text) => {
                separate(text, ',', row);
                text.push_str(value);
            }
        }
        true
    }

    /// The values of all rows as JSON, separated by commas.
    pub(super) fn json(&self, rows: usize) -> String {
        let value_at = |row: usize, nulls: &[u64], value: String| {
            if nulls.binary_search(&(row as u64)).is_ok() { NULL.to_owned() } else { value }
        };
        match self {
            Self::Json(text) => text.clone(),
            Self::Choices { choices, rows } => {
                let values: Vec<&str> = rows.iter().map(|choice| choices[usize::from(*choice)]).collect();
                values.join(",")
            }
            Self::Texts { text, nulls } => {
                let texts = text.split('\0').take(rows).enumerate();
                let values = texts.map(|(row, text)| value_at(row, nulls, quote(text)));
                values.collect::<Vec<String>>().join(",")
            }
            Self::Numbers { numbers, nulls } => {
                let numbers = numbers.iter().enumerate();
                let values = numbers.map(|(row, number)| value_at(row, nulls, number.to_string()));
                values.collect::<Vec<String>>().join(",")
            }
        }
    }
}

/// The index of the value in `choices`, to which it is added if there is room. The previous row's value is compared
/// first, because neighbouring rows often have the same value.
fn choice_index<'de>(choices: &mut Vec<&'de str>, last: Option<&u8>, value: &'de str) -> Option<u8> {
    if let Some(last) = last.filter(|last| choices[usize::from(**last)] == value) {
        return Some(*last);
    }
    let found = choices.iter().position(|choice| *choice == value);
    let found = found.or_else(|| {
        let has_room = choices.len() < MAX_CHOICES && !value.starts_with(['[', '{']);
        has_room.then(|| {
            choices.push(value);
            choices.len() - 1
        })
    });
    found.and_then(|at| u8::try_from(at).ok())
}

/// The string of a source text (Some(None) for null). None if the value is neither, or is a string that contains a NUL
/// or a lone surrogate.
fn unescape(source: &str) -> Option<Option<Cow<'_, str>>> {
    if source == NULL {
        return Some(None);
    }
    let inner = source.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Some(inner.into()));
    }
    let text: String = serde_json::from_str(source).ok()?;
    (!text.contains('\0')).then_some(Some(text.into()))
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn separate(text: &mut String, separator: char, row: usize) {
    if row > 0 {
        text.push(separator);
    }
}
