//! What an answer of a server survives, as the server itself is set up, its replicas apart.

use redis::{RedisError, aio::MultiplexedConnection, cmd};

/// Asks a server. One that tells nobody its settings, as managed ones do, is no failure.
pub(super) async fn of(server: &mut MultiplexedConnection) -> Result<String, RedisError> {
    let mut told = Vec::new();
    for name in ["appendonly", "appendfsync", "save"] {
        let answer: Result<Vec<String>, _> = cmd("CONFIG").arg("GET").arg(name).query_async(server).await;
        match answer {
            Ok(pair) => told.extend(pair.into_iter().nth(1)),
            Err(error) if error.is_io_error() || error.is_unrecoverable_error() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(match &told[..] {
        [log, sync, snapshots] => in_words(log, sync, snapshots),
        _ => "unknown: the server does not tell its settings".to_owned(),
    })
}

fn in_words(log: &str, sync: &str, snapshots: &str) -> String {
    let verdict = match (log, sync) {
        ("yes", "always") => "the server's disk has what was answered",
        ("yes", "everysec") => "a crash of the server's machine may undo the last two seconds",
        ("yes", _) => "a crash of the server's machine may undo what the system had not written yet",
        _ if snapshots.is_empty() => "none: lost with the server",
        _ => "a crash of the server undoes what came after its last snapshot",
    };
    let log =
        if log == "yes" { format!("appendonly yes, appendfsync {sync}") } else { "appendonly no".to_owned() };
    format!("{verdict}: {log}, save \"{snapshots}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_all_of_it_is_called_less() {
        let verdict =
            |log, sync, snapshots| in_words(log, sync, snapshots).split(": append").next().map(str::to_owned);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(verdict("no", "everysec", ""), some("none: lost with the server"));
        let snapshot = some("a crash of the server undoes what came after its last snapshot");
        assert_eq!(verdict("no", "always", "3600 1"), snapshot, "the log's settings are those of no log");
        assert_eq!(verdict("yes", "always", ""), some("the server's disk has what was answered"));
        assert!(verdict("yes", "everysec", "").unwrap().contains("the last two seconds"));
        assert!(verdict("yes", "no", "").unwrap().contains("had not written yet"));
    }
}
