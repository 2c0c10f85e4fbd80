//! HS384: HMAC with SHA-384 (RFC 7518, section 3.2).

use constant_time_eq::constant_time_eq_n;
use sha2::Sha384;

use super::{Algorithm, hmac_key::hmac_key};
use crate::Jwt;

/// Stateless tokens under one shared secret of at least 48 bytes.
pub type Hs384<C> = Jwt<Hs384Key, C>;

hmac_key!(
    /// A secret for HS384, and for nothing else.
    Hs384Key, Algorithm::Hs384, hmac::Hmac<Sha384>, 48, constant_time_eq_n
);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 6: a key longer than a block.
    #[test]
    fn the_mac_is_that_of_rfc_4231() {
        let key = Hs384Key::new(&[0xaa; 131]).expect("long enough");
        let mac = key.mac(b"Test Using Larger Than Block-Size Key - Hash Key First");
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952"
        );
    }
}
