//! Logout: of one login, or of all logins of a user.

use authoriser::{Authoriser, Login, Revoked, Untimed};
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
    logins: Vec<Login>,
}

impl<A: Authoriser> RevokeJob<A> {
    /// With one login a user, `revoke` is timed on that login; with more, `revoke_all` on the user.
    pub(crate) const fn new(design: A, logins_per_user: usize, in_flight: usize) -> Self {
        Self { design, logins_per_user, in_flight, logins: Vec::new() }
    }
}

impl<A: Authoriser> Job for RevokeJob<A> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.logins.clear();
        let logins =
            log_in(&self.design, operations * self.logins_per_user, self.logins_per_user, self.in_flight);
        self.logins = logins.await?;
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let answer = if self.logins_per_user == 1 {
            self.design.revoke(self.logins[index].credential.reveal().as_bytes()).await
        } else {
            self.design.revoke_all(principal_id(index)).await
        };
        match answer {
            Ok(Revoked::Credentials(count)) => Verdict::equal(count, self.logins_per_user as u64),
            // That they are gone is shown afterwards.
            Ok(Revoked::Uncounted) => Verdict::equal(u64::from(self.logins_per_user == 1), 0),
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
        all_refused(&self.design, &self.logins, self.logins_per_user, self.in_flight).await
    }
}

/// Logs users in, each `per_user` times.
async fn log_in(
    design: &dyn Untimed,
    count: usize,
    per_user: usize,
    in_flight: usize,
) -> Result<Vec<Login>, Failure> {
    let one = |login: usize| async move {
        let user = principal(FIRST_USER + login / per_user);
        design.log_in_untimed(&user).await.map_err(|error| Failure(error.to_string()))
    };
    stream::iter(0..count).map(one).buffered(in_flight).try_collect().await
}

/// Shows that every login is refused now, or that it cannot be renewed, where that is what a logout does.
async fn all_refused(
    design: &dyn Untimed,
    logins: &[Login],
    per_user: usize,
    in_flight: usize,
) -> Result<(), Failure> {
    let one = |login: usize| async move {
        let access = own_orders(principal_id(login / per_user));
        let Login { credential, refresh } = &logins[login];
        let accepted = match refresh {
            Some(token) => design.refresh_untimed(token.reveal().as_bytes()).await.is_ok(),
            None => design.authorise_untimed(credential.reveal().as_bytes(), &access).await.is_ok(),
        };
        if accepted { Err(Failure("a revoked login was accepted".to_owned())) } else { Ok(()) }
    };
    stream::iter(0..logins.len()).map(one).buffered(in_flight).try_collect().await
}

const fn principal_id(index: usize) -> authoriser::UserId {
    crate::workload::user(FIRST_USER + index)
}
