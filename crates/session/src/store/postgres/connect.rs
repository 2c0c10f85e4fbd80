//! How a connection to PostgreSQL is made.

use std::{convert::Infallible, ops::Deref, sync::Arc, time::Duration};

use tokio::sync::oneshot;
use tokio_postgres::{Client, Config, Error, NoTls, config::TargetSessionAttrs, error::SqlState};

use super::{
    config::PostgresConfig,
    statements::{IS_THERE, Statements, USER_INDEX, create_table, drop_table, limit_statements},
};
use crate::{StoreError, store::link::Connect};

/// How a store connects.
#[derive(Clone)]
pub(super) struct PostgresConnect {
    address: Config,
    config: PostgresConfig,
}

/// A connection with everything prepared on it.
pub(super) struct Prepared {
    pub(super) client: Connected,
    pub(super) statements: Statements,
}

/// A client whose connection ends with it. By itself it would stay open until everything is answered that was asked: for
/// ever, if the answer that was waited for in vain never comes, and with it one of the server's places.
pub(super) struct Connected {
    client: Client,
    _held: oneshot::Sender<Infallible>,
}

impl Deref for Connected {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl PostgresConnect {
    pub(super) fn new(url: &str, config: PostgresConfig) -> Result<Self, StoreError> {
        let mut address: Config = url
            .parse()
            .map_err(|_| StoreError::Unavailable("not a URL of a PostgreSQL server".to_owned()))?;
        add_defaults(&mut address, &config);
        if !is_plain(&config.table) {
            return Err(StoreError::Unavailable("not the name of a table".to_owned()));
        }
        Ok(Self { address, config })
    }

    pub(super) fn table(&self) -> &str {
        &self.config.table
    }

    pub(super) const fn config(&self) -> &PostgresConfig {
        &self.config
    }

    /// Makes the table, if there is none. Whoever connects again uses what is there, so that the role of a service needs
    /// no right to create anything, and what an administrator drops stays away.
    pub(super) async fn make_table(&self) -> Result<(), StoreError> {
        let table = self.table();
        self.in_time(async {
            // A connection of its own, which takes a transaction that failed half-way with it.
            let client = self.one(self.config.connection_timeout).await?;
            if client.query_one(IS_THERE, &[&table]).await?.try_get(0)? {
                return Ok(());
            }
            client.batch_execute(&create_table(table)).await
        })
        .await
    }

    /// Drops the table. It has as long as an attempt to connect, not as an answer: who wants a table for himself waits for
    /// all others, for a second where that is an automatic vacuum, which then gives way.
    pub(super) async fn drop_table(&self) -> Result<(), StoreError> {
        self.in_time(async {
            let client = self.one(self.config.connection_timeout).await?;
            client.batch_execute(&drop_table(self.table())).await
        })
        .await
    }

    /// The library's own limit ends with TCP's handshake, while a frozen server is silent after it.
    async fn in_time<A>(&self, ask: impl Future<Output = Result<A, Error>>) -> Result<A, StoreError> {
        match tokio::time::timeout(self.config.connection_timeout, ask).await {
            Ok(answer) => answer.map_err(|error| unavailable(&error)),
            Err(_) => Err(no_answer()),
        }
    }

    /// A connection on which the server gives a statement up after that time.
    async fn one(&self, limit: Duration) -> Result<Connected, Error> {
        let (client, connection) = self.address.connect(NoTls).await?;
        let (held, dropped) = oneshot::channel();
        let patience = self.config.response_timeout;
        tokio::spawn(async move {
            // Its goodbye has as long as any answer.
            let given_up = async {
                let _no_value = dropped.await;
                tokio::time::sleep(patience).await;
            };
            tokio::select! {
                // Ends with its client, or with an error that the client's calls return as well.
                _ = connection => {}
                () = given_up => {}
            }
        });
        client.batch_execute(&limit_statements(limit)).await?;
        Ok(Connected { client, _held: held })
    }
}

/// Whether it can stand in the statements as it is. PostgreSQL folds upper case to lower there, and cuts names off after
/// 63 bytes: the longest is the index's.
pub(super) fn is_plain(table: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let longest = 63 - USER_INDEX.len();
    (1..=longest).contains(&table.len())
        && !table.starts_with(|first: char| first.is_ascii_digit())
        && table.bytes().all(plain)
}

/// Sets what the URL leaves open: how soon a machine that is gone is noticed, and that nobody writes to a standby.
fn add_defaults(address: &mut Config, config: &PostgresConfig) {
    if address.get_application_name().is_none() {
        address.application_name("authbench");
    }
    if address.get_connect_timeout().is_none() {
        // The second of two machines is to have its turn even if the first is silent.
        let hosts = address.get_hosts().len().max(address.get_hostaddrs().len()).max(1);
        address.connect_timeout(config.connection_timeout / u32::try_from(hosts).unwrap_or(u32::MAX));
    }
    // Linux refuses longer times than the greatest ones here, and 0 is its own default of many minutes.
    let longest_unacknowledged = Duration::from_millis(i32::MAX.unsigned_abs().into());
    let longest_idle = Duration::from_secs(i16::MAX.unsigned_abs().into());
    let limit = config.response_timeout;
    if address.get_tcp_user_timeout().is_none() {
        address.tcp_user_timeout(limit.clamp(Duration::from_millis(1), longest_unacknowledged));
    }
    // In whole seconds, each.
    let probe = limit.clamp(Duration::from_secs(1), longest_idle);
    let untold = Config::new();
    if address.get_keepalives_idle() == untold.get_keepalives_idle() {
        address.keepalives_idle(probe);
    }
    if address.get_keepalives_interval().is_none() {
        address.keepalives_interval(probe);
    }
    if address.get_target_session_attrs() == untold.get_target_session_attrs() {
        address.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
}

impl Connect for PostgresConnect {
    type Connection = Arc<Prepared>;

    fn is_closed(connection: &Self::Connection) -> bool {
        connection.client.is_closed()
    }

    async fn connect(&self) -> Result<Self::Connection, StoreError> {
        let prepared = self.in_time(async {
            // The server gives up well before the call does, so that the call hears of it and the connection stays.
            let client = self.one(self.config.response_timeout / 2).await?;
            let statements = Statements::prepare(&client, self.table()).await?;
            Ok(Prepared { client, statements })
        });
        prepared.await.map(Arc::new)
    }

    fn retry_pause(&self) -> Duration {
        self.config.retry_pause
    }
}

/// The error without any of its free text, which could quote the address, or what the server said about a password.
pub(super) fn unavailable(error: &Error) -> StoreError {
    let kind = match error.code() {
        Some(&SqlState::QUERY_CANCELED) => return no_answer(),
        Some(code) => format!("refused by the server: {}", code.code()),
        None if error.is_closed() => "connection lost".to_owned(),
        None => "no connection".to_owned(),
    };
    StoreError::Unavailable(kind)
}

/// Neither this end nor the server's waits any longer.
pub(super) fn no_answer() -> StoreError {
    StoreError::Unavailable("no answer in time".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(parameters: &str, config: PostgresConfig) -> Config {
        PostgresConnect::new(&format!("postgresql://127.0.0.1/db{parameters}"), config).unwrap().address
    }

    #[test]
    fn what_the_url_leaves_open_follows_from_the_limits() {
        let config = PostgresConfig { response_timeout: Duration::from_millis(2_500), ..Default::default() };
        let ours = address("", config);
        assert_eq!(ours.get_application_name(), Some("authbench"));
        assert_eq!(ours.get_connect_timeout(), Some(&Duration::from_secs(5)));
        assert_eq!(ours.get_tcp_user_timeout(), Some(&Duration::from_millis(2_500)));
        assert!(ours.get_keepalives());
        assert_eq!(ours.get_keepalives_idle().as_secs(), 2);
        assert_eq!(ours.get_keepalives_interval().unwrap().as_secs(), 2);
        assert_eq!(ours.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);

        let two = address("?host=127.0.0.2", PostgresConfig::default());
        assert_eq!(two.get_connect_timeout(), Some(&Duration::from_millis(2_500)), "each");
        assert_eq!(two.get_keepalives_idle(), Duration::from_secs(1));
    }

    #[test]
    fn what_the_url_says_wins() {
        let theirs = address(
            "?application_name=&connect_timeout=7&tcp_user_timeout=9&keepalives=0&keepalives_idle=11\
             &keepalives_interval=13&target_session_attrs=read-only",
            PostgresConfig::default(),
        );
        assert_eq!(theirs.get_application_name(), Some(""));
        assert_eq!(theirs.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(theirs.get_tcp_user_timeout(), Some(&Duration::from_secs(9)));
        assert!(!theirs.get_keepalives());
        assert_eq!(theirs.get_keepalives_idle(), Duration::from_secs(11));
        assert_eq!(theirs.get_keepalives_interval(), Some(Duration::from_secs(13)));
        assert_eq!(theirs.get_target_session_attrs(), TargetSessionAttrs::ReadOnly);
    }
}
