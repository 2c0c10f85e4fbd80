//! Logout: of one login, or of all logins of a user.

use authoriser::{Authoriser, Credential, Revoked};
use measure::sampler::Failure;

use super::{Job, Verdict, authorise::own_orders};
use crate::workload::principal;

/// Users of this job are numbered from here, apart from the population that is there to give the store its size.
const FIRST_USER: usize = 500_000_000;

/// Revokes logins that were made just before, outside the timed part.
pub(crate) struct RevokeJob<A> {
    design: A,
    logins_per_user: usize,
    logins: Vec<Credential>,
}

impl<A: Authoriser> RevokeJob<A> {
    /// With one login a user, `revoke` is timed on that login; with more, `revoke_all` on the user.
    pub(crate) const fn new(design: A, logins_per_user: usize) -> Self {
        Self { design, logins_per_user, logins: Vec::new() }
    }
}

impl<A: Authoriser> Job for RevokeJob<A> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.logins.clear();
        for user in 0..operations {
            for _ in 0..self.logins_per_user {
                let login = self.design.issue(&principal(FIRST_USER + user)).await;
                self.logins.push(login.map_err(|error| Failure(error.to_string()))?);
            }
        }
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let answer = if self.logins_per_user == 1 {
            self.design.revoke(self.logins[index].reveal().as_bytes()).await
        } else {
            self.design.revoke_all(principal_id(index)).await
        };
        match answer {
            Ok(Revoked::Credentials(count)) => Verdict::equal(count, self.logins_per_user as u64),
            Ok(Revoked::Nothing) => Verdict::WRONG,
            Err(denial) => Verdict::denied(denial),
        }
    }

    /// Every login that a timed operation revoked is refused now. The last user's stand ready for an operation that
    /// never came, see `Verdict::as_index`; they are revoked here.
    async fn finish(&mut self) -> Result<(), Failure> {
        let users = self.logins.len() / self.logins_per_user;
        let last = users.saturating_sub(1);
        self.design.revoke_all(principal_id(last)).await.map_err(|denial| Failure(denial.to_string()))?;
        for (index, login) in self.logins.iter().enumerate() {
            let user = principal_id(index / self.logins_per_user);
            if self.design.authorise(login.reveal().as_bytes(), &own_orders(user)).await.is_ok() {
                return Err(Failure("a revoked login was accepted".to_owned()));
            }
        }
        Ok(())
    }
}

const fn principal_id(index: usize) -> authoriser::UserId {
    crate::workload::user(FIRST_USER + index)
}
