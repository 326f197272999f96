//! Finding the end of a JSON value, fast: the quick pass spends its time here.
//!
//! Takes nothing but valid JSON, and gives up (None) at anything else: what is wrong is found out by the careful
//! pass, which leaves the parsing to serde_json. A page of GitHub's takes 0.24 ms with its columns made, serde_json's skipping it 0.21.

use super::stops::first_stop;
use super::value::Value;

/// A place in a text. Each method moves it behind what it has found, and leaves it anywhere when it gives up.
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

    /// The next byte that is no space, which stays where it is.
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

    /// After a value: whether another one follows, or else the array or object ends with `end`.
    #[inline]
    pub(super) fn goes_on(&mut self, end: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            _ if byte == end => Some(false),
            _ => None,
        }
    }

    /// The start of an array or object, and whether there is anything in it.
    #[inline]
    pub(super) fn opens(&mut self, start: u8, end: u8) -> Option<bool> {
        self.expect(start)?;
        let is_empty = self.peek()? == end;
        self.at += usize::from(is_empty);
        Some(!is_empty)
    }

    /// A value that nests at most `room` levels deep.
    pub(super) fn value(&mut self, room: usize) -> Option<Value<'de>> {
        self.peek()?;
        let start = self.at;
        self.skip(room)?;
        self.since(start).map(Value)
    }

    /// As [`Self::value`], for a value nobody asked for.
    pub(super) fn skip(&mut self, room: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' => self.object(room.checked_sub(1)?),
            b'[' => self.array(room.checked_sub(1)?),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn object(&mut self, room: usize) -> Option<()> {
        let mut more = self.opens(b'{', b'}')?;
        while more {
            self.peek()?;
            self.string()?;
            self.expect(b':')?;
            self.skip(room)?;
            more = self.goes_on(b'}')?;
        }
        Some(())
    }

    fn array(&mut self, room: usize) -> Option<()> {
        let mut more = self.opens(b'[', b']')?;
        while more {
            self.skip(room)?;
            more = self.goes_on(b']')?;
        }
        Some(())
    }

    /// A string that begins right here.
    #[inline]
    pub(super) fn string(&mut self) -> Option<()> {
        if self.byte()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            self.at += first_stop(self.rest())?;
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

    /// Half a surrogate pair passes: it is JSON, and its meaning is for whoever reads the value.
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

    /// How many digits follow, of which there has to be one.
    fn digits(&mut self) -> Option<usize> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(count)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let is_there = self.rest().starts_with(word);
        self.at += word.len();
        is_there.then_some(())
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
