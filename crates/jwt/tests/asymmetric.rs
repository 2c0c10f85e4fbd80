//! The designs of asymmetric keys: what the checklist demands of HS256 holds for them, and only a private key issues.

mod support;

use authbench_jwt::{
    Algorithm, Asymmetric, EdDsaKey, Es256Key, Es384Key, Jwk, JwsKey, Jwt, PrivateKey, Ps256Key, PublicKey,
    Rejection, Rs256Key,
};
use authoriser::{AccessRequest, Authoriser, Denial, IssueError, ManualClock, Permission, Timestamp};
use proptest::{prelude::*, test_runner::TestRunner};
use support::{NOW, USER, claims, jws, now_or_never, policy, principal};

fn design<K: JwsKey>(key: K) -> Jwt<K, ManualClock> {
    Jwt::new(key, policy(), ManualClock::at(Timestamp(NOW)))
}

fn issue<K: JwsKey>(design: &Jwt<K, ManualClock>) -> String {
    now_or_never(design.issue(&principal())).expect("issuing works").reveal().to_owned()
}

fn authorise<K: JwsKey>(design: &Jwt<K, ManualClock>, token: &str) -> Result<(), Denial> {
    let access = AccessRequest { owner: USER, permission: Permission::OrdersRead };
    now_or_never(design.authorise(token.as_bytes(), &access)).map(|_| ())
}

/// The same test for each algorithm, with a JWK and the typed key made of it.
fn for_each(test: impl Run) {
    test.run::<authbench_jwt::RsaPkcs1Sha256>(Rs256Key::ALGORITHM);
    test.run::<authbench_jwt::RsaPssSha256>(Ps256Key::ALGORITHM);
    test.run::<authbench_jwt::EcdsaP256Sha256>(Es256Key::ALGORITHM);
    test.run::<authbench_jwt::EcdsaP384Sha384>(Es384Key::ALGORITHM);
    test.run::<authbench_jwt::Ed25519>(EdDsaKey::ALGORITHM);
}

trait Run {
    fn run<A: Asymmetric>(&self, algorithm: Algorithm) {
        let jwk = Jwk::generate(algorithm, "k").expect("a key");
        let private = PrivateKey::<A>::try_from(&jwk).expect("of this algorithm");
        self.with(&jwk, private);
    }

    fn with<A: Asymmetric>(&self, jwk: &Jwk, private: PrivateKey<A>);
}

#[test]
fn a_verifier_accepts_and_cannot_issue() {
    struct Test;
    impl Run for Test {
        fn with<A: Asymmetric>(&self, jwk: &Jwk, private: PrivateKey<A>) {
            let public = jwk.to_public_json().expect("asymmetric");
            let public = Jwk::parse(public.as_bytes()).expect("a key");
            let verifier = design(PublicKey::<A>::try_from(&public).expect("of this algorithm"));
            let issuer = design(private);
            let token = issue(&issuer);
            assert_eq!(authorise(&issuer, &token), Ok(()));
            assert_eq!(authorise(&verifier, &token), Ok(()));
            assert_eq!(now_or_never(verifier.issue(&principal())).err(), Some(IssueError::Signing));
            let other = design(PrivateKey::<A>::generate().expect("a key"));
            assert_eq!(authorise(&other, &token), Err(Denial::BadSignature));
        }
    }
    for_each(Test);
}

#[test]
fn headers_and_parts_are_checked_as_for_hs256() {
    struct Test;
    impl Run for Test {
        fn with<A: Asymmetric>(&self, jwk: &Jwk, private: PrivateKey<A>) {
            let design = design(private);
            let name = A::ALGORITHM.name();
            let verify = |header: String| {
                design.verify(jws::sign(jwk, header, claims()).as_bytes()).map(|claims| claims.user)
            };
            assert_eq!(verify(format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#)), Ok(USER));
            assert_eq!(verify(format!(r#" {{"typ":"at+jwt","x":[1],"alg":"{name}"}}"#)), Ok(USER));
            assert_eq!(verify(format!(r#"{{"alg":"{name}"}}"#)), Err(Rejection::TokenType));
            assert_eq!(
                verify(format!(r#"{{"alg":"{name}","typ":"at+jwt","crit":[]}}"#)),
                Err(Rejection::Critical)
            );
            for other in Algorithm::ALL.iter().map(|other| other.name()).chain(["none", "NONE", "", "hs256"])
            {
                if other != name {
                    let header = format!(r#"{{"alg":"{other}","typ":"at+jwt"}}"#);
                    assert_eq!(verify(header), Err(Rejection::Algorithm), "{other} under {name}");
                }
            }
            let token = issue(&design);
            let (input, signature) = token.rsplit_once('.').expect("three parts");
            for bad in [
                format!("{token}."),
                format!("{token}.{signature}"),
                input.to_owned(),
                format!("{input}..{signature}"),
            ] {
                assert_eq!(design.verify(bad.as_bytes()), Err(Rejection::NotThreeParts), "{name}");
            }
            let unsigned = format!("{input}.");
            assert_eq!(design.verify(unsigned.as_bytes()), Err(Rejection::SignatureLength), "{name}");
            let short = &token[..token.len() - 4];
            assert_eq!(design.verify(short.as_bytes()), Err(Rejection::SignatureLength), "{name}");
        }
    }
    for_each(Test);
}

#[test]
fn any_flipped_bit_is_refused() {
    struct Test;
    impl Run for Test {
        fn with<A: Asymmetric>(&self, _jwk: &Jwk, private: PrivateKey<A>) {
            let design = design(private);
            let token = issue(&design);
            let flips = (any::<prop::sample::Index>(), 0_u8..8);
            TestRunner::default()
                .run(&flips, |(position, bit)| {
                    let mut token = token.clone().into_bytes();
                    let position = position.index(token.len());
                    token[position] ^= 1 << bit;
                    prop_assert!(design.verify(&token).is_err());
                    Ok(())
                })
                .expect("every flip is refused");
        }
    }
    for_each(Test);
}

/// A verifier for RS256 is shown HS256 under its own public key, in each form that key is published in.
#[test]
fn hs256_under_a_public_key_is_refused() {
    use hmac::{Hmac, KeyInit, Mac};
    struct Test;
    impl Run for Test {
        fn with<A: Asymmetric>(&self, jwk: &Jwk, private: PrivateKey<A>) {
            let design = design(private.public_key());
            let public = jwk.to_public_json().expect("asymmetric");
            for space in ["", " ", "\n", "\r\n\t"] {
                for secret in [format!("{space}{public}"), format!("{space}{public}\n")] {
                    for name in ["HS256", A::ALGORITHM.name()] {
                        let header = format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#);
                        let input = jws::input(&header, claims());
                        let mut mac =
                            Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
                        mac.update(input.as_bytes());
                        let forged = jws::join(&input, mac.finalize().into_bytes());
                        let expected =
                            if name == "HS256" { Rejection::Algorithm } else { Rejection::SignatureLength };
                        assert_eq!(design.verify(forged.as_bytes()), Err(expected), "{name}");
                    }
                }
            }
        }
    }
    for_each(Test);
}
