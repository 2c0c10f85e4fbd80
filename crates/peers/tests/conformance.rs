//! The peers keep every promise of the contract, on each back end.

use std::time::Duration;

use authbench_peers::jsonwebtoken::{AwsLcHs256, RustCryptoHs256};
use authoriser::conformance::Unavailable;
use jwt::Policy;

const SECRET: &[u8] = b"the secret of the conformance suite";

fn policy() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900))
}

authoriser::conformance!(jsonwebtoken_on_aws_lc, |clock| async move {
    AwsLcHs256::new(SECRET, policy(), clock).map_err(|error| Unavailable(error.to_string()))
});

authoriser::conformance!(jsonwebtoken_on_rust_crypto, |clock| async move {
    RustCryptoHs256::new(SECRET, policy(), clock).map_err(|error| Unavailable(error.to_string()))
});
