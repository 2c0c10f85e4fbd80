//! A small strict JSON reader (RFC 8259) for headers and claims in any spelling.
//!
//! It refuses what parsers disagree about, because two parties that read one token differently is how tokens
//! are forged: duplicate names, text that is not UTF-8, lone surrogates, anything after the value. Depth and
//! number of members are capped, as a header is read before its signature is. Numbers stay text, so that no
//! rounding happens behind anyone's back.

mod error;
mod reader;
mod string;
mod value;

pub use error::JsonError;
pub(crate) use string::write as write_string;
pub(crate) use value::{Members, Value};

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
