//! One column as it grows, in the form that Python reads fastest.

use std::borrow::Cow;

/// Most different values of a column that are told once each.
pub(super) const MAX_CHOICES: usize = 16;

const NULL: &str = "null";

/// The values of the rows so far. A column begins as `Choices`, and takes another form at the first value that does
/// not fit; `Json` takes anything.
#[derive(Debug)]
pub(super) enum Column<'de> {
    /// Few different values: the source text of each, and which one each row has. No arrays and objects, which
    /// rows must not share: Python could change them.
    Choices { choices: Vec<&'de str>, rows: Vec<u8> },
    /// Strings without escapes, with a NUL between two.
    Texts { text: String, nulls: Vec<u64> },
    /// Whole numbers.
    Numbers { numbers: Vec<i64>, nulls: Vec<u64> },
    /// Source texts, with a comma between two.
    Json(String),
}

impl Default for Column<'_> {
    fn default() -> Self {
        Self::Choices { choices: Vec::new(), rows: Vec::new() }
    }
}

impl<'de> Column<'de> {
    /// Adds the source text of a value to those of `row` rows.
    pub(super) fn add(&mut self, value: &'de str, row: usize) {
        if self.takes(value, row) {
            return;
        }
        if let Self::Choices { choices, rows } = self {
            let (choices, rows) = (std::mem::take(choices), std::mem::take(rows));
            *self = Self::form_for(&choices, value);
            for (row, choice) in rows.into_iter().enumerate() {
                self.put(choices[usize::from(choice)], row);
            }
        }
        self.put(value, row);
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

    fn put(&mut self, value: &'de str, row: usize) {
        if !self.takes(value, row) {
            *self = Self::Json(self.json(row));
            self.takes(value, row);
        }
    }

    fn takes(&mut self, value: &'de str, row: usize) -> bool {
        match self {
            Self::Choices { choices, rows } => match choice(choices, rows.last(), value) {
                Some(choice) => rows.push(choice),
                None => return false,
            },
            Self::Texts { text, nulls } => {
                let Some(value) = unescaped(value) else { return false };
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

    /// The values of all rows as JSON, with a comma between two.
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
                let values = texts.map(|(row, text)| value_at(row, nulls, quoted(text)));
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

/// Which of `choices` the value is, which it becomes if there is room. Values often are what the row before has.
fn choice<'de>(choices: &mut Vec<&'de str>, last: Option<&u8>, value: &'de str) -> Option<u8> {
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

/// The string of a source text, or None for a null. Nothing where it is neither, or a string with a NUL or half a
/// surrogate pair.
fn unescaped(source: &str) -> Option<Option<Cow<'_, str>>> {
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

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn separate(text: &mut String, separator: char, row: usize) {
    if row > 0 {
        text.push(separator);
    }
}
