//! Tokens of a wanted size: the claims that every question uses, and private ones to make up the rest.

use jwt::PrivateClaims;

/// What a payload of the workload has without private claims, in bytes.
const OWN_CLAIMS: usize = 198;
/// What each private claim takes, with its quotation marks, colon and comma: the length of a group's name or an e-mail
/// address with its key.
const EACH: usize = 40;
/// `,"claim-000":""`
const AROUND: usize = 15;

/// Private claims that make a payload of the workload this number of bytes long: as many of 40 bytes as fit, the last one longer.
///
/// # Panics
/// When so few bytes have no room for a private claim, or more are asked for than a token may have.
pub(crate) fn private_claims(payload: usize) -> PrivateClaims {
    let bytes = payload.checked_sub(OWN_CLAIMS).expect("a payload is no smaller than its own claims");
    let count = bytes / EACH;
    let claims = (0..count).map(|number| {
        let length = if number + 1 == count { bytes - number * EACH } else { EACH } - AROUND;
        // Different values, all printable.
        let value = (0..length).map(|at| char::from(b'a' + ((number * 7 + at) % 26) as u8));
        (format!("claim-{number:03}"), value.collect::<String>())
    });
    PrivateClaims::new(claims).expect("ascending names, printable values, and fewer than a token may have")
}

#[cfg(test)]
mod tests {
    use authoriser::{Authoriser, CoarseClock};
    use catalogue::Environment;

    use super::*;
    use crate::{jobs::now, workload::principal};

    #[test]
    fn a_payload_has_the_bytes_that_its_case_says() {
        for bytes in [256, 512, 1_024, 2_048, 4_096, 8_192] {
            let design = Environment::new(CoarseClock).claiming(private_claims(bytes)).jwt_hs256();
            let token = now(design.issue(&principal(0))).unwrap().unwrap();
            let payload = token.reveal().split('.').nth(1).unwrap();
            assert_eq!(payload.len() * 3 / 4, bytes);
        }
    }
}
