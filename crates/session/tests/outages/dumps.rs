//! Everything a server holds, as bytes, for who looks for what must not be there.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
};

use redis::{Commands, Connection};
use servers::{Backend, MemcachedServer, PostgresServer, RedisCluster, RedisServer};

pub(crate) trait Dump {
    /// All keys and values, one after the other.
    fn dump(&self) -> Vec<u8>;
}

impl Dump for RedisServer {
    fn dump(&self) -> Vec<u8> {
        redis_at(&self.tcp_url())
    }
}

impl Dump for RedisCluster {
    fn dump(&self) -> Vec<u8> {
        self.tcp_url().split(',').flat_map(redis_at).collect()
    }
}

impl Dump for PostgresServer {
    /// Every file, the log of changes that is written first included.
    fn dump(&self) -> Vec<u8> {
        files(&self.folder().join("data"))
    }
}

impl Dump for MemcachedServer {
    fn dump(&self) -> Vec<u8> {
        let mut stream = BufReader::new(TcpStream::connect(&self.tcp_url()["memcached://".len()..]).unwrap());
        stream.get_mut().write_all(b"lru_crawler metadump all\r\n").unwrap();
        // It is busy where its own crawler is at work: then nothing follows.
        let is_key = |line: &String| line != "END" && !line.starts_with("BUSY");
        let lines = stream.by_ref().lines().map(Result::unwrap).take_while(is_key);
        let keys: Vec<String> =
            lines.map(|line| line["key=".len()..].split(' ').next().unwrap().to_owned()).collect();
        let mut dump = keys.concat().into_bytes();
        for key in keys {
            stream.get_mut().write_all(format!("mg {key} v\r\nmn\r\n").as_bytes()).unwrap();
            while !dump.ends_with(b"MN\r\n") {
                stream.read_until(b'\n', &mut dump).unwrap();
            }
            dump.push(b'\n');
        }
        dump
    }
}

fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Files come and go while the server runs.
        all.extend(if path.is_dir() { files(&path) } else { fs::read(&path).unwrap_or_default() });
    }
    all
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
