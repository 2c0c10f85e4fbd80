//! A test that runs itself again in a process that can be killed or put under a limit.

use std::{
    cell::Cell,
    env,
    path::{Path, PathBuf},
    process::Command,
};

thread_local! { static TEST: Cell<&'static str> = const { Cell::new("") } }

/// Runs a test that may run itself again. Its thread's name would do, were it not `main` in a run with one thread.
pub(crate) fn run(path: &'static str, test: fn()) {
    TEST.set(path);
    test();
}

const FOLDER: &str = "AUTHBENCH_TEST_CHILD_FOLDER";

/// The folder that this process is to work in, if it is the child.
pub(crate) fn folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

/// The same test, in a process of its own that works in that folder. Before it starts, the shell does `first`.
pub(crate) fn again(folder: &Path, first: &str) -> Command {
    let (_crate, test) = TEST.get().split_once("::").expect("a test is in a module");
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{first} exec \"$0\" \"$@\"")).arg(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    command
}
