//! One instance of a design, as one process of a service has it: on a thread of its own, with connections, caches and
//! background work of its own.

use std::{io, sync::Arc, thread};

use authoriser::CoarseClock;
use catalogue::Environment;

use crate::{background::Prepare, routes::Routed, serve::routes_of, users::Users};

/// An instance at work.
pub struct Instance<T>(thread::JoinHandle<Result<T, String>>);

impl<T: Send + 'static> Instance<T> {
    /// Builds that design of the catalogue on a thread of its own and does the work there.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(
        design: &str,
        environment: Arc<Environment<CoarseClock>>,
        work: Prepare<T>,
    ) -> io::Result<Self> {
        let design = design.to_owned();
        let thread = thread::Builder::new().name("instance".to_owned()).spawn(move || {
            let routes = routes_of(&design).ok_or_else(|| format!("the catalogue has no entry {design}"))?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| error.to_string())?;
            runtime.block_on(async {
                let routed = routes(&environment, Users::without_password(0)).await;
                let Routed { design, .. } = routed.map_err(|error| error.0)?;
                work(design.as_ref()).await
            })
        })?;
        Ok(Self(thread))
    }

    /// What came of the work, once it is done.
    ///
    /// # Errors
    /// Why the design could not be built, or the work failed.
    pub fn join(self) -> Result<T, String> {
        self.0.join().map_err(|_| "an instance panicked".to_owned())?
    }
}
