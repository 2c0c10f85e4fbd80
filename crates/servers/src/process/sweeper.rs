//! A folder that does not outlive the process that made it.

use std::{
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Waits for the end of its input, which only the maker holds, and removes the folder then.
const SCRIPT: &str = "trap '' HUP INT; read -r _; PATH=/usr/bin:/bin rm -rf -- \"$1\"";

/// A shell that removes a folder when this is dropped, or when this process ends, however it does: what a `static` holds is
/// never dropped, and a process that is killed drops nothing.
#[derive(Debug)]
pub(crate) struct Sweeper(Child);

impl Sweeper {
    pub(crate) fn over(folder: &Path) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", SCRIPT, "authbench-sweeper"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C goes to the terminal's foreground group; the shell is not in it.
            .process_group(0);
        shell.spawn().map(Self)
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Whether it removed the folder or found it gone is the same to us.
        let _status = self.0.wait();
    }
}
