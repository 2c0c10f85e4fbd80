//! A server that starts, answers, breaks and comes back as told, and that nobody leaves behind.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use authbench_services::{Kind, RedisServer, Server, StartError};

/// Set in a copy of this test binary that plays one of the parts in [`a_copy_of_this_binary_plays_its_part`].
const PART: &str = "AUTHBENCH_SERVICES_TEST_PART";

/// The server, or nothing where Redis is not installed and not required.
fn start() -> Option<RedisServer> {
    match RedisServer::start() {
        Ok(server) => Some(server),
        Err(StartError::NotInstalled { .. })
            if env::var_os("AUTHBENCH_REQUIRE_SERVICES").is_none() && env::var_os("CI").is_none() =>
        {
            eprintln!("skipped, not available: redis-server");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn tcp(server: &RedisServer) -> std::io::Result<TcpStream> {
    TcpStream::connect(server.tcp_url().strip_prefix("redis://").unwrap())
}

fn socket_path(url: &str) -> PathBuf {
    url.strip_prefix("redis+unix://").unwrap().into()
}

fn ask(mut stream: impl Read + Write, question: &str) -> std::io::Result<String> {
    stream.write_all(question.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer)
}

fn is_running(process: u32) -> bool {
    let status = Command::new("sh").args(["-c", &format!("kill -0 {process} 2>/dev/null")]).status();
    status.unwrap().success()
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(10), "not within 10 s: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn answers_over_both_transports_with_the_stated_settings() {
    let Some(server) = start() else { return };
    assert_eq!(ask(tcp(&server).unwrap(), "PING\r\n").unwrap(), "+PONG\r\n");
    let socket = UnixStream::connect(socket_path(&server.socket_url())).unwrap();
    assert_eq!(ask(socket, "PING\r\n").unwrap(), "+PONG\r\n");
    assert!(server.version().split('.').count() >= 2, "{}", server.version());

    for (name, value) in server.settings() {
        let mut stream = BufReader::new(tcp(&server).unwrap());
        stream.get_mut().write_all(format!("CONFIG GET {name}\r\n").as_bytes()).unwrap();
        // *2, $n, the name, $n, the value.
        let lines: Vec<String> = stream.lines().take(5).map(Result::unwrap).collect();
        assert_eq!(lines[4], *value, "{name}");
    }
}

#[test]
fn a_stopped_server_leaves_neither_process_nor_folder() {
    let Some(server) = start() else { return };
    let process = server.process_id().unwrap();
    let folder = socket_path(&server.socket_url()).parent().unwrap().to_owned();
    assert!(is_running(process) && folder.exists());
    drop(server);
    assert!(!is_running(process));
    assert!(!folder.exists());
}

#[test]
fn a_killed_watchdog_does_not_save_the_server_from_its_stop() {
    let Some(server) = start() else { return };
    let process = server.process_id().unwrap();
    let parent = Command::new("ps").args(["-o", "ppid=", "-p", &process.to_string()]).output().unwrap();
    let watchdog = String::from_utf8(parent.stdout).unwrap();
    Command::new("sh").args(["-c", &format!("kill -s KILL {}", watchdog.trim())]).status().unwrap();
    wait_until("the watchdog is gone, the server an orphan", || {
        let parent = Command::new("ps").args(["-o", "ppid=", "-p", &process.to_string()]).output().unwrap();
        String::from_utf8(parent.stdout).unwrap() != watchdog
    });
    assert!(is_running(process));
    drop(server);
    wait_until("the orphan ends", || !is_running(process));
}

#[test]
fn comes_back_on_the_same_port_and_socket_after_being_killed() {
    let Some(mut server) = start() else { return };
    let (url, socket) = (server.tcp_url(), server.socket_url());
    let first = server.process_id().unwrap();
    server.kill();
    assert!(!is_running(first));
    assert_eq!(server.process_id(), None);
    assert!(tcp(&server).is_err(), "answers although it was killed");
    assert!(server.pause().is_err(), "nothing is there to freeze");

    for _ in 0..3 {
        server.restart().unwrap();
        assert_eq!((server.tcp_url(), server.socket_url()), (url.clone(), socket.clone()));
        assert_eq!(ask(tcp(&server).unwrap(), "PING\r\n").unwrap(), "+PONG\r\n");
    }
    assert_ne!(server.process_id(), Some(first));
}

#[test]
fn a_paused_server_is_silent_until_resumed() {
    let Some(mut server) = start() else { return };
    server.pause().unwrap();
    let silent = || {
        let stream = tcp(&server).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        ask(stream, "PING\r\n").is_err()
    };
    wait_until("silence", silent);
    server.resume().unwrap();
    assert_eq!(ask(tcp(&server).unwrap(), "PING\r\n").unwrap(), "+PONG\r\n");
    server.pause().unwrap();
    let process = server.process_id().unwrap();
    drop(server);
    assert!(!is_running(process), "a frozen server is stopped as well");
}

#[test]
fn a_starter_killed_with_sigkill_leaves_neither_server_nor_folder() {
    if start().is_none() {
        return;
    }
    let mut starter = play("hold").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(starter.stdout.take().unwrap()).lines().map(Result::unwrap);
    // The test harness prints around what the part says, and sometimes before it on the same line.
    let mut said = |key: &str| {
        let line = lines.find(|line| line.contains(key)).unwrap();
        line.split(key).nth(1).unwrap().trim().to_owned()
    };
    let process = said("process=").parse().unwrap();
    let folder = socket_path(&said("socket=")).parent().unwrap().to_owned();
    assert!(is_running(process) && folder.exists());

    starter.kill().unwrap();
    starter.wait().unwrap();
    wait_until("the server ends", || !is_running(process));
    wait_until("its folder is removed", || !folder.exists());
}

#[test]
fn says_how_to_install_what_is_missing() {
    let output = play("start").env("PATH", "").env_remove(Kind::Redis.variable()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("NotInstalled"), "{said}");
    assert!(said.contains("apt-get install redis-server"), "{said}");
    assert!(said.contains(Kind::Redis.variable()), "{said}");
}

#[test]
fn a_given_server_is_used_instead_of_starting_one() {
    let output = play("start")
        .env("PATH", "")
        .env(Kind::Redis.variable(), "redis://:s3cret@192.0.2.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Given(..)"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

/// This binary once more, running nothing but the part.
fn play(part: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "a_copy_of_this_binary_plays_its_part", "--nocapture"]).env(PART, part);
    command
}

#[test]
fn a_copy_of_this_binary_plays_its_part() {
    match env::var(PART).as_deref() {
        Ok("hold") => {
            let server = RedisServer::start().unwrap();
            println!("process={}", server.process_id().unwrap());
            println!("socket={}", server.socket_url());
            thread::sleep(Duration::from_secs(60));
        }
        Ok("start") => match Kind::Redis.obtain() {
            Ok(redis) => println!("{redis:?}"),
            Err(error) => println!("{error:?}: {error}"),
        },
        _ => {}
    }
}
