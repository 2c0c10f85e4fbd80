//! Logout: of one login, or of all logins of a user.

use authoriser::{Authoriser, Credential, Revoked};
use futures_util::{StreamExt, TryStreamExt, stream};
use measure::sampler::Failure;

use super::{authorise::own_orders, job::Job, verdict::Verdict};
use crate::workload::principal;

/// Users of this job are numbered from here, apart from the population that is there to give the store its size.
const FIRST_USER: usize = 500_000_000;

/// Revokes logins that were made just before, outside the timed part.
pub(crate) struct RevokeJob<A> {
    design: A,
    logins_per_user: usize,
    /// How many to make and to check at once, where that means waiting for a store.
    in_flight: usize,
    logins: Vec<Credential>,
}

impl<A: Authoriser> RevokeJob<A> {
    /// With one login a user, `revoke` is timed on that login; with more, `revoke_all` on the user.
    pub(crate) const fn new(design: A, logins_per_user: usize, in_flight: usize) -> Self {
        Self { design, logins_per_user, in_flight, logins: Vec::new() }
    }

    async fn log_in(&self, login: usize) -> Result<Credential, Failure> {
        let user = principal(FIRST_USER + login / self.logins_per_user);
        self.design.issue(&user).await.map_err(|error| Failure(error.to_string()))
    }

    async fn is_refused(&self, login: usize) -> Result<(), Failure> {
        let user = principal_id(login / self.logins_per_user);
        match self.design.authorise(self.logins[login].reveal().as_bytes(), &own_orders(user)).await {
            Ok(_) => Err(Failure("a revoked login was accepted".to_owned())),
            Err(_) => Ok(()),
        }
    }
}

impl<A: Authoriser> Job for RevokeJob<A> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        let count = operations * self.logins_per_user;
        self.logins.clear();
        if self.in_flight == 1 {
            for login in 0..count {
                let login = self.log_in(login).await?;
                self.logins.push(login);
            }
        } else {
            let logins = stream::iter(0..count).map(|login| self.log_in(login));
            self.logins = logins.buffered(self.in_flight).try_collect().await?;
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
        let all = 0..self.logins.len();
        if self.in_flight == 1 {
            for login in all {
                self.is_refused(login).await?;
            }
            return Ok(());
        }
        stream::iter(all).map(|login| self.is_refused(login)).buffered(self.in_flight).try_collect().await
    }
}

const fn principal_id(index: usize) -> authoriser::UserId {
    crate::workload::user(FIRST_USER + index)
}
