//! RSA keys (RFC 7518, section 6.3), from their integers as big-endian bytes.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPairComponents, KeySize, PublicKeyComponents},
    signature::{self, RsaEncoding, RsaKeyPair, RsaParameters},
};

use super::{
    Algorithm, KeyError, der,
    pair::{Pair, Signer, Verifier},
};

/// The least modulus (RFC 7518, sections 3.3 and 3.5).
const MIN_BITS: usize = 2048;
/// The largest that the back end takes. Verification under a huge one would be a way to keep a server busy.
const MAX_BITS: usize = 8192;
/// The largest public exponent, as in most libraries: 65537 is usual, 3 is legal, more than this only costs time.
const MAX_EXPONENT_BITS: usize = 33;

/// How an algorithm signs and verifies.
fn parameters(algorithm: Algorithm) -> Option<(&'static RsaParameters, &'static dyn RsaEncoding)> {
    Some(match algorithm {
        Algorithm::Rs256 => (&signature::RSA_PKCS1_2048_8192_SHA256, &signature::RSA_PKCS1_SHA256),
        Algorithm::Rs384 => (&signature::RSA_PKCS1_2048_8192_SHA384, &signature::RSA_PKCS1_SHA384),
        Algorithm::Rs512 => (&signature::RSA_PKCS1_2048_8192_SHA512, &signature::RSA_PKCS1_SHA512),
        Algorithm::Ps256 => (&signature::RSA_PSS_2048_8192_SHA256, &signature::RSA_PSS_SHA256),
        Algorithm::Ps384 => (&signature::RSA_PSS_2048_8192_SHA384, &signature::RSA_PSS_SHA384),
        Algorithm::Ps512 => (&signature::RSA_PSS_2048_8192_SHA512, &signature::RSA_PSS_SHA512),
        _ => return None,
    })
}

/// Modulus and exponent, without leading zeros.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RsaPublic {
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
}

/// The private members in the order of RFC 7518, section 6.3.2: `d`, `p`, `q`, `dp`, `dq`, `qi`.
pub(crate) type RsaPrivate = [Vec<u8>; 6];

impl RsaPublic {
    /// Takes a public key for one RSA algorithm.
    pub(crate) fn verifier(&self, algorithm: Algorithm) -> Result<Verifier, KeyError> {
        let (verifying, _) = parameters(algorithm).ok_or(KeyError::Rejected)?;
        let bits = bits(&self.n);
        if !(MIN_BITS..=MAX_BITS).contains(&bits) {
            return Err(KeyError::RsaModulus { bits });
        }
        let odd = |integer: &[u8]| integer.last().is_some_and(|byte| byte % 2 == 1);
        if !odd(&self.e) || !(2..=MAX_EXPONENT_BITS).contains(&self::bits(&self.e)) {
            return Err(KeyError::RsaExponent);
        }
        if !odd(&self.n) {
            return Err(KeyError::Rejected);
        }
        let components = PublicKeyComponents { n: &self.n, e: &self.e };
        let parsed = components.to_parsed_public_key(verifying).map_err(|_| KeyError::Rejected)?;
        Ok(Verifier::new(algorithm, parsed, self.n.len()))
    }

    /// Takes a private key for one RSA algorithm, and checks that its integers belong together.
    pub(crate) fn pair(&self, private: &RsaPrivate, algorithm: Algorithm) -> Result<Pair, KeyError> {
        let verifier = self.verifier(algorithm)?;
        let (_, signing) = parameters(algorithm).ok_or(KeyError::Rejected)?;
        let [d, p, q, dp, dq, qi] = private;
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: &self.n, e: &self.e },
            d,
            p,
            q,
            dP: dp,
            dQ: dq,
            qInv: qi,
        };
        let pair = RsaKeyPair::from_components(&components).map_err(|_| KeyError::Rejected)?;
        Ok(Pair::new(Signer::Rsa(pair, signing), verifier))
    }
}

/// Makes a new key of 2048 bits with the exponent 65537.
pub(crate) fn generate() -> Result<(RsaPublic, RsaPrivate), KeyError> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generator)?;
    let document: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Generator)?;
    let integers = der::rsa_integers(document.as_ref()).ok_or(KeyError::Generator)?;
    let [_version, n, e, d, p, q, dp, dq, qi] = integers[..] else {
        return Err(KeyError::Generator);
    };
    Ok((RsaPublic { n: n.to_vec(), e: e.to_vec() }, [d, p, q, dp, dq, qi].map(<[u8]>::to_vec)))
}

/// Length of an integer without leading zeros, in bits.
fn bits(integer: &[u8]) -> usize {
    integer.first().map_or(0, |first| 8 * integer.len() - first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_first_one() {
        for (integer, count) in
            [(&[][..], 0), (&[1], 1), (&[3], 2), (&[0x80], 8), (&[1, 0, 1], 17), (&[0x7f, 0], 15)]
        {
            assert_eq!(bits(integer), count);
        }
    }

    #[test]
    fn weak_and_senseless_keys_are_refused() {
        let refusal = |n: Vec<u8>, e: &[u8]| RsaPublic { n, e: e.to_vec() }.verifier(Algorithm::Rs256).err();
        let modulus = |first: u8, bytes: usize| [vec![first], vec![0xa5; bytes - 1]].concat();
        assert_eq!(refusal(modulus(0x80, 256), &[1, 0, 1]), None);
        assert_eq!(refusal(modulus(0x80, 128), &[1, 0, 1]), Some(KeyError::RsaModulus { bits: 1024 }));
        assert_eq!(refusal(modulus(0x7f, 256), &[1, 0, 1]), Some(KeyError::RsaModulus { bits: 2047 }));
        assert_eq!(refusal(modulus(1, 1025), &[1, 0, 1]), Some(KeyError::RsaModulus { bits: 8193 }));
        assert_eq!(refusal(vec![], &[1, 0, 1]), Some(KeyError::RsaModulus { bits: 0 }));
        for exponent in [&[][..], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1; 6]] {
            assert_eq!(refusal(modulus(0x80, 256), exponent), Some(KeyError::RsaExponent), "{exponent:?}");
        }
        assert_eq!(refusal(modulus(0x80, 256), &[3]), None);
        assert_eq!(refusal([vec![0x80; 255], vec![2]].concat(), &[1, 0, 1]), Some(KeyError::Rejected));
    }

    #[test]
    fn a_generated_key_has_2048_bits_and_its_integers_belong_together() {
        let (public, private) = generate().unwrap();
        assert_eq!((bits(&public.n), &public.e[..]), (2048, &[1, 0, 1][..]));
        assert!(public.pair(&private, Algorithm::Ps256).is_ok());
        for broken in 0..private.len() {
            let mut private = private.clone();
            *private[broken].last_mut().unwrap() ^= 4;
            assert_eq!(public.pair(&private, Algorithm::Ps256).err(), Some(KeyError::Rejected), "{broken}");
        }
        assert_eq!(public.verifier(Algorithm::Es256).err(), Some(KeyError::Rejected));
    }
}
