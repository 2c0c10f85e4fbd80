//! The published JSON schema of the run record.

use super::RunRecord;

/// The JSON schema (2020-12) of `run.json`, generated from the types that write it. The copy in
/// `docs/run-record.schema.json` is held equal to it by a test.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(RunRecord).to_value();
    schema["properties"]["schema_version"]["const"] = super::SCHEMA_VERSION.into();
    schema
}
