//! One invocation of the program, from its arguments to its end.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write as _, pipe},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::PATIENCE;

/// The program about to be started.
#[must_use]
pub(crate) struct Invocation(Command);

impl Invocation {
    /// At a desk: its results, its working directory, its temporary folder, and nothing of the tester's own settings.
    pub(super) fn new(desk: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authbench"));
        for foreign in ["AUTHBENCH_REDIS_URL", "AUTHBENCH_ROUND", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(foreign);
        }
        command
            .args(arguments)
            .current_dir(desk)
            .env("AUTHBENCH_RESULTS", desk.join("results"))
            .env("TMPDIR", desk.join("tmp"))
            // Tests run side by side.
            .env("AUTHBENCH_BIND", "0")
            // The source tree may be committed to while a test runs, and a run is only resumed on its own commit.
            .env("GIT_DIR", desk.join("no-repository"))
            .stdin(Stdio::null());
        Self(command)
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// As on a machine where redis-server is not installed.
    pub(crate) fn without_redis(self) -> Self {
        self.with("PATH", "/no/programs/here")
    }

    /// With a server that the user names.
    pub(crate) fn with_redis(self, url: &str) -> Self {
        self.with("AUTHBENCH_REDIS_URL", url)
    }

    pub(crate) fn in_folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// With these bytes on its standard input, through a pipe as a shell would.
    pub(crate) fn reading(mut self, input: impl AsRef<[u8]>) -> Self {
        let (reader, mut writer) = pipe().unwrap();
        let input = input.as_ref().to_vec();
        // It may end without reading all of it.
        thread::spawn(move || writer.write_all(&input).ok());
        self.0.stdin(reader);
        self
    }

    /// Starts it and waits for its end.
    pub(crate) fn run(self) -> Told {
        self.start().end()
    }

    /// Runs it with a standard output whose reader has already gone, as in `authbench list | head -1`.
    pub(crate) fn run_unread(mut self) -> Told {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        self.0.stdout(writer);
        Running::new(self.0).end()
    }

    /// Runs it with its standard output in a file.
    pub(crate) fn run_into(mut self, file: File) -> Told {
        self.0.stdout(file);
        Running::new(self.0).end()
    }

    pub(crate) fn start(mut self) -> Running {
        self.0.stdout(Stdio::piped());
        Running::new(self.0)
    }
}

/// The program while it runs.
pub(crate) struct Running {
    child: Child,
    output: Option<JoinHandle<String>>,
    lines: Receiver<String>,
    errors: String,
}

impl Running {
    fn new(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        // Its own end of a pipe that was handed over stays open in the command.
        drop(command);
        let output = child.stdout.take().map(|mut output| {
            thread::spawn(move || {
                let mut text = String::new();
                output.read_to_string(&mut text).unwrap();
                text
            })
        });
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || {
            // Line feeds are kept, and carriage returns: the tests look at them.
            let mut line = String::new();
            while errors.read_line(&mut line).unwrap_or(0) > 0 && send.send(std::mem::take(&mut line)).is_ok()
            {
            }
        });
        Self { child, output, lines, errors: String::new() }
    }

    /// Waits for the progress line of the first finished round.
    pub(crate) fn until_a_round_is_done(mut self) -> Self {
        while !self.errors.contains("round 1") {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.errors.push_str(&line),
                Err(_) => self.give_up("no round was finished"),
            }
        }
        self
    }

    /// Sends it a signal, by its id alone.
    pub(crate) fn signal(&self, name: &str) {
        let order = format!("kill -s {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &order]).status().unwrap().success(), "{order}");
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(self) -> Self {
        self.signal("INT");
        self
    }

    /// Kills it, so that it cannot tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Told {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > PATIENCE {
                self.give_up("it does not end");
            }
            thread::sleep(Duration::from_millis(5));
        };
        self.errors.extend(self.lines.iter());
        let output = self.output.take().map(|reader| reader.join().unwrap()).unwrap_or_default();
        Told { status, output, errors: std::mem::take(&mut self.errors) }
    }

    fn give_up(&mut self, why: &str) -> ! {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.errors.extend(self.lines.iter());
        panic!("{why}, within {PATIENCE:?}; it said:\n{}", self.errors);
    }
}

impl Drop for Running {
    /// A test that failed leaves no program behind. One that has ended is known to have, and not looked for again.
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// What the program said, and how it ended.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    status: ExitStatus,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Told {
    /// It ended with that code, and did not panic on the way.
    #[track_caller]
    pub(crate) fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{}\n{}", self.output, self.errors);
        assert!(!self.errors.contains("panicked"), "{}", self.errors);
        self
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        self.ended_with(0)
    }

    /// It failed, and its one complaint holds these words.
    #[track_caller]
    pub(crate) fn failed_saying(self, words: &[&str]) -> Self {
        self.ended_with(1).complained_once(words)
    }

    /// The command line made no sense to it, and its one complaint holds these words.
    #[track_caller]
    pub(crate) fn made_no_sense(self, words: &[&str]) -> Self {
        self.ended_with(2).complained_once(words)
    }

    #[track_caller]
    fn complained_once(self, words: &[&str]) -> Self {
        assert_eq!(self.errors.matches("error: ").count(), 1, "{}", self.errors);
        assert_eq!(self.output, "", "complaints are no output");
        self.said_on_errors(words)
    }

    #[track_caller]
    pub(crate) fn said(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.output.contains(word), "`{word}` is not in:\n{}", self.output);
        }
        self
    }

    #[track_caller]
    pub(crate) fn said_on_errors(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.errors.contains(word), "`{word}` is not in:\n{}", self.errors);
        }
        self
    }
}
