//! Determines the type of a JSON value from its source text.

use super::spec::Kind;

/// Largest number of digits that Python converts to an int by default.
const MAX_INT_DIGITS: usize = 4300;

/// The source text of one valid JSON value, without surrounding whitespace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'de>(pub(super) &'de str);

impl Value<'_> {
    pub(super) fn is_object(self) -> bool {
        self.first() == b'{'
    }

    pub(super) fn is_array(self) -> bool {
        self.first() == b'['
    }

    pub(super) fn is_null(self) -> bool {
        self.first() == b'n'
    }

    pub(super) fn is_a(self, kind: Kind) -> bool {
        match (self.first(), kind) {
            (b'n', _) | (_, Kind::Json) => true,
            (b'"', Kind::Str) | (b't' | b'f', Kind::Bool) | (b'-' | b'0'..=b'9', Kind::Float) => true,
            (b'-' | b'0'..=b'9', Kind::Int) => self.int_digits().is_some_and(|n| n <= MAX_INT_DIGITS),
            _ => false,
        }
    }

    /// The name of its type with an article, for a message.
    pub(super) fn noun(self) -> &'static str {
        match self.first() {
            b'n' => "null",
            b't' | b'f' => "a bool",
            b'"' => "a string",
            b'[' => "an array",
            b'{' => "an object",
            _ => match self.int_digits() {
                Some(digits) if digits > MAX_INT_DIGITS => "an int of more than 4300 digits",
                Some(_) => "an int",
                None => "a float",
            },
        }
    }

    fn first(self) -> u8 {
        self.0.as_bytes().first().copied().unwrap_or(0)
    }

    /// The number of digits; None if the number has a fraction or an exponent.
    fn int_digits(self) -> Option<usize> {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0).as_bytes();
        digits.iter().all(u8::is_ascii_digit).then_some(digits.len())
    }
}

/// The name of the expected type with an article, for a message.
pub(super) fn noun_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Str => "a string",
        Kind::Int => "an int",
        Kind::Float => "a float",
        Kind::Bool => "a bool",
        Kind::Json => "JSON",
    }
}
