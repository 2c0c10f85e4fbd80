//! Every request: is this credential good, and may its user do that?

use std::sync::Arc;

use authoriser::{AccessRequest, Authoriser, Permission, PermissionSet, Proof, Revocation, Untimed, UserId};
use measure::sampler::Failure;

use super::opaque::opaque;
use super::{
    job::Job,
    verdict::{Path, Verdict},
};
use crate::workload::{Choice, Credentials, Draws, Requests};

/// Authorises requests drawn from a population of logged-in users.
pub(crate) struct AuthoriseJob<A> {
    design: A,
    credentials: Arc<Credentials>,
    draws: Draws,
    requests: Requests,
    permissions: PermissionSet,
    path: Path,
    /// Whether it remembers for a limited time what it has looked up: hits are what is timed, so that what is drawn is presented once
    /// before. A credential may become too old in a timed sample all the same.
    remembers: bool,
}

impl<A: Authoriser> AuthoriseJob<A> {
    /// Asserts, before anything is timed, that each of a few credentials gets its own user and no other, and notes
    /// by which path.
    pub(crate) async fn new(
        design: A,
        credentials: Arc<Credentials>,
        choice: Choice,
        seed: u64,
    ) -> Result<Self, Failure> {
        let (permissions, first) = prove(&design, &credentials).await?;
        let (_, proof) = prove(&design, &credentials).await?;
        // What a credential is found by is another path once it was found: there is a cache, and hits are what is timed.
        if proof != first {
            present_all(&design, &credentials).await?;
        }
        let remembers =
            matches!(design.properties().revocation, Revocation::ImmediateHere(_) | Revocation::Within(_));
        let path = if remembers { Path::ANY } else { Path::only(proof) };
        Ok(Self { path, remembers, ..Self::of(design, credentials, choice, seed, permissions, proof) })
    }

    /// The same for a design that remembers nothing of what is presented: nothing is presented before it is timed.
    pub(crate) async fn unprepared(
        design: A,
        credentials: Arc<Credentials>,
        choice: Choice,
        seed: u64,
    ) -> Result<Self, Failure> {
        let (permissions, proof) = prove(&design, &credentials).await?;
        Ok(Self::of(design, credentials, choice, seed, permissions, proof))
    }

    fn of(
        design: A,
        credentials: Arc<Credentials>,
        choice: Choice,
        seed: u64,
        permissions: PermissionSet,
        proof: Proof,
    ) -> Self {
        let (path, remembers) = (Path::only(proof), false);
        let draws = Draws::new(choice, credentials.len(), seed);
        Self { design, draws, credentials, requests: Requests::default(), permissions, path, remembers }
    }
}

/// What the first, the middle and the last credential are granted, and by which path: all users have the same rights.
async fn prove(design: &dyn Untimed, credentials: &Credentials) -> Result<(PermissionSet, Proof), Failure> {
    let mut shown = None;
    for index in [0, credentials.len() / 2, credentials.len() - 1] {
        let (presented, user) = credentials.get(index);
        let grant = design
            .authorise_untimed(presented, &own_orders(user))
            .await
            .map_err(|denial| Failure(format!("a credential just issued was refused: {denial}")))?;
        if grant.user != user {
            return Err(Failure("a credential just issued stands for another user".to_owned()));
        }
        if !grant.permissions.contains(Permission::OrdersRead) {
            return Err(Failure("a credential just issued has other rights".to_owned()));
        }
        shown = Some((grant.permissions, grant.proof));
    }
    shown.ok_or_else(|| Failure("there is no credential to present".to_owned()))
}

/// Presents every credential once, so that a cache has seen it.
async fn present_all(design: &dyn Untimed, credentials: &Credentials) -> Result<(), Failure> {
    for index in 0..credentials.len() {
        let (presented, user) = credentials.get(index);
        let answer = design.authorise_untimed(presented, &own_orders(user)).await;
        answer.map_err(|denial| Failure(format!("a credential just issued was refused: {denial}")))?;
    }
    Ok(())
}

impl<A: Authoriser> Job for AuthoriseJob<A> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.credentials, &mut self.draws);
        if self.remembers {
            for index in 0..operations {
                let (presented, user) = self.requests.get(index);
                let answer = self.design.authorise_untimed(presented, &own_orders(user)).await;
                answer.map_err(|denial| Failure(denial.to_string()))?;
            }
        }
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let (presented, user) = self.requests.get(index);
        // Whose they are is asked of the design, and not known beforehand.
        let access = own_orders(UserId(opaque(user.0)));
        let answer = self.design.authorise(presented, &access).await;
        Verdict::of_grant(answer, user, self.permissions, self.path)
    }
}

/// What every timed request asks for: the user's own orders.
pub(crate) const fn own_orders(user: UserId) -> AccessRequest {
    AccessRequest { owner: user, permission: Permission::OrdersRead }
}
