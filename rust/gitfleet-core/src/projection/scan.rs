//! Finds the end of a JSON value. The fast path spends most of its time here.
//!
//! Accepts only valid JSON and stops (None) at anything else; the strict reader, which uses serde_json, then finds the
//! error. A page of GitHub takes 0.24 ms including its columns; serde_json needs 0.21 ms only to skip it.

use super::string_end::first_special;
use super::value::Value;

/// A position in a text. Each method moves it past what it reads; after None the position is undefined.
pub(super) struct Scanner<'de> {
    text: &'de str,
    pub(super) at: usize,
}

impl<'de> Scanner<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'de [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    pub(super) fn since(&self, start: usize) -> Option<&'de str> {
        self.text.get(start..self.at)
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.space();
        self.at == self.text.len()
    }

    /// Skips whitespace and returns the next byte without consuming it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let byte = self.byte()?;
        if byte > b' ' {
            return Some(byte);
        }
        self.space();
        self.byte()
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads what follows a value: true for a comma, false for `end`, the end of the array or object.
    #[inline]
    pub(super) fn has_next(&mut self, end: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            _ if byte == end => Some(false),
            _ => None,
        }
    }

    /// Reads the start of an array or object. Returns whether it has elements.
    #[inline]
    pub(super) fn open(&mut self, start: u8, end: u8) -> Option<bool> {
        self.expect(start)?;
        let is_empty = self.peek()? == end;
        self.at += usize::from(is_empty);
        Some(!is_empty)
    }

    /// Reads a value that nests at most `depth` levels deep.
    pub(super) fn value(&mut self, depth: usize) -> Option<Value<'de>> {
        self.peek()?;
        let start = self.at;
        self.skip(depth)?;
        self.since(start).map(Value)
    }

    /// Like [`Self::value`], for a value that is not selected.
    pub(super) fn skip(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        let mut more = self.open(b'{', b'}')?;
        while more {
            self.peek()?;
            self.string()?;
            self.expect(b':')?;
            self.skip(depth)?;
            more = self.has_next(b'}')?;
        }
        Some(())
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        let mut more = self.open(b'[', b']')?;
        while more {
            self.skip(depth)?;
            more = self.has_next(b']')?;
        }
        Some(())
    }

    /// Reads a string that starts at the current byte.
    #[inline]
    pub(super) fn string(&mut self) -> Option<()> {
        if self.byte()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            self.at += first_special(self.rest())?;
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// Reads an escape. A lone surrogate is accepted: it is valid JSON, and the consumer interprets the value.
    #[cold]
    fn escape(&mut self) -> Option<()> {
        self.at += 1;
        let is_code = match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => false,
            b'u' => true,
            _ => return None,
        };
        self.at += 1;
        if is_code {
            let digits = self.rest().get(..4)?;
            self.at += 4;
            return digits.iter().all(u8::is_ascii_hexdigit).then_some(());
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.byte()? == b'-' {
            self.at += 1;
        }
        let first = self.byte()?;
        let whole = self.digits()?;
        if first == b'0' && whole > 1 {
            return None;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// Reads one or more digits and returns their number.
    fn digits(&mut self) -> Option<usize> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(count)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let matches = self.rest().starts_with(word);
        self.at += word.len();
        matches.then_some(())
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        self.at += self.rest().iter().take_while(is_space).count();
    }
}
