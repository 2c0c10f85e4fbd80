//! PostgreSQL: a database cluster of the suite's own, made by `initdb`.

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read},
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    Daemon, Program, StartError,
    daemon::Fails,
    paths::Paths,
    process::{find_program, find_versioned},
};

/// A PostgreSQL server of the suite's own. URLs are `postgresql://user:password@127.0.0.1:<port>/postgres` and the same with
/// the folder of the unix socket as a parameter.
pub type PostgresServer = Daemon<PostgresProgram>;

/// The role that owns the cluster.
const ROLE: &str = "authbench";

/// What is particular to PostgreSQL.
///
/// The password keeps other users of the machine out: whoever is let in as the owner of a cluster may run programs as
/// the account that the server runs as.
pub struct PostgresProgram {
    password: String,
}

impl Program for PostgresProgram {
    const NAME: &'static str = "postgres";
    const ADVICE: &'static str = "install it (Debian, Ubuntu: `apt-get install postgresql`; Fedora: `dnf install postgresql-server`; macOS: `brew \
                  install postgresql`) or name a running server in AUTHBENCH_POSTGRES_URL";
    const REACHED: &'static str = "started by the suite, over TCP on the loopback interface";
    const SETTINGS: &'static [(&'static str, &'static str)] = &[
        // As durable as PostgreSQL is unless told otherwise: a login that was answered survives a loss of power.
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        // A million sessions with both indices fit.
        ("shared_buffers", "512MB"),
        ("max_wal_size", "1GB"),
        ("autovacuum", "on"),
        // Its default as of version 12 compiles nothing as short as a point query.
        ("jit", "off"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_permissions", "0700"),
        ("max_connections", "50"),
        ("logging_collector", "off"),
    ];
    const ACCOUNTS: &'static [&'static str] = &["postgres", "nobody"];

    /// Debian and its kin keep all but `psql` out of `PATH`.
    fn find() -> Option<PathBuf> {
        const FOLDERS: [(&str, &str); 4] = [
            ("/usr/lib/postgresql/", "bin"),          // Debian
            ("/usr/pgsql-", "bin"), // packages of the PostgreSQL project for Fedora and its kin
            ("/usr/libexec/postgresql", ""), // Alpine
            ("/opt/homebrew/opt/postgresql@", "bin"), // Homebrew
        ];
        let name = Self::NAME;
        let versioned = || FOLDERS.iter().find_map(|(prefix, suffix)| find_versioned(prefix, suffix, name));
        find_program(name).or_else(versioned)
    }

    fn prepare(paths: &Paths) -> Result<Self, StartError> {
        let password = random_password().map_err(Self::system)?;
        initdb(paths, &password)?;
        Ok(Self { password })
    }

    fn arguments(&self, paths: &Paths) -> Vec<OsString> {
        let folder = paths.folder().display();
        let mut arguments: Vec<OsString> = vec![
            "-D".into(),
            data(paths).into(),
            "-p".into(),
            paths.port().to_string().into(),
            "-c".into(),
            format!("unix_socket_directories={folder}").into(),
        ];
        for (name, value) in Self::SETTINGS {
            arguments.extend(["-c".into(), format!("{name}={value}").into()]);
        }
        arguments
    }

    /// By the server's own account in `postmaster.pid`: its process on the first line, its state on the eighth.
    fn is_ready(&self, paths: &Paths, process: u32) -> io::Result<()> {
        let said = fs::read_to_string(data(paths).join("postmaster.pid"))?;
        let line = |number: usize| said.lines().nth(number).map_or("", str::trim);
        if line(0) == process.to_string() && line(7) == "ready" {
            Ok(())
        } else {
            Err(io::ErrorKind::NotConnected.into())
        }
    }

    fn version(&self, paths: &Paths) -> io::Result<String> {
        let output = Command::new(paths.program()).arg("--version").output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        said.split_whitespace().nth(2).map(str::to_owned).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn tcp_url(&self, paths: &Paths) -> String {
        format!("postgresql://{ROLE}:{}@{}/postgres", self.password, paths.address())
    }

    fn socket_url(&self, paths: &Paths) -> Option<String> {
        let (password, port, folder) = (&self.password, paths.port(), paths.folder().display());
        Some(format!("postgresql:///postgres?host={folder}&port={port}&user={ROLE}&password={password}"))
    }
}

/// Makes the cluster. Without `fsync`, which would guard files that the next loss of power may well take.
fn initdb(paths: &Paths, password: &str) -> Result<(), StartError> {
    let program = paths.program().with_file_name("initdb");
    let pass_file = paths.folder().join("password");
    let (log, account) = (paths.log(), paths.account());
    let run = || {
        fs::write(&pass_file, password)?;
        if let Some(account) = account {
            account.own(&pass_file)?;
        }
        let mut command = Command::new(&program);
        if let Some(account) = account {
            account.adopt(&mut command);
        }
        command
            .arg("--pgdata")
            .arg(data(paths))
            .arg("--pwfile")
            .arg(&pass_file)
            .args(["--username", ROLE, "--auth", "scram-sha-256"])
            .args(["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"])
            .current_dir(paths.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .status()
    };
    let status = run();
    let removed = fs::remove_file(&pass_file);
    if !status.and_then(|status| removed.map(|()| status)).map_err(PostgresProgram::system)?.success() {
        return Err(StartError::Exited { program: "initdb", log: paths.log_tail() });
    }
    Ok(())
}

fn data(paths: &Paths) -> PathBuf {
    paths.folder().join("data")
}

/// 128 bits in hexadecimal.
fn random_password() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` does not fail.
        let _written = write!(text, "{byte:02x}");
        text
    }))
}
