//! A thread that follows something for as long as its design lives.

use std::thread;

use session::StoreError;
use tokio::sync::oneshot;

/// Runs this on a thread of that name, until what is returned is dropped. The thread has a runtime of its own, so that one that is busy
/// with requests does not make what is followed look silent.
///
/// # Errors
/// [`StoreError::Unavailable`], which says `unavailable`, when no thread can be started.
pub(crate) fn follow(
    name: &str,
    unavailable: &str,
    run: impl Future<Output = ()> + Send + 'static,
) -> Result<oneshot::Sender<()>, StoreError> {
    let failed = |_| StoreError::Unavailable(unavailable.to_owned());
    let (running, ended) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let run = async {
        tokio::select! {
            _ = ended => {}
            () = run => {}
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(move || runtime.block_on(run)).map_err(failed)?;
    Ok(running)
}
