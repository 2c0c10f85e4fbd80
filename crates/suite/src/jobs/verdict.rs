//! Whether a timed operation came out right, in one register.

use std::ops::BitOr;

use authoriser::{Denial, Grant, IssueError, PermissionSet, Proof, UserId};
use measure::sampler::Failure;

use super::opaque::opaque;

/// What came out of an operation against what was expected. Computed without a branch where it can be, because it is part
/// of what the timed loop does for every contestant alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Zero, or what kind of failure it was.
    failure: u64,
    /// Zero, or the bits in which what came out differs.
    difference: u64,
}

const DENIED: u64 = 1 << 32;
const NOT_ISSUED: u64 = 1 << 33;
const WAITED: u64 = 1 << 34;

/// By which path a credential is to be proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    proof: u64,
    mask: u64,
}

impl Path {
    /// Any that the design takes: what it remembers may become too old at any moment.
    pub(crate) const ANY: Self = Self { proof: 0, mask: 0 };

    /// This one and no other.
    pub(crate) const fn only(proof: Proof) -> Self {
        Self { proof: proof as u64, mask: u64::MAX }
    }
}

impl Verdict {
    /// The expected outcome.
    pub(crate) const RIGHT: Self = Self { failure: 0, difference: 0 };
    /// An outcome that is none of the typed ones.
    pub(crate) const WRONG: Self = Self { failure: 0, difference: 1 };
    /// A future of an in-process contestant was not ready at once.
    pub(crate) const WAITED: Self = Self::failed(WAITED);

    const fn failed(failure: u64) -> Self {
        Self { failure, difference: 0 }
    }

    /// Right when the grant names this user with these rights, and was come by in this way.
    ///
    /// The rights are what makes the next operation wait for this one where sessions are looked up. That the user is the
    /// owner is known once the design has compared them, and a compiler that sees that far need not wait for the record to
    /// compare them again: a look-up among 100 000 sessions then seemed to take half of what its floor takes. The rights
    /// are nowhere compared before.
    #[inline]
    pub(crate) fn of_grant(
        answer: Result<Grant, Denial>,
        user: UserId,
        permissions: PermissionSet,
        path: Path,
    ) -> Self {
        match answer {
            Ok(grant) => {
                Self::equal(grant.user.0, user.0)
                    | Self::equal(grant.permissions.bits().into(), permissions.bits().into())
                    | Self::equal(grant.proof as u64 & path.mask, path.proof)
            }
            Err(denial) => Self::denied(denial),
        }
    }

    /// Right when both numbers are the same.
    #[inline]
    pub(crate) const fn equal(got: u64, expected: u64) -> Self {
        Self { failure: 0, difference: got ^ expected }
    }

    pub(crate) const fn denied(denial: Denial) -> Self {
        Self::failed(DENIED | denial as u64)
    }

    pub(crate) const fn not_issued(error: IssueError) -> Self {
        Self::failed(NOT_ISSUED | if matches!(error, IssueError::StoreUnavailable) { 0 } else { 1 })
    }

    /// Zero when right: added to the next index, it makes the next operation wait for this one.
    ///
    /// By bits alone and without a comparison, and the compiler is not to know what they are: it turns what it can into a
    /// branch, which the processor foresees and does not wait for.
    #[inline]
    pub(crate) fn as_index(self) -> usize {
        (opaque(self.difference) & 1) as usize
    }

    /// The outcome in words, unless it was right.
    pub(crate) fn check(self) -> Result<(), Failure> {
        if self == Self::RIGHT {
            return Ok(());
        }
        let code = self.failure & 0xff;
        Err(Failure(if self.failure & DENIED != 0 {
            let denial = Denial::ALL.into_iter().find(|denial| *denial as u64 == code);
            denial.map_or_else(|| "several different denials".to_owned(), |denial| denial.to_string())
        } else if self.failure & NOT_ISSUED != 0 {
            if code == 0 { IssueError::StoreUnavailable.to_string() } else { "issuing failed".to_owned() }
        } else if self.failure & WAITED != 0 {
            "an in-process contestant had to wait".to_owned()
        } else {
            "a wrong outcome: another user, or another path than the one to be timed".to_owned()
        }))
    }
}

impl BitOr for Verdict {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        Self { failure: self.failure | other.failure, difference: self.difference | other.difference }
    }
}

#[cfg(test)]
mod tests {
    use authoriser::{Basis, Permission};

    use super::*;

    #[test]
    fn only_the_right_user_with_the_right_rights_by_the_right_path_is_right() {
        let permissions = PermissionSet::EMPTY.with(Permission::OrdersRead);
        let grant = Grant { user: UserId(7), permissions, basis: Basis::Owner, proof: Proof::StoreHit };
        let verdict =
            |answer, user, proof| Verdict::of_grant(answer, UserId(user), permissions, Path::only(proof));
        assert_eq!(verdict(Ok(grant), 7, Proof::StoreHit), Verdict::RIGHT);
        assert!(verdict(Ok(grant), 8, Proof::StoreHit).check().is_err());
        assert!(verdict(Ok(grant), 7, Proof::Signature).check().is_err());
        let by_any = |user| Verdict::of_grant(Ok(grant), UserId(user), permissions, Path::ANY);
        assert_eq!(by_any(7), Verdict::RIGHT);
        assert!(by_any(8).check().is_err());
        let more = Grant { permissions: permissions.with(Permission::Admin), ..grant };
        assert!(verdict(Ok(more), 7, Proof::StoreHit).check().is_err());
        for denial in Denial::ALL {
            let failure = verdict(Err(denial), 7, Proof::StoreHit).check().unwrap_err();
            assert_eq!(failure.to_string(), denial.to_string());
        }
    }

    #[test]
    fn one_wrong_outcome_among_many_is_seen() {
        let all = Verdict::RIGHT | Verdict::not_issued(IssueError::StoreUnavailable) | Verdict::RIGHT;
        assert!(all.check().unwrap_err().to_string().contains("unavailable"));
        assert_eq!((Verdict::RIGHT.as_index(), Verdict::WRONG.as_index()), (0, 1));
    }
}
