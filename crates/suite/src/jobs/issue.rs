//! Login: a new credential for a user.

use std::{cell::RefCell, hint::black_box};

use authoriser::{Authoriser, Credential, Principal, Untimed};
use measure::sampler::Failure;

use super::{authorise::own_orders, job::Job, verdict::Verdict};
use crate::workload::principal;

/// Issues credentials to a thousand users in turn. What was issued is authorised and revoked again after each
/// sample, outside the timed part: every credential that was timed is shown to be good, and the store keeps its size.
pub(crate) struct IssueJob<A> {
    design: A,
    principals: Vec<Principal>,
    issued: RefCell<Vec<(usize, Credential)>>,
}

impl<A: Authoriser> IssueJob<A> {
    pub(crate) fn new(design: A) -> Self {
        Self { design, principals: (0..1_000).map(principal).collect(), issued: RefCell::default() }
    }
}

impl<A: Authoriser> Job for IssueJob<A> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.issued.get_mut().reserve(operations);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let user = index % self.principals.len();
        match self.design.issue(black_box(&self.principals[user])).await {
            Ok(credential) => {
                self.issued.borrow_mut().push((user, credential));
                Verdict::RIGHT
            }
            Err(error) => Verdict::not_issued(error),
        }
    }

    async fn finish(&mut self) -> Result<(), Failure> {
        check(&self.design, &self.principals, self.issued.get_mut()).await
    }
}

/// Authorises and revokes what was issued.
async fn check(
    design: &dyn Untimed,
    principals: &[Principal],
    issued: &mut Vec<(usize, Credential)>,
) -> Result<(), Failure> {
    for (user, credential) in issued.drain(..) {
        let presented = credential.reveal().as_bytes();
        let user = principals[user].user;
        let refused = |denial| Failure(format!("a credential just issued was refused: {denial}"));
        let grant = design.authorise_untimed(presented, &own_orders(user)).await.map_err(refused)?;
        Verdict::equal(grant.user.0, user.0).check()?;
        design.revoke_untimed(presented).await.map_err(refused)?;
    }
    Ok(())
}
