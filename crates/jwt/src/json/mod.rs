//! A small strict JSON reader (RFC 8259) for headers and claims in any spelling.
//!
//! It refuses what parsers disagree about, because two parties that read one token differently is how tokens
//! are forged: duplicate names, text that is not UTF-8, lone surrogates, anything after the value. Depth and
//! number of members are capped, as a header is read before its signature is. Numbers stay text, so that no
//! rounding happens behind anyone's back.

mod reader;
mod string;

pub(crate) use string::write as write_string;

use std::borrow::Cow;

/// How deep arrays and objects may nest, the outermost included. A token needs 2.
const MAX_DEPTH: usize = 8;

/// How many members an object, or elements an array, may have: more members than fit into a token, so that what the plain
/// reader of claims accepts is never too much for this one.
const MAX_MEMBERS: usize = 2048;
const _: () = assert!(crate::MAX_TOKEN_BYTES / 4 * 3 < MAX_MEMBERS * r#","a":"""#.len());

/// A JSON value that borrows from its text where it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    /// Without its escapes.
    String(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Object(Members<'a>),
}

/// The members of an object in their order. No name occurs twice.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// Why text is not strict JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// Not the grammar of RFC 8259.
    #[error("syntax error at byte {0}")]
    Syntax(usize),
    /// A name occurs twice in one object.
    #[error("duplicate name")]
    Duplicate,
    /// Nested deeper than any token needs.
    #[error("nested too deep")]
    TooDeep,
    /// More members than any token needs.
    #[error("too many members")]
    TooManyMembers,
    /// The outermost value is not an object.
    #[error("not an object")]
    NotAnObject,
}

/// Reads one value that spans the whole text.
pub(crate) fn parse(text: &[u8]) -> Result<Value<'_>, JsonError> {
    reader::Reader::new(std::str::from_utf8(text).map_err(|_| JsonError::Utf8)?).read_all()
}

/// Reads one object that spans the whole text.
pub(crate) fn parse_object(text: &[u8]) -> Result<Members<'_>, JsonError> {
    match parse(text)? {
        Value::Object(members) => Ok(members),
        _ => Err(JsonError::NotAnObject),
    }
}

#[cfg(test)]
mod tests;
