//! Why text is not strict JSON.

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
