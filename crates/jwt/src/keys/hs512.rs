//! HS512: HMAC with SHA-512 (RFC 7518, section 3.2).

use constant_time_eq::constant_time_eq_64;
use sha2::Sha512;

use super::{Algorithm, hmac_key::hmac_key};
use crate::Jwt;

/// Stateless tokens under one shared secret of at least 64 bytes.
pub type Hs512<C> = Jwt<Hs512Key, C>;

hmac_key!(
    /// A secret for HS512, and for nothing else.
    Hs512Key, Algorithm::Hs512, hmac::Hmac<Sha512>, 64, constant_time_eq_64
);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 6: a key longer than a block.
    #[test]
    fn the_mac_is_that_of_rfc_4231() {
        let key = Hs512Key::new(&[0xaa; 131]).expect("long enough");
        let mac = key.mac(b"Test Using Larger Than Block-Size Key - Hash Key First");
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
        );
    }
}
