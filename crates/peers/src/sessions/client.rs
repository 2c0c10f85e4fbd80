//! How the crate `fred`, a client of Redis, is set up for whoever is over it.

use fred::{
    error::{Error, ErrorKind},
    types::config::{Config, ConnectionConfig, PerformanceConfig, ReconnectPolicy, TcpConfig},
};
use session::{RedisConfig, StoreError};

/// How the crate reaches a server: its defaults, and the limits that our own client has.
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) performance: PerformanceConfig,
    pub(super) connection: ConnectionConfig,
    pub(super) reconnect: ReconnectPolicy,
}

impl Settings {
    pub(super) fn at(url: &str) -> Result<Self, StoreError> {
        let limits = RedisConfig::default();
        let pause = u32::try_from(limits.retry_pause.as_millis()).unwrap_or(u32::MAX);
        Ok(Self {
            config: Config::from_url(url).map_err(|error| unavailable(&error))?,
            performance: PerformanceConfig {
                default_command_timeout: limits.response_timeout,
                ..PerformanceConfig::default()
            },
            connection: ConnectionConfig {
                connection_timeout: limits.connection_timeout,
                internal_command_timeout: limits.response_timeout,
                tcp: TcpConfig { nodelay: Some(true), ..TcpConfig::default() },
                ..ConnectionConfig::default()
            },
            reconnect: ReconnectPolicy::new_constant(0, pause),
        })
    }
}

/// The error without its free text, which could quote the address or what the server said about a password.
pub(super) fn unavailable(error: &Error) -> StoreError {
    let kind = match error.kind() {
        ErrorKind::Timeout => "no answer in time",
        ErrorKind::IO => "I/O error",
        ErrorKind::Auth => "authentication failed",
        ErrorKind::Url | ErrorKind::Config => "not a URL of a Redis server",
        ErrorKind::Protocol | ErrorKind::Parse => "an answer of another type",
        _ => "client error",
    };
    StoreError::Unavailable(kind.to_owned())
}
