//! Every algorithm keeps every promise of the contract.

use std::{sync::OnceLock, time::Duration};

use authbench_jwt::{
    Algorithm, EdDsa, EdDsaKey, Es256, Es256Key, Es384, Es384Key, Hs256, Hs256Key, Hs384, Hs384Key, Hs512,
    Hs512Key, Jwk, KeySet, KeySetJwt, PasetoLocalKey, PasetoSecretKey, Policy, PrivateCookie,
    PrivateCookieKey, Ps256, Ps256Key, Rs256, Rs256Key, SignedCookie, SignedCookieKey, V4Local, V4Public,
};

fn policy() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900))
}

/// One line a design. All cases of a design share one key: a new RSA key takes longer than all of them.
macro_rules! conforms {
    ($($name:ident: $design:ident, $key:ty;)*) => {$(
        authoriser::conformance!($name, |clock| async move {
            static KEY: OnceLock<$key> = OnceLock::new();
            let key = KEY.get_or_init(|| <$key>::generate().expect("the generator works")).clone();
            Ok($design::new(key, policy(), clock))
        });
    )*};
}

conforms! {
    hs256: Hs256, Hs256Key;
    hs384: Hs384, Hs384Key;
    hs512: Hs512, Hs512Key;
    rs256: Rs256, Rs256Key;
    ps256: Ps256, Ps256Key;
    es256: Es256, Es256Key;
    es384: Es384, Es384Key;
    eddsa: EdDsa, EdDsaKey;
    v4_local: V4Local, PasetoLocalKey;
    v4_public: V4Public, PasetoSecretKey;
    cookie_signed: SignedCookie, SignedCookieKey;
    cookie_private: PrivateCookie, PrivateCookieKey;
}

authoriser::conformance!(key_set, |clock| async move {
    static KEYS: OnceLock<KeySet> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let mut keys = KeySet::new();
        for algorithm in [Algorithm::Hs256, Algorithm::EdDsa, Algorithm::Es256] {
            let key = Jwk::generate(algorithm, algorithm.name()).expect("the generator works");
            keys.add(key).expect("its id is new");
        }
        keys
    });
    Ok(KeySetJwt::new(keys.clone(), policy(), clock))
});
