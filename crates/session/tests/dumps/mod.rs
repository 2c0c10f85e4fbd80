//! Everything a server holds, as bytes, for who looks for what must not be there.

use redis::{Commands, Connection};
use services::RedisServer;

pub(crate) trait Dump {
    /// All keys and values, one after the other.
    fn dump(&self) -> Vec<u8>;
}

impl Dump for RedisServer {
    fn dump(&self) -> Vec<u8> {
        redis_at(&self.tcp_url())
    }
}

/// Each key, and each value in whatever form it has.
fn redis_at(url: &str) -> Vec<u8> {
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let keys: Vec<Vec<u8>> = connection.scan::<Vec<u8>>().unwrap().map(Result::unwrap).collect();
    keys.iter().flat_map(|key| [key.clone(), value(&mut connection, key)].concat()).collect()
}

fn value(connection: &mut Connection, key: &[u8]) -> Vec<u8> {
    let kind: String = redis::cmd("TYPE").arg(key).query(connection).unwrap();
    let parts: Vec<Vec<u8>> = match kind.as_str() {
        "string" => vec![connection.get(key).unwrap()],
        "zset" => connection.zrange(key, 0, -1).unwrap(),
        "hash" => redis::cmd("HGETALL").arg(key).query(connection).unwrap(),
        other => panic!("a key of type {other}"),
    };
    parts.concat()
}
