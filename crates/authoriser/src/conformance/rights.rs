//! A genuine credential gets what its user may reach, and nothing else.

use super::{Subject, customer, own_orders};
use crate::{AccessRequest, Authoriser, Basis, Denial, Permission, PermissionSet, Principal, Proof, UserId};

/// Many users log in, some of them twice; each credential stands for its user, and no two are alike.
pub async fn issue_then_authorise<A: Authoriser>(subject: Subject<A>) {
    let mut issued = Vec::new();
    for user in [0, 1, 7, 42, 1_000_000_007, u64::from(u32::MAX), (1 << 53) + 1, u64::MAX, 42] {
        let credential = subject.issue(&customer(user)).await;
        assert!(
            credential.reveal().bytes().all(is_header_safe),
            "the credential of user {user} is no legal header or cookie value"
        );
        issued.push((UserId(user), credential));
    }
    for (user, credential) in &issued {
        let grant = subject.authorise(credential.reveal().as_bytes(), *user).await;
        let grant = grant.unwrap_or_else(|denial| panic!("user {user} was refused: {denial}"));
        assert_eq!(grant.user, *user);
        assert_eq!(grant.basis, Basis::Owner);
        assert_eq!(grant.permissions, customer(user.0).permissions);
        assert_ne!(grant.proof, Proof::Nothing, "a design proves who asks");
    }
    let mut texts: Vec<_> = issued.iter().map(|(_, credential)| credential.reveal()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), issued.len(), "two logins got the same credential");
}

/// RFC 6265, section 4.1.1 `cookie-octet`, which is also safe inside a header.
fn is_header_safe(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

/// Someone else's resource is forbidden, unless the user is an administrator.
pub async fn wrong_owner_is_forbidden<A: Authoriser>(subject: Subject<A>) {
    let credential = subject.issue(&customer(7)).await;
    let others = own_orders(UserId(8));
    let answer = subject.design.authorise(credential.reveal().as_bytes(), &others).await;
    assert_eq!(answer, Err(Denial::Forbidden));

    let admin = Principal {
        user: UserId(9),
        name: "admin".to_owned(),
        permissions: PermissionSet::EMPTY.with(Permission::Admin),
    };
    let credential = subject.issue(&admin).await;
    let answer = subject.design.authorise(credential.reveal().as_bytes(), &others).await;
    let grant = answer.expect("an administrator reaches every resource");
    assert_eq!((grant.user, grant.basis), (UserId(9), Basis::Admin));
}

/// A right that the user was not given at login is forbidden, for each right there is.
pub async fn missing_permission_is_forbidden<A: Authoriser>(subject: Subject<A>) {
    for held in Permission::ALL.into_iter().filter(|held| *held != Permission::Admin) {
        let principal = Principal {
            user: UserId(7),
            name: "customer".to_owned(),
            permissions: PermissionSet::EMPTY.with(held),
        };
        let credential = subject.issue(&principal).await;
        for needed in Permission::ALL {
            let access = AccessRequest { owner: UserId(7), permission: needed };
            let answer = subject.design.authorise(credential.reveal().as_bytes(), &access).await;
            assert_eq!(answer.is_ok(), held == needed, "held {held}, needed {needed}: {answer:?}");
            assert!(matches!(answer, Ok(_) | Err(Denial::Forbidden)), "{answer:?}");
        }
    }
    let nobody = Principal { permissions: PermissionSet::EMPTY, ..customer(7) };
    let credential = subject.issue(&nobody).await;
    assert_eq!(subject.authorise(credential.reveal().as_bytes(), nobody.user).await, Err(Denial::Forbidden));
}
