//! HS256 keeps every promise of the contract.

use std::time::Duration;

use authbench_jwt::{Hs256, Hs256Key, Policy};

authoriser::conformance!(hs256, |clock| async move {
    let key = Hs256Key::new(b"the secret of the conformance suite").expect("long enough");
    let policy = Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900));
    Ok(Hs256::new(key, policy, clock))
});
