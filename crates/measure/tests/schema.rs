//! The published schema: equal to what the types say, and fulfilled by what they write.

use std::{fs, path::Path};

use authbench_measure::{example, record};

const PUBLISHED: &str = "../../docs/run-record.schema.json";

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PUBLISHED);
    let current = serde_json::to_value(record::schema()).unwrap();
    if std::env::var_os("AUTHBENCH_UPDATE_SCHEMA").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&current).unwrap() + "\n").unwrap();
    }
    // As values: in what order serde_json writes an object's members is decided by the features that the other crates of
    // a build ask of it.
    let published: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap_or_default()).unwrap_or_default();
    assert!(
        published == current,
        "docs/run-record.schema.json is stale; run this test with AUTHBENCH_UPDATE_SCHEMA=1"
    );
}

#[test]
fn records_fulfil_the_schema_and_damaged_ones_do_not() {
    let validator = jsonschema::validator_for(&record::schema()).unwrap();
    let good = serde_json::to_value(example::record()).unwrap();
    let errors: Vec<_> = validator.iter_errors(&good).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");

    for (pointer, bad) in [
        ("/schema_version", serde_json::json!(2)),
        ("/executions/0/provenance/profile", serde_json::json!("thorough")),
        ("/executions/0/batches/0/question", serde_json::json!("forget")),
        ("/executions/0/batches/0/contestants/0/rounds/0/samples_ns", serde_json::json!("fast")),
    ] {
        let mut damaged = good.clone();
        *damaged.pointer_mut(pointer).unwrap() = bad;
        assert!(!validator.is_valid(&damaged), "{pointer} may be anything");
    }
}

#[test]
fn committed_runs_fulfil_the_schema() {
    let validator = jsonschema::validator_for(&record::schema()).unwrap();
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results");
    for name in ["reference", "criterion"] {
        let path = results.join(name).join("run.json");
        if let Ok(text) = fs::read_to_string(&path) {
            let value = serde_json::from_str(&text).unwrap();
            let errors: Vec<_> =
                validator.iter_errors(&value).take(3).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        }
    }
}
