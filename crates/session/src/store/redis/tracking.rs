//! The server says whose sessions change: server-assisted client-side caching, `CLIENT TRACKING` with `BCAST` over RESP3.

use std::{fmt, sync::Arc, time::Duration};

use authoriser::UserId;
use redis::{
    AsyncConnectionConfig, Client, ProtocolVersion, PushInfo, PushKind, Value, aio::MultiplexedConnection,
    cmd,
};

use super::{OneServer, UserValues, error::unavailable};
use crate::StoreError;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Sessions of this user.
    User(UserId),
    /// Perhaps everybody's: the server was cleared, or says something that is not understood.
    Everyone,
}

/// A connection on which the server tells what changes. It is not replaced when it is lost.
pub struct Tracking(MultiplexedConnection);

impl Tracking {
    /// Asks for a sign of life. When it comes, everything has been told that was answered to whoever changed it before this was
    /// called: the server writes what it tells before it answers the change.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: the connection is of no more use.
    pub async fn ping(&mut self) -> Result<(), StoreError> {
        let answer: Result<Value, _> = cmd("PING").query_async(&mut self.0).await;
        answer.map(drop).map_err(|error| unavailable(&error))
    }
}

impl fmt::Debug for Tracking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tracking")
    }
}

impl UserValues<OneServer> {
    /// Has the server tell whose sessions change under this store's prefix, by any client, on a connection of its own on the current
    /// tokio runtime, whose answers may take so long. `changed` is called there and must not wait. Needs Redis 6.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when nobody answers, or the server cannot do it.
    pub async fn track(
        &self,
        timeout: Duration,
        changed: impl Fn(Change) + Send + Sync + 'static,
    ) -> Result<Tracking, StoreError> {
        let info = self.base.connector().info().clone();
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).map_err(|error| unavailable(&error))?;
        let prefix: Arc<[u8]> = self.base.keys.prefix().into();
        let told = Arc::clone(&prefix);
        let told = move |push: PushInfo| {
            for change in changes(&push, &told) {
                changed(change);
            }
            Ok::<_, std::convert::Infallible>(())
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.base.config.connection_timeout))
            .set_response_timeout(Some(timeout))
            .set_push_sender(told);
        let connection = client.get_multiplexed_async_connection_with_config(&config).await;
        let mut connection = connection.map_err(|error| unavailable(&error))?;
        let mut command = cmd("CLIENT");
        command.arg("TRACKING").arg("ON").arg("BCAST").arg("PREFIX").arg(&*prefix);
        let answer: Result<(), _> = command.query_async(&mut connection).await;
        answer.map_err(|error| unavailable(&error))?;
        Ok(Tracking(connection))
    }
}

/// What a message of the server says: an array with the names of keys, or nothing where all were removed.
fn changes(push: &PushInfo, prefix: &[u8]) -> Vec<Change> {
    if push.kind != PushKind::Invalidate {
        // That a connection is lost is found out by whoever asks for a sign of life.
        return Vec::new();
    }
    match &push.data[..] {
        [Value::Array(keys)] => keys.iter().map(|key| change(key, prefix)).collect(),
        _ => vec![Change::Everyone],
    }
}

fn change(key: &Value, prefix: &[u8]) -> Change {
    let Value::BulkString(key) = key else { return Change::Everyone };
    let user = key.strip_prefix(prefix).and_then(|user| user.try_into().ok());
    user.map_or(Change::Everyone, |user| Change::User(UserId(u64::from_le_bytes(user))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(data: Vec<Value>) -> PushInfo {
        PushInfo { kind: PushKind::Invalidate, data }
    }

    #[test]
    fn keys_are_users_and_what_is_not_understood_is_everyone() {
        let key = |user: &[u8]| Value::BulkString([b"s:", user].concat());
        let two = push(vec![Value::Array(vec![key(&7_u64.to_le_bytes()), key(&[0xff; 8])])]);
        assert_eq!(changes(&two, b"s:"), [Change::User(UserId(7)), Change::User(UserId(u64::MAX))]);
        for strange in [
            vec![Value::Nil],
            vec![],
            vec![Value::Array(vec![key(b"short")])],
            vec![Value::Array(vec![Value::Int(7)])],
            vec![Value::Array(vec![Value::BulkString(b"other:12345678".to_vec())])],
            vec![Value::Array(vec![]), Value::Array(vec![])],
        ] {
            assert_eq!(changes(&push(strange.clone()), b"s:"), [Change::Everyone], "{strange:?}");
        }
        let other = PushInfo { kind: PushKind::Message, data: vec![Value::Nil] };
        assert_eq!(changes(&other, b"s:"), []);
    }
}
