//! What a key may be used for.

/// `use` and `key_ops` as they came. Absent ones allow everything.
#[derive(Clone, Default)]
pub(super) struct Usage {
    pub(super) purpose: Option<String>,
    pub(super) operations: Option<Vec<String>>,
}

impl Usage {
    pub(super) fn allows(&self, operation: &str) -> bool {
        self.purpose.as_ref().is_none_or(|purpose| purpose == "sig")
            && self.operations.as_ref().is_none_or(|names| names.iter().any(|name| name == operation))
    }
}
