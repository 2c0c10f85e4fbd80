//! JSON values.

use std::borrow::Cow;

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
