//! The tower layer that asks a design before a handler runs.
//!
//! The design's future is part of this one: nothing is boxed and nothing allocated for it. The grant is not put among the
//! request's extensions, which would allocate: a handler behind the guard knows that the request may proceed.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use authoriser::{AccessRequest, Authoriser, Permission, UserId};
use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::{metrics::Decisions, refusal::Refusal, transport::presented};

/// A handler behind the guard: it runs if the request's credential gives access to the profile that the path names.
pub(crate) fn guarded<A, H, T, S>(authoriser: Arc<A>, decisions: Decisions, handler: H) -> MethodRouter<S>
where
    A: Authoriser,
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    let transport = authoriser.properties().transport;
    // One count of references a request, not one for each counter.
    let decisions = Arc::new(decisions);
    let decide = move |request: Request| {
        let (authoriser, decisions) = (Arc::clone(&authoriser), Arc::clone(&decisions));
        async move {
            // In parts: a body is not `Sync`, so that a future that borrows the whole request could not be sent.
            let (parts, body) = request.into_parts();
            let Some(owner) = owner(parts.uri.path()) else {
                return Err(Refusal::NotFound.into_response());
            };
            let access = AccessRequest { owner, permission: Permission::ProfileRead };
            let outcome = match presented(transport, &parts.headers) {
                Ok(presented) => authoriser.authorise(presented, &access).await.map_err(|denial| {
                    // The client is not told which proof failed; whoever runs the service may know.
                    tracing::debug!(owner = owner.0, %denial, "a request is refused");
                    Refusal::from(denial)
                }),
                Err(refusal) => Err(refusal),
            };
            decisions.count(outcome.as_ref().err());
            match outcome {
                Ok(_) => Ok(Request::from_parts(parts, body)),
                Err(refusal) => Err(refusal.response(transport)),
            }
        }
    };
    get(handler.layer(GuardLayer(decide)))
}

/// The user in `/users/{id}/profile`.
pub(crate) fn owner(path: &str) -> Option<UserId> {
    let id = path.strip_prefix("/users/")?.strip_suffix("/profile")?;
    // `parse` also takes a sign.
    if !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    id.parse().ok().map(UserId)
}

/// Asks `D`, a function from a request to a future, before the service behind it.
#[derive(Clone)]
struct GuardLayer<D>(D);

impl<S, D: Clone> Layer<S> for GuardLayer<D> {
    type Service = Guard<D, S>;

    fn layer(&self, inner: S) -> Guard<D, S> {
        Guard { decide: self.0.clone(), inner }
    }
}

#[derive(Clone)]
struct Guard<D, S> {
    decide: D,
    inner: S,
}

impl<D, F, S> Service<Request> for Guard<D, S>
where
    D: Fn(Request) -> F,
    F: Future<Output = Result<Request, Response>>,
    S: Service<Request, Response = Response, Error = Infallible> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Guarded<F, S>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Guarded<F, S> {
        // The one that was found ready goes with the request; its copy has to be asked anew.
        let copy = self.inner.clone();
        let inner = mem::replace(&mut self.inner, copy);
        Guarded::Deciding { decision: (self.decide)(request), inner }
    }
}

pin_project! {
    /// First the decision, then the handler's answer.
    #[project = Step]
    enum Guarded<F, S: Service<Request>> {
        Deciding { #[pin] decision: F, inner: S },
        Serving { #[pin] answer: S::Future },
    }
}

impl<F, S> Future for Guarded<F, S>
where
    F: Future<Output = Result<Request, Response>>,
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match self.as_mut().project() {
            Step::Deciding { decision, inner } => match ready!(decision.poll(context)) {
                Ok(request) => inner.call(request),
                Err(refused) => return Poll::Ready(Ok(refused)),
            },
            Step::Serving { answer } => return answer.poll(context),
        };
        self.set(Self::Serving { answer });
        let Step::Serving { answer } = self.project() else { unreachable!("it was set in the line before") };
        answer.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_a_decimal_number_and_nothing_else() {
        assert_eq!(owner("/users/17/profile"), Some(UserId(17)));
        for path in
            ["/users//profile", "/users/+1/profile", "/users/1/profile/", "/users/x/profile", "/users/1"]
        {
            assert_eq!(owner(path), None, "{path}");
        }
        assert_eq!(owner("/users/99999999999999999999/profile"), None);
    }
}
