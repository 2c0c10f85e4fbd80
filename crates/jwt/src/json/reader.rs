//! Values, arrays, objects and numbers.

use std::borrow::Cow;

use super::{
    error::JsonError,
    string,
    value::{Members, Value},
};

/// How deep arrays and objects may nest, the outermost included. A token needs 2.
pub(super) const MAX_DEPTH: usize = 8;

/// How many members an object, or elements an array, may have: more members than fit into a token, so that what the plain
/// reader of claims accepts is never too much for this one.
pub(super) const MAX_MEMBERS: usize = 2048;
const _: () = assert!(crate::MAX_TOKEN_BYTES / 4 * 3 < MAX_MEMBERS * r#","a":"""#.len());

/// Reads from the front of a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub(super) fn read_all(mut self) -> Result<Value<'a>, JsonError> {
        self.skip_space();
        let value = self.value()?;
        self.skip_space();
        if self.at == self.text.len() { Ok(value) } else { Err(self.syntax()) }
    }

    fn value(&mut self) -> Result<Value<'a>, JsonError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object).map(Value::Object),
            Some(b'[') => self.nested(Self::array).map(Value::Array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ => self.word(),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, JsonError>) -> Result<T, JsonError> {
        if self.depth == MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Members<'a>, JsonError> {
        let mut members = Members::new();
        self.list(b'}', |reader| {
            let name = reader.string()?;
            reader.skip_space();
            reader.expect(b':')?;
            reader.skip_space();
            let value = reader.value()?;
            members.push((name, value));
            Ok(())
        })?;
        if names_repeat(&members) { Err(JsonError::Duplicate) } else { Ok(members) }
    }

    fn array(&mut self) -> Result<Vec<Value<'a>>, JsonError> {
        let mut elements = Vec::new();
        self.list(b']', |reader| {
            elements.push(reader.value()?);
            Ok(())
        })?;
        Ok(elements)
    }

    /// Items with commas between them, up to the closing bracket.
    fn list(
        &mut self,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.skip_space();
        if self.take(close) {
            return Ok(());
        }
        for _ in 0..MAX_MEMBERS {
            item(self)?;
            self.skip_space();
            if self.take(close) {
                return Ok(());
            }
            self.expect(b',')?;
            self.skip_space();
        }
        Err(JsonError::TooManyMembers)
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"')?;
        let (content, length) = string::read(self.rest()).map_err(|offset| self.syntax_after(offset))?;
        self.at += length;
        Ok(content)
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        if count == 0 { Err(self.syntax()) } else { Ok(()) }
    }

    fn word(&mut self) -> Result<Value<'a>, JsonError> {
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.syntax())
    }

    fn skip_space(&mut self) {
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().bytes().take_while(space).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { Err(self.syntax()) }
    }

    /// What has not been read. The reader only ever stops after whole characters.
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn syntax(&self) -> JsonError {
        JsonError::Syntax(self.at)
    }

    fn syntax_after(&self, offset: usize) -> JsonError {
        JsonError::Syntax(self.at + offset)
    }
}

/// Sorts the names, because comparing each with each is quadratic and a header is read before it is proven.
fn names_repeat(members: &Members<'_>) -> bool {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}
