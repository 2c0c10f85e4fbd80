//! HS256: HMAC with SHA-256 (RFC 7518, section 3.2).

use constant_time_eq::constant_time_eq_32;
use sha2::Sha256;

use super::{
    Algorithm,
    hmac_key::{Hmac, hmac_key},
    hmac_lanes::HmacLanes,
};
use crate::Jwt;

/// Stateless tokens under one shared secret: whoever verifies can also issue.
pub type Hs256<C> = Jwt<Hs256Key, C>;

/// One message by the `hmac` crate, several in lanes.
#[derive(Clone)]
struct HmacSha256 {
    alone: hmac::Hmac<Sha256>,
    lanes: HmacLanes,
}

impl Hmac<32> for HmacSha256 {
    fn new(secret: &[u8]) -> Self {
        Self { alone: Hmac::new(secret), lanes: HmacLanes::new(secret) }
    }

    #[inline]
    fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.alone.mac(message)
    }

    fn macs(&self, messages: &[&[u8]], codes: &mut [[u8; 32]]) {
        match (messages, codes) {
            ([message], [code]) => *code = self.mac(message),
            (messages, codes) => self.lanes.macs(messages, codes),
        }
    }
}

hmac_key!(
    /// A secret for HS256, and for nothing else.
    Hs256Key, Algorithm::Hs256, HmacSha256, 32, constant_time_eq_32
);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 6: a key longer than a block.
    #[test]
    fn the_mac_is_that_of_rfc_4231() {
        let key = Hs256Key::new(&[0xaa; 131]).expect("long enough");
        let mac = key.mac(b"Test Using Larger Than Block-Size Key - Hash Key First");
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
