//! PASETO tokens that no issuer would write, under genuine keys of both purposes.

use std::{sync::LazyLock, time::Duration};

use authbench_jwt::{Claims, Paseto, PasetoKey, PasetoLocalKey, PasetoSecretKey, Rejection, seal_paseto};
use authoriser::{ManualClock, Timestamp};

use super::{AUDIENCE, ISSUER, NOW, policy};

pub(crate) static LOCAL: LazyLock<PasetoLocalKey> =
    LazyLock::new(|| PasetoLocalKey::generate().expect("a key"));
pub(crate) static SECRET: LazyLock<PasetoSecretKey> =
    LazyLock::new(|| PasetoSecretKey::generate().expect("a key"));

/// The claims of a valid token of our own spelling, at [`NOW`](super::NOW).
pub(crate) fn claims() -> String {
    format!(
        r#"{{"sub":"42","iat":"2027-01-15T08:00:00Z","exp":"2027-01-15T08:15:00Z","iss":"{ISSUER}","aud":"{AUDIENCE}","jti":"AAECAwQFBgcICQoLDA0ODw","scope":"orders:read"}}"#
    )
}

pub(crate) fn at<K: PasetoKey>(key: K, now: u64, leeway: u64) -> Paseto<K, ManualClock> {
    let policy = policy().with_leeway(Duration::from_secs(leeway));
    Paseto::new(key, policy, ManualClock::at(Timestamp(now)))
}

/// A purpose under its genuine key: how to seal any payload, and what verifying answers at some time with some leeway.
pub(crate) struct Purpose {
    pub(crate) header: &'static str,
    pub(crate) seal: fn(&[u8]) -> String,
    pub(crate) seal_all: fn(&[u8], &[u8], &[u8]) -> String,
    pub(crate) verify_at: fn(&[u8], u64, u64) -> Result<Claims, Rejection>,
}

impl Purpose {
    pub(crate) fn verify(&self, token: impl AsRef<[u8]>) -> Result<Claims, Rejection> {
        (self.verify_at)(token.as_ref(), NOW, 0)
    }

    pub(crate) fn verify_claims(&self, payload: impl AsRef<[u8]>) -> Result<Claims, Rejection> {
        self.verify((self.seal)(payload.as_ref()))
    }
}

pub(crate) const PURPOSES: [Purpose; 2] = [
    Purpose {
        header: "v4.local.",
        seal: |payload| seal_paseto(&*LOCAL, payload, b"", b"").expect("sealed"),
        seal_all: |payload, footer, assertion| {
            seal_paseto(&*LOCAL, payload, footer, assertion).expect("sealed")
        },
        verify_at: |token, now, leeway| at(LOCAL.clone(), now, leeway).verify(token),
    },
    Purpose {
        header: "v4.public.",
        seal: |payload| seal_paseto(&*SECRET, payload, b"", b"").expect("sealed"),
        seal_all: |payload, footer, assertion| {
            seal_paseto(&*SECRET, payload, footer, assertion).expect("sealed")
        },
        verify_at: |token, now, leeway| at(SECRET.public_key(), now, leeway).verify(token),
    },
];
