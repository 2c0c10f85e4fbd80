//! The service on a thread of its own in this process, for whoever measures it: what the thread uses is then known apart
//! from what its clients use.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    thread,
};

use authoriser::{Boxed, CoarseClock, Untimed};
use axum::Router;
use catalogue::Environment;
use tokio::sync::oneshot;

use crate::{
    routes::{Routed, bare_router},
    serve::routes_of,
    server,
    users::Users,
};

/// Every id that a measurement may ask for is somebody's.
const USERS: u64 = u64::MAX;

/// A service that answers, stopped when it is dropped.
pub struct Background {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What is done with the design on the service's thread before the first request, such as logging users in.
pub type Prepare<T> = Box<dyn for<'a> FnOnce(&'a dyn Untimed) -> Boxed<'a, Result<T, String>> + Send>;

impl Background {
    /// Serves that design of the catalogue, built on the service's thread, where its connections to a store then belong. Nobody
    /// can log in over HTTP: no password is right.
    ///
    /// # Errors
    /// Why it could not be built or prepared.
    pub fn start<T: Send + 'static>(
        design: &str,
        environment: Arc<Environment<CoarseClock>>,
        prepare: Prepare<T>,
    ) -> Result<(Self, T), String> {
        Self::over(design, environment, Users::without_password(USERS), prepare)
    }

    /// The same for users `user-1` and so on, who log in over HTTP with the password that comes back.
    ///
    /// # Errors
    /// Why it could not be built.
    pub fn with_logins(
        design: &str,
        environment: Arc<Environment<CoarseClock>>,
    ) -> Result<(Self, String), String> {
        let (users, password) = Users::new(USERS);
        Self::over(design, environment, users, Box::new(|_| Box::pin(async { Ok(password) })))
    }

    fn over<T: Send + 'static>(
        design: &str,
        environment: Arc<Environment<CoarseClock>>,
        users: Users,
        prepare: Prepare<T>,
    ) -> Result<(Self, T), String> {
        let routes = routes_of(design).ok_or_else(|| format!("the catalogue has no entry {design}"))?;
        Self::on_a_thread(move || {
            Box::pin(async move {
                let routed = routes(&environment, users).await;
                let Routed { router, design } = routed.map_err(|error| error.0)?;
                let prepared = prepare(design.as_ref()).await?;
                Ok((router, prepared))
            })
        })
    }

    /// Serves the profile alone, as a plain route of axum: no guard, no counters, no other route. What the framework costs.
    ///
    /// # Errors
    /// When the system refuses a thread or a port.
    pub fn bare() -> Result<Self, String> {
        let router = || bare_router(Users::without_password(USERS));
        Self::on_a_thread(move || Box::pin(async move { Ok((router(), ())) })).map(|(service, ())| service)
    }

    /// Serves a router of somebody else's, made on the service's thread, where its connections to a store then belong. What else is
    /// made there comes back.
    ///
    /// # Errors
    /// Why it could not be made, or the system refuses a thread or a port.
    pub fn of_others<T: Send + 'static>(
        make: impl FnOnce() -> Boxed<'static, Result<(Router, T), String>> + Send + 'static,
    ) -> Result<(Self, T), String> {
        Self::on_a_thread(make)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves what is made there on a thread of its own.
    pub(crate) fn on_a_thread<T: Send + 'static>(
        make: impl FnOnce() -> Boxed<'static, Result<(Router, T), String>> + Send + 'static,
    ) -> Result<(Self, T), String> {
        let (ready, wait) = std::sync::mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel::<()>();
        let text = |error: io::Error| error.to_string();
        let thread = thread::Builder::new().name("service".to_owned());
        let serve = move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(error.to_string()))),
            };
            runtime.block_on(async {
                let begun = async {
                    let (router, prepared) = make().await?;
                    let listener = server::listen((Ipv4Addr::LOCALHOST, 0).into()).map_err(text)?;
                    let address = listener.local_addr().map_err(text)?;
                    Ok((router, prepared, listener, address))
                };
                match begun.await {
                    Ok((router, prepared, listener, address)) => {
                        let _ = ready.send(Ok((address, prepared)));
                        server::run(listener, None, router, async { drop(stopped.await) }).await;
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            });
        };
        let thread = thread.spawn(serve).map_err(text)?;
        let (address, prepared) = wait.recv().map_err(|_| "the service's thread ended".to_owned())??;
        Ok((Self { address, stop: Some(stop), thread: Some(thread) }, prepared))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use authoriser::{Permission, PermissionSet, Principal, UserId};

    use super::*;
    use crate::testing::{ask, body, status};

    #[test]
    fn the_guarded_and_the_bare_service_answer_the_same_profile() {
        let environment = Arc::new(Environment::new(CoarseClock));
        let prepare: Prepare<String> = Box::new(|design| {
            Box::pin(async move {
                let permissions = PermissionSet::EMPTY.with(Permission::ProfileRead);
                let user = Principal { user: UserId(7), name: "user-7".to_owned(), permissions };
                let credential = design.issue_untimed(&user).await.map_err(|error| error.to_string())?;
                Ok(credential.reveal().to_owned())
            })
        });
        let (service, token) = Background::start("jwt-hs256", environment, prepare).unwrap();
        let bare = Background::bare().unwrap();
        let answer = ask(service.address(), &format!("Authorization: Bearer {token}\r\n"));
        assert_eq!(status(&answer), "200", "{answer}");
        assert_eq!(body(&answer), r#"{"user_id":7,"name":"user-7"}"#);
        assert_eq!(body(&ask(bare.address(), "")), body(&answer));
        assert_eq!(status(&ask(service.address(), "")), "401");
        let gone = service.address();
        drop(service);
        assert!(TcpStream::connect(gone).is_err(), "it serves on");
    }

    #[test]
    fn what_cannot_be_built_says_why() {
        let environment = || Arc::new(Environment::new(CoarseClock));
        let prepare = || -> Prepare<()> { Box::new(|_| Box::pin(async { Ok(()) })) };
        let reason = Background::start("session-redis", environment(), prepare()).err().unwrap();
        assert!(reason.contains("Redis"), "{reason}");
        assert!(Background::start("nobody", environment(), prepare()).is_err());
    }
}
