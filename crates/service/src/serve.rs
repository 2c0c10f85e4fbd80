//! Builds a design of the catalogue and serves it.

use std::{
    io::{self, IsTerminal},
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use authoriser::{Boxed, CoarseClock};
use axum::Router;
use catalogue::{Entry, Environment, Need, Unavailable, Visitor};
use serde::Serialize;
use servers::{Service, StartError};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    routes::{Routed, route},
    server,
    tls::{self, TlsError, TlsFiles},
    users::Users,
};

/// What is served, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// A design, peer or control of the catalogue.
    pub design: String,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The number of test users.
    pub users: u64,
    /// The store to use instead of starting one.
    pub store_url: Option<String>,
    /// Speak TLS with this certificate.
    pub tls: Option<TlsFiles>,
    /// What is logged: that and what is graver.
    pub log: tracing::Level,
    /// Stop as well when standard input ends: a program that started the service and dies leaves none behind.
    pub until_input_ends: bool,
}

/// Said once, when requests are answered.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// What is served.
    pub design: String,
    /// The name of a test user.
    pub user: String,
    /// Its id.
    pub user_id: u64,
    /// Its password, random at each start and the same for all test users.
    pub password: String,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The catalogue has no such entry.
    #[error("no design is called {0:?}; `authbench list` shows those that there are")]
    UnknownDesign(String),
    /// This build leaves it out.
    #[error("{0} is {1}")]
    LeftOut(String, String),
    /// A store was named for a design that has none.
    #[error("{0} needs no store: leave --store-url out")]
    NoStore(String),
    /// What it needs could not be started.
    #[error("{design} needs {need}, which could not be started; install it or name one with --store-url")]
    Start {
        /// The design.
        design: String,
        /// What it needs.
        need: Need,
        /// Why not.
        source: StartError,
    },
    /// It could not be built, such as over a store that does not answer.
    #[error("{0} cannot be served: {1}")]
    Unavailable(String, String),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}; choose another with --listen, or port 0 for a free one")]
    Listen(SocketAddr, #[source] io::Error),
    /// TLS cannot be spoken.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The runtime or the signal handlers could not be set up.
    #[error("the service cannot start")]
    System(#[from] io::Error),
}

/// Serves until SIGINT or SIGTERM, then lets requests in flight finish. `ready` is told where, once requests are answered.
///
/// # Errors
/// See [`ServeError`], and whatever `ready` fails with.
pub fn serve(options: &Options, ready: impl FnOnce(&Ready) -> io::Result<()>) -> Result<(), ServeError> {
    let entry = catalogue::descriptions().into_iter().find(|one| one.id == options.design);
    let entry = entry.ok_or_else(|| ServeError::UnknownDesign(options.design.clone()))?;
    if let Some(absence) = entry.absence() {
        return Err(ServeError::LeftOut(options.design.clone(), absence));
    }
    let tls = options.tls.as_ref().map(tls::acceptor).transpose()?;
    log(options.log);
    // Dropped, and so stopped, after the last request.
    let (environment, _services) = environment(entry.id, entry.needs, options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (users, password) = Users::new(options.users);
        let routes = routes_of(entry.id).expect("a build has every entry that it does not say it leaves out");
        let unavailable = |error: Unavailable| ServeError::Unavailable(entry.id.to_owned(), error.0);
        let Routed { router, .. } = routes(&environment, users).await.map_err(unavailable)?;
        let outcome = listen_and_run(options, tls, password, router, ready).await;
        // What stays in a store that the user named would be in the way there.
        if let Err(error) = environment.clean_up().await {
            tracing::warn!(error = error.0, "the store was not cleared");
        }
        outcome
    })
}

/// Builds a design and the routes over it. All that is compiled for each entry: the rest knows no design's type.
type Routes = for<'a> fn(&'a Environment<CoarseClock>, Users) -> Boxed<'a, Result<Routed, Unavailable>>;

/// Those of the entry of that id, if this build has it.
pub(crate) fn routes_of(design: &str) -> Option<Routes> {
    let mut find = Find { design, routes: None };
    catalogue::visit(&mut find);
    find.routes
}

fn routes<E: Entry>(
    environment: &Environment<CoarseClock>,
    users: Users,
) -> Boxed<'_, Result<Routed, Unavailable>> {
    Box::pin(async { Ok(route(Arc::new(E::build(environment).await?), users)) })
}

struct Find<'a> {
    design: &'a str,
    routes: Option<Routes>,
}

impl Visitor for Find<'_> {
    fn visit<E: Entry>(&mut self) {
        if E::ID == self.design {
            self.routes = Some(routes::<E>);
        }
    }
}

async fn listen_and_run(
    options: &Options,
    tls: Option<TlsAcceptor>,
    password: String,
    router: Router,
    ready: impl FnOnce(&Ready) -> io::Result<()>,
) -> Result<(), ServeError> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let wait_for_input = options.until_input_ends;
    let end_of_input = async move {
        if wait_for_input {
            let _ = end_of_input().await;
        } else {
            std::future::pending().await
        }
    };
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = end_of_input => {}
        }
        tracing::info!("stopping");
    };
    let listener =
        server::listen(options.listen).map_err(|error| ServeError::Listen(options.listen, error))?;
    let address = listener.local_addr()?;
    ready(&Ready {
        address: format!("{}://{}", if tls.is_some() { "https" } else { "http" }, reachable(address)),
        design: options.design.clone(),
        user: "user-1".to_owned(),
        user_id: 1,
        password,
    })?;
    tracing::info!(design = options.design, %address, "serving");
    server::run(listener, tls, router, stop).await;
    Ok(())
}

/// Ready when standard input has ended.
fn end_of_input() -> oneshot::Receiver<()> {
    let (ended, wait) = oneshot::channel();
    // Reading blocks, so a thread of its own does it. It ends with the process.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(ended);
    });
    wait
}

/// Who listens on all addresses is reached by the loopback one.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

type Served = (Environment<CoarseClock>, Vec<Service>);

fn environment(design: &str, needs: &[Need], options: &Options) -> Result<Served, ServeError> {
    let mut environment = Environment::new(CoarseClock);
    let mut services = Vec::new();
    if needs.is_empty() && options.store_url.is_some() {
        return Err(ServeError::NoStore(design.to_owned()));
    }
    for need in needs {
        if let Some(url) = &options.store_url {
            environment = environment.with(*need, url);
            continue;
        }
        let service = need.obtain().map_err(|source| ServeError::Start {
            design: design.to_owned(),
            need: *need,
            source,
        })?;
        environment = environment.with(*need, service.address());
        services.push(service);
    }
    Ok((environment, services))
}

/// One JSON object a line on standard error, or plain lines for a terminal. Credentials are in no event.
fn log(level: tracing::Level) {
    let log = tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(level);
    // A program that serves twice has its log already.
    let _ = if io::stderr().is_terminal() { log.with_ansi(false).try_init() } else { log.json().try_init() };
}
