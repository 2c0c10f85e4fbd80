//! Whatever else is presented is refused, with a typed denial and without a panic.

use super::{Subject, customer, is_unauthenticated};
use crate::{Authoriser, Denial, UserId};

const USER: UserId = UserId(1_000_000_007);
const MIB: usize = 1 << 20;

impl<A: Authoriser> Subject<A> {
    async fn genuine(&self) -> Vec<u8> {
        self.issue(&customer(USER.0)).await.reveal().as_bytes().to_vec()
    }

    async fn assert_refused(&self, presented: &[u8], what: &str) {
        match self.authorise(presented, USER).await {
            Ok(_) => panic!("accepted: {what}"),
            Err(denial) => {
                assert!(is_unauthenticated(denial), "{what}: expected a 401, got {denial:?}");
            }
        }
    }
}

/// A credential with any one byte changed is no credential: each position, each single bit, and the
/// neighbours that base64 decoders confuse.
pub async fn flipped_bytes_are_refused<A: Authoriser>(subject: Subject<A>) {
    let genuine = subject.genuine().await;
    assert!(subject.authorise(&genuine, USER).await.is_ok());
    for position in 0..genuine.len() {
        let mut tampered = genuine.clone();
        for replacement in (0..8).map(|bit| genuine[position] ^ (1 << bit)).chain(*b"A=+/-_. \0\n") {
            if replacement == genuine[position] {
                continue;
            }
            tampered[position] = replacement;
            subject.assert_refused(&tampered, &format!("byte {position} set to {replacement:#04x}")).await;
        }
    }
    assert!(subject.authorise(&genuine, USER).await.is_ok(), "the genuine credential no longer works");
}

/// Every proper prefix and suffix is refused, and so is anything added before or after.
pub async fn truncated_and_extended_are_refused<A: Authoriser>(subject: Subject<A>) {
    let genuine = subject.genuine().await;
    for cut in 1..genuine.len() {
        subject.assert_refused(&genuine[..cut], &format!("the first {cut} bytes")).await;
        subject.assert_refused(&genuine[cut..], &format!("without the first {cut} bytes")).await;
    }
    for extra in [&b"A"[..], b"=", b".", b" ", b"\0", b"\n", b"AAAA", b"==", b"."] {
        subject.assert_refused(&[&genuine, extra].concat(), "text added after").await;
        subject.assert_refused(&[extra, &genuine].concat(), "text added before").await;
    }
    subject.assert_refused(&[&genuine[..], &genuine].concat(), "the credential twice").await;
}

/// No text at all is malformed.
pub async fn empty_is_malformed<A: Authoriser>(subject: Subject<A>) {
    assert_eq!(subject.authorise(b"", USER).await, Err(Denial::Malformed));
}

/// A mebibyte of anything is turned away as malformed: the size is looked at before the content.
pub async fn oversized_is_malformed<A: Authoriser>(subject: Subject<A>) {
    let genuine = subject.genuine().await;
    let padded = |fill: u8| {
        let mut text = genuine.clone();
        text.resize(MIB, fill);
        text
    };
    let repeated = genuine.iter().copied().cycle().take(MIB).collect();
    for huge in [padded(b'A'), padded(b'.'), padded(0), padded(0xff), vec![b'A'; MIB], repeated] {
        assert_eq!(subject.authorise(&huge, USER).await, Err(Denial::Malformed));
    }
}

/// Bytes that are not UTF-8 are refused wherever they stand.
pub async fn not_utf8_is_refused<A: Authoriser>(subject: Subject<A>) {
    let genuine = subject.genuine().await;
    for bad in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"] {
        subject.assert_refused(bad, "bytes that are not UTF-8").await;
        for position in [0, genuine.len() / 2, genuine.len() - bad.len()] {
            let mut text = genuine.clone();
            text[position..position + bad.len()].copy_from_slice(bad);
            subject.assert_refused(&text, &format!("not UTF-8 at byte {position}")).await;
        }
    }
}

/// What other designs issue, or look as if they had, is refused.
pub async fn foreign_credentials_are_refused<A: Authoriser>(subject: Subject<A>) {
    let foreign = [
        // RFC 7515, appendix A.1: a genuine HS256 token under the key of the RFC.
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtc\
         GxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        // RFC 7519, section 6.1: an unsecured token.
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp\
         0cnVlfQ.",
        // A session id's shape: 32 bytes as unpadded base64url, and as hexadecimal; a UUID.
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "7f9c24e8-3b12-4fef-91e0-56a2d5a0b9f1",
        // A PASETO's shape.
        "v4.local.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        // What stands around a credential in a header, and nothing but separators.
        "Bearer",
        "session=",
        ".",
        "..",
        "...",
        "null",
        "' OR '1'='1",
    ];
    for text in foreign {
        subject.assert_refused(text.as_bytes(), text).await;
    }
}
