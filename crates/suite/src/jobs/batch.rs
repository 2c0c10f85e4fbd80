//! Several requests decided at once, as a gateway under load finds them in its queue.

use std::{cell::RefCell, hint::black_box, time::Duration};

use authoriser::{Authoriser, Denial, Grant, Proof, Request};
use measure::sampler::{Contestant, Failure, Sample};

use super::{
    authorise::own_orders,
    job::Job,
    verdict::{Path, Verdict},
};
use crate::workload::{Credentials, Draws, Requests, rights};

/// Decides `N` requests an operation, one after the other or together.
pub(crate) struct BatchJob<A, const N: usize> {
    design: A,
    together: bool,
    credentials: Credentials,
    draws: Draws,
    requests: Requests,
    /// Room for the answers of a batch, which a gateway would use again and again as well.
    answers: RefCell<Vec<Result<Grant, Denial>>>,
}

impl<A: Authoriser, const N: usize> BatchJob<A, N> {
    pub(crate) fn new(design: A, together: bool, credentials: Credentials, draws: Draws) -> Self {
        let answers = RefCell::new(Vec::with_capacity(N));
        Self { design, together, credentials, draws, requests: Requests::default(), answers }
    }
}

impl<A: Authoriser, const N: usize> Job for BatchJob<A, N> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations * N, &self.credentials, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let batch: [Request<'_>; N] = std::array::from_fn(|at| {
            let (presented, user) = self.requests.get(index * N + at);
            Request { presented, access: own_orders(user) }
        });
        let batch = black_box(&batch);
        let mut answers = self.answers.take();
        if self.together {
            self.design.authorise_many(batch, &mut answers).await;
        } else {
            answers.clear();
            for request in batch {
                answers.push(self.design.authorise(request.presented, &request.access).await);
            }
        }
        let count = Verdict::equal(answers.len() as u64, N as u64);
        let verdict = answers.iter().zip(batch).fold(count, |all, (answer, request)| {
            all | Verdict::of_grant(*answer, request.access.owner, rights(), Path::only(Proof::Signature))
        });
        self.answers.replace(answers);
        verdict
    }
}

/// A contestant whose operations each do the work of several: its time is that of one of them.
pub(crate) struct Shared<C> {
    pub(crate) contestant: C,
    pub(crate) by: usize,
}

impl<C: Contestant> Contestant for Shared<C> {
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        let by = self.by as u64;
        let batches = operations.div_ceil(by);
        let sample = self.contestant.sample(batches)?;
        // More may have been done than was asked for.
        let share = |time: Duration| time.mul_f64(operations as f64 / (batches * by) as f64);
        let (elapsed, cpu) = (share(sample.elapsed), sample.cpu.map(share));
        Ok(Sample { elapsed, cpu, store_cpu: sample.store_cpu.map(share) })
    }

    fn least_operations(&self) -> u64 {
        self.contestant.least_operations() * self.by as u64
    }
}
