//! The example service over HTTP, over any design of the catalogue.
//!
//! | Route | Does |
//! |---|---|
//! | `POST /login` | checks a password and answers with a credential |
//! | `GET /users/{id}/profile` | needs a credential: the user's own profile, or any for an administrator |
//! | `POST /refresh` | takes a refresh token and answers with another pair (RFC 6749, section 6), where the design has such |
//! | `POST /logout` | withdraws the credential that comes with it |
//! | `POST /logout-everywhere` | withdraws all credentials of a user |
//! | `GET /.well-known/jwks.json` | the keys that others verify with, where the design has public ones |
//! | `GET /healthz`, `GET /metrics` | whether it runs, and counters in Prometheus' text format |
//!
//! | Module | Holds |
//! |---|---|
//! | `guard` | the tower layer that asks a design before a handler runs |
//! | `transport` | where a request carries its credential, and how a login hands it out |
//! | `refusal` | what a refused client sees: the same for every reason that has the same status |
//! | `renewal` | what a request for a renewal says |
//! | `users` | the test users and their password |
//! | `routes` | the handlers and the router |
//! | `metrics` | the counters |
//! | `server` | connections, limits, shutdown |
//! | `tls` | certificate and key, where the service speaks TLS |
//! | `serve` | builds a design of the catalogue and serves it |
//! | `background` | the same on a thread of this process, to be measured |
//! | `chain` | several services, each of which asks the next, to be measured |
//! | `publisher` | a key set under a URL, to be fetched by whoever is measured |
//! | `instance` | a design alone on a thread, as one of several processes of a service has it |

mod background;
mod chain;
mod guard;
mod instance;
mod metrics;
mod publisher;
mod refusal;
mod renewal;
mod routes;
mod serve;
mod server;
#[cfg(test)]
mod testing;
mod tls;
mod transport;
mod users;

pub use background::{Background, Prepare};
pub use chain::Chain;
pub use instance::Instance;
pub use publisher::Publisher;
pub use serve::{Options, Ready, ServeError, serve};
pub use tls::{TlsError, TlsFiles};
/// How much is logged.
pub use tracing::Level as LogLevel;
pub use users::PasswordHasher;
