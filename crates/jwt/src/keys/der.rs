//! Just enough DER to take apart an RSA key that the back end has generated (RFC 8017, appendix A.1.2).

/// The unsigned integers of an `RSAPrivateKey` inside a `PrivateKeyInfo` (RFC 5208, section 5), version first.
pub(super) fn rsa_integers(pkcs8: &[u8]) -> Option<Vec<&[u8]>> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    const OCTET_STRING: u8 = 0x04;
    let (info, _) = element(pkcs8, SEQUENCE)?;
    let (_version, rest) = element(info, INTEGER)?;
    let (_algorithm, rest) = element(rest, SEQUENCE)?;
    let (key, _) = element(rest, OCTET_STRING)?;
    let (mut rest, _) = element(key, SEQUENCE)?;
    let mut integers = Vec::with_capacity(9);
    while !rest.is_empty() {
        let (integer, after) = element(rest, INTEGER)?;
        // A zero in front keeps an integer positive whose first bit is set.
        integers.push(integer.strip_prefix(&[0]).unwrap_or(integer));
        rest = after;
    }
    Some(integers)
}

/// The content of the first element, which is of this type, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(*length & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    if *first == tag { rest.split_at_checked(length) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_with_short_and_long_lengths() {
        assert_eq!(element(&[2, 1, 7, 9], 2), Some((&[7][..], &[9][..])));
        assert_eq!(element(&[2, 0x81, 1, 7], 2), Some((&[7][..], &[][..])));
        assert_eq!(element(&[2, 0x82, 0, 2, 7, 8], 2), Some((&[7, 8][..], &[][..])));
        for bad in [
            &[][..],
            &[2],
            &[2, 2, 7],
            &[3, 1, 7],
            &[2, 0x80, 7],
            &[2, 0x82, 1],
            &[2, 0x84, 255, 255, 255, 255],
        ] {
            assert_eq!(element(bad, 2), None, "{bad:?}");
        }
    }
}
