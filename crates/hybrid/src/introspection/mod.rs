//! Tokens that say nothing: whoever is presented one asks the authorisation server about it, over HTTP (RFC 7662).
//!
//! | File | Holds |
//! |---|---|
//! | `answer` | what the server answers, written by one side and judged by the other |
//! | `client` | one question over HTTP, within limits |
//! | `config` | where the server is, and whose tokens are taken |
//! | `design` | the design that asks at each request |
//! | `cached` | the same, and what was answered is remembered |
//! | `fault` | what can be wrong with an answer, and how it is told |
//! | `server` | the authorisation server: issues, answers and revokes, over a session store |

mod answer;
mod cached;
mod client;
mod config;
mod design;
mod fault;
mod server;

pub use cached::CachedIntrospection;
pub use config::{IntrospectionConfig, IntrospectionConfigError};
pub use design::Introspection;
pub use fault::IntrospectionFault;
pub use server::AuthorisationServer;
