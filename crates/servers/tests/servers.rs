//! A server that starts, answers, breaks and comes back as told, and that nobody leaves behind.

#![allow(clippy::print_stdout, reason = "the copies of this binary say what they do")]
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

use authbench_servers::{
    Backend, Daemon, DurableRedisServer, Folder, Kind, MemcachedProgram, PostgresProgram, Program,
    RedisCluster, RedisProgram, RedisServer, Server, StartError,
};

/// Set in a copy of this test binary that plays one of the parts in [`a_copy_of_this_binary_plays_its_part`].
const PART: &str = "AUTHBENCH_SERVICES_TEST_PART";

/// One `#[test]` a case and kind of server.
macro_rules! for_each_kind {
    ($($case:ident),* $(,)?) => {
        mod redis {
            $(#[test] fn $case() { super::$case::<super::RedisProgram>(); })*
        }
        mod postgres {
            $(#[test] fn $case() { super::$case::<super::PostgresProgram>(); })*
        }
        mod memcached {
            $(#[test] fn $case() { super::$case::<super::MemcachedProgram>(); })*
        }
    };
}

for_each_kind!(
    a_stopped_server_leaves_neither_process_nor_folder,
    a_killed_watchdog_does_not_save_the_server_from_its_stop,
    comes_back_at_the_same_address_after_being_killed,
    a_paused_server_is_silent_until_resumed,
    a_starter_killed_with_sigkill_leaves_neither_server_nor_folder,
    says_how_to_install_what_is_missing,
    a_given_server_is_used_instead_of_starting_one,
);

/// The backend, or nothing where its program is not installed and not required.
fn start<B: Backend>() -> Option<B> {
    match B::start() {
        Ok(server) => Some(server),
        Err(StartError::NotInstalled { program, .. })
            if env::var_os("AUTHBENCH_REQUIRE_SERVICES").is_none() && env::var_os("CI").is_none() =>
        {
            eprintln!("skipped, not available: {}", program);
            None
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// A connection to the port in a URL.
fn connect(url: &str) -> std::io::Result<TcpStream> {
    let (_, address) = url.rsplit_once("//").unwrap();
    let address = address.rsplit_once('@').map_or(address, |(_, address)| address);
    TcpStream::connect(address.split('/').next().unwrap())
}

/// Asks what the server answers to anyone: its state, or, of PostgreSQL, whether it speaks TLS.
fn answers(url: &str) -> bool {
    let question: &[u8] = match url.split(':').next().unwrap() {
        "redis" => b"PING\r\n",
        "memcached" => b"version\r\n",
        "postgresql" => &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f],
        other => panic!("{other}"),
    };
    let Ok(mut stream) = connect(url) else { return false };
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    stream.write_all(question).is_ok() && stream.read_exact(&mut [0]).is_ok()
}

fn is_running(process: u32) -> bool {
    // An orphan may stay behind as a zombie (Z) where nobody collects it, as in a container.
    let state = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap();
    let state = String::from_utf8(state.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(10), "not within 10 s: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn redis_answers_over_both_transports_with_the_stated_settings() {
    let Some(server) = start::<RedisServer>() else { return };
    assert!(answers(&server.tcp_url()));
    let url = server.socket_url().unwrap();
    let mut socket = UnixStream::connect(url.strip_prefix("redis+unix://").unwrap()).unwrap();
    socket.write_all(b"PING\r\n").unwrap();
    let mut answer = [0; 7];
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
    assert!(server.version().split('.').count() >= 2, "{}", server.version());

    for (name, value) in server.settings() {
        let mut stream = BufReader::new(connect(&server.tcp_url()).unwrap());
        stream.get_mut().write_all(format!("CONFIG GET {name}\r\n").as_bytes()).unwrap();
        // *2, $n, the name, $n, the value.
        let lines: Vec<String> = stream.lines().take(5).map(Result::unwrap).collect();
        assert_eq!(lines[4], value, "{name}");
    }
}

#[test]
fn redis_with_a_log_keeps_what_it_has_answered_through_a_kill_and_redis_without_one_does_not() {
    fn value_after_a_kill<P: Program>(mut server: Daemon<P>) -> String {
        let ask = |url: &str, command: &str| {
            let mut stream = BufReader::new(connect(url).unwrap());
            stream.get_mut().write_all(command.as_bytes()).unwrap();
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            line.trim().to_owned()
        };
        assert_eq!(ask(&server.tcp_url(), "SET key value\r\n"), "+OK");
        server.kill();
        server.restart().unwrap();
        ask(&server.tcp_url(), "GET key\r\n")
    }
    let Some(durable) = start::<DurableRedisServer>() else { return };
    assert_eq!(value_after_a_kill(durable), "$5");
    let Some(forgetful) = start::<RedisServer>() else { return };
    assert_eq!(value_after_a_kill(forgetful), "$-1");
}

#[test]
fn six_servers_become_a_cluster_that_survives_the_loss_of_one() {
    let Some(mut cluster) = start::<RedisCluster>() else { return };
    let state = |port_of: &str, field: &str| {
        let mut stream = connect(port_of).unwrap();
        stream.write_all(b"CLUSTER INFO\r\n").unwrap();
        let lines = BufReader::new(stream).lines().map(Result::unwrap);
        let found = lines.take(20).find_map(|line| line.strip_prefix(field).map(str::to_owned));
        found.unwrap().trim_start_matches(':').trim().to_owned()
    };
    let urls: Vec<String> = cluster.tcp_url().split(',').map(str::to_owned).collect();
    assert_eq!(urls.len(), 3);
    for url in &urls {
        assert_eq!(state(url, "cluster_slots_ok"), "16384");
        assert_eq!(state(url, "cluster_size"), "3");
    }
    let processes = cluster.processes();
    assert_eq!(processes.len(), 6);

    cluster.nodes()[0].kill();
    let epoch = || state(&urls[1], "cluster_current_epoch").parse::<u32>().unwrap();
    let before = epoch();
    wait_until("a replica takes the lost primary's place", || {
        epoch() > before && state(&urls[1], "cluster_slots_ok") == "16384"
    });
    cluster.restart().unwrap();
    assert_eq!(state(&urls[0], "cluster_state"), "ok");
    let processes = cluster.processes();
    drop(cluster);
    assert!(!processes.into_iter().any(is_running));
}

fn a_stopped_server_leaves_neither_process_nor_folder<P: Program>() {
    let Some(server) = start::<Daemon<P>>() else { return };
    let process = server.process_id().unwrap();
    let folder = server.folder().to_owned();
    assert!(is_running(process) && folder.exists());
    let family = descendants(process);
    drop(server);
    wait_until("the server's children end", || !family.iter().any(|process| is_running(*process)));
    assert!(!is_running(process));
    assert!(!folder.exists());
}

fn a_killed_watchdog_does_not_save_the_server_from_its_stop<P: Program>() {
    let Some(server) = start::<Daemon<P>>() else { return };
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

fn comes_back_at_the_same_address_after_being_killed<P: Program>() {
    let Some(mut server) = start::<Daemon<P>>() else { return };
    let (url, socket) = (server.tcp_url(), server.socket_url());
    let first = server.process_id().unwrap();
    assert!(answers(&url));
    server.kill();
    assert!(!is_running(first));
    assert_eq!(server.process_id(), None);
    wait_until("nobody answers", || !answers(&url));
    assert!(server.pause().is_err(), "nothing is there to freeze");

    for _ in 0..3 {
        server.restart().unwrap();
        assert_eq!((server.tcp_url(), server.socket_url()), (url.clone(), socket.clone()));
        assert!(answers(&url));
    }
    assert_ne!(server.process_id(), Some(first));
}

fn a_paused_server_is_silent_until_resumed<P: Program>() {
    let Some(mut server) = start::<Daemon<P>>() else { return };
    let url = server.tcp_url();
    server.pause().unwrap();
    wait_until("silence", || !answers(&url));
    server.resume().unwrap();
    wait_until("an answer", || answers(&url));
    server.pause().unwrap();
    let process = server.process_id().unwrap();
    drop(server);
    assert!(!is_running(process), "a frozen server is stopped as well");
}

fn a_starter_killed_with_sigkill_leaves_neither_server_nor_folder<P: Program>() {
    if start::<Daemon<P>>().is_none() {
        return;
    }
    let mut starter = play::<P>("hold").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(starter.stdout.take().unwrap()).lines().map(Result::unwrap);
    // The test harness prints around what the part says, and sometimes before it on the same line.
    let mut said = |key: &str| {
        let line = lines.find(|line| line.contains(key)).unwrap();
        line.split(key).nth(1).unwrap().trim().to_owned()
    };
    let process = said("process=").parse().unwrap();
    let folder = PathBuf::from(said("folder="));
    assert!(is_running(process) && folder.exists());
    let family = descendants(process);

    starter.kill().unwrap();
    starter.wait().unwrap();
    wait_until("the server ends", || !is_running(process));
    wait_until("its children end", || !family.iter().any(|process| is_running(*process)));
    wait_until("its folder is removed", || !folder.exists());
}

#[test]
fn a_folder_is_removed_whether_it_is_dropped_or_kept_by_a_process_that_ends_or_is_killed() {
    let dropped = Folder::create().unwrap();
    let path = PathBuf::from(dropped.path());
    assert!(path.is_dir());
    drop(dropped);
    assert!(!path.exists());

    for killed in [false, true] {
        let mut keeper = part("keep a folder").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // Held on to: the harness says more after the part.
        let mut lines = BufReader::new(keeper.stdout.take().unwrap()).lines().map(Result::unwrap);
        let folder = lines.find_map(|line| Some(line.split_once("folder=")?.1.trim().to_owned()));
        let folder = PathBuf::from(folder.unwrap());
        assert!(folder.join("kept").exists(), "while its keeper lives");
        if killed {
            keeper.kill().unwrap();
        }
        drop(keeper.stdin.take());
        assert_eq!(keeper.wait().unwrap().success(), !killed);
        wait_until("the folder is removed", || !folder.exists());
    }
}

fn says_how_to_install_what_is_missing<P: Program>() {
    // PostgreSQL is looked for beyond `PATH` as well, where no test can hide it.
    if P::NAME == "postgres" {
        return;
    }
    let output = play::<P>("start").env("PATH", "").env_remove(kind::<P>().variable()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("NotInstalled"), "{said}");
    assert!(said.contains(&format!("apt-get install {}", P::NAME)), "{said}");
    assert!(said.contains(kind::<P>().variable()), "{said}");
}

fn a_given_server_is_used_instead_of_starting_one<P: Program>() {
    let output = play::<P>("start")
        .env("PATH", "")
        .env(kind::<P>().variable(), "some://:s3cret@192.0.2.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Given(..)"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

/// This binary once more, running nothing but the part, with that kind of server.
fn play<P: Program>(what: &str) -> Command {
    part(&format!("{what} {}", P::NAME))
}

fn part(name: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "a_copy_of_this_binary_plays_its_part", "--nocapture"]).env(PART, name);
    command
}

#[test]
fn a_copy_of_this_binary_plays_its_part() {
    let Ok(part) = env::var(PART) else { return };
    match part.as_str() {
        "hold redis-server" => hold::<RedisProgram>(),
        "hold postgres" => hold::<PostgresProgram>(),
        "hold memcached" => hold::<MemcachedProgram>(),
        "start redis-server" => obtain(Kind::Redis),
        "start postgres" => obtain(Kind::Postgres),
        "start memcached" => obtain(Kind::Memcached),
        "keep a folder" => keep_a_folder(),
        other => panic!("{other}"),
    }
}

fn kind<P: Program>() -> Kind {
    match P::NAME {
        "redis-server" => Kind::Redis,
        "postgres" => Kind::Postgres,
        "memcached" => Kind::Memcached,
        other => panic!("{other}"),
    }
}

fn hold<P: Program>() {
    let server = Daemon::<P>::start().unwrap();
    println!("process={}", server.process_id().unwrap());
    println!("folder={}", server.folder().display());
    thread::sleep(Duration::from_secs(60));
}

/// As a `static` does, which nobody drops. Until the end of the input.
fn keep_a_folder() {
    let folder = std::mem::ManuallyDrop::new(Folder::create().unwrap());
    let path = PathBuf::from(folder.path());
    std::fs::write(path.join("kept"), b"").unwrap();
    println!("folder={}", path.display());
    let _end = std::io::stdin().read_to_end(&mut Vec::new());
}

fn obtain(kind: Kind) {
    match kind.obtain() {
        Ok(service) => println!("{service:?}"),
        Err(error) => println!("{error:?}: {error}"),
    }
}

/// The processes that this one has started.
fn descendants(parent: u32) -> Vec<u32> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid="]).output().unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    let pairs = text.lines().filter_map(|line| line.trim().split_once(' '));
    let children = pairs.filter(|(_, of)| of.trim() == parent.to_string());
    children.map(|(process, _)| process.trim().parse().unwrap()).collect()
}
