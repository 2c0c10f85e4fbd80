//! The one thread that writes: many changes share a commit, and each is answered after it.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::{
    mpsc::{self, error::TryRecvError, error::TrySendError},
    oneshot,
};

use super::{
    changes::Change,
    engine::{Engine, Failure, TreesMut},
    folder::Folder,
    patience::{Patience, Watch},
    views::Views,
};

/// Changes that may wait. Who comes when the queue is full waits for room, without blocking a thread.
const QUEUE: usize = 4_096;
/// Changes that share a commit at most, so that the first of them does not wait for ever.
const BATCH: usize = 1_024;
/// For so long after a failure changes are refused at once: a full disk is not written to thousands of times a second,
/// and files that must be opened again are not opened again and again.
const PAUSE: Duration = Duration::from_millis(250);
const TICK: Duration = Duration::from_millis(5);

/// The writer of a store. Dropping it waits until everything that was accepted is committed.
#[derive(Debug)]
pub(super) struct Writer {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    patience: Arc<Patience>,
    _watch: Watch,
}

enum Order {
    Change(Box<dyn Job>),
    /// Begin anew with empty files.
    Wipe(oneshot::Sender<Result<(), Failure>>),
}

const GONE: Failure = Failure::refused("the writer has ended");

impl Writer {
    /// Starts the thread. It holds the folder and the engine to its end. When a commit takes longer than the limit, callers
    /// are told so.
    pub(super) fn start<E: Engine>(
        folder: Folder,
        engine: E,
        views: Arc<Views<E::View>>,
        limit: Duration,
    ) -> Result<Self, Failure> {
        let (orders, queue) = mpsc::channel(QUEUE);
        let patience = Patience::new(limit);
        let watch = patience.watch(format!("{} patience", E::NAME))?;
        let of_thread = Arc::clone(&patience);
        let state = Thread { queue, folder, engine: Some(engine), views, wiped: false, patience: of_thread };
        let name = format!("{} writer", E::NAME);
        let thread = thread::Builder::new().name(name).spawn(move || state.run());
        let thread = thread.map_err(|_| Failure::refused("no thread for the writer"))?;
        Ok(Self { orders: Some(orders), thread: Some(thread), patience, _watch: watch })
    }

    /// Has a change made and waits until it is on the disk. A caller who gives up waiting, or is told that the disk does not
    /// answer, does not stop it.
    pub(super) async fn ask<C: Change>(&self, change: C) -> Result<C::Answer, Failure> {
        let (asker, answer) = oneshot::channel();
        let asked = async {
            self.send(Order::Change(Box::new(Asked { change, answer: None, asker }))).await?;
            answer.await.map_err(|_| GONE)?
        };
        self.patience.bound(asked).await
    }

    /// Has a change made some time soon, or never if the queue is full.
    pub(super) fn tell<C: Change<Answer = ()>>(&self, change: C) -> Result<(), Failure> {
        let orders = self.orders.as_ref().ok_or(GONE)?;
        match orders.try_send(Order::Change(Box::new(Told(change)))) {
            Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
            Err(TrySendError::Closed(_)) => Err(GONE),
        }
    }

    /// Removes everything.
    pub(super) async fn wipe(&self) -> Result<(), Failure> {
        let (asker, answer) = oneshot::channel();
        let asked = async {
            self.send(Order::Wipe(asker)).await?;
            answer.await.map_err(|_| GONE)?
        };
        self.patience.bound(asked).await
    }

    async fn send(&self, order: Order) -> Result<(), Failure> {
        let orders = self.orders.as_ref().ok_or(GONE)?;
        orders.send(order).await.map_err(|_| GONE)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // If it panicked, that was reported when it did.
            let _ = thread.join();
        }
    }
}

/// A change with whoever waits for it.
trait Job: Send {
    fn apply(&mut self, trees: &mut dyn TreesMut) -> Result<(), Failure>;

    /// Called when readers see the change, or it has failed.
    fn settle(self: Box<Self>, committed: Result<(), Failure>);
}

struct Asked<C: Change> {
    change: C,
    answer: Option<C::Answer>,
    asker: oneshot::Sender<Result<C::Answer, Failure>>,
}

impl<C: Change> Job for Asked<C> {
    fn apply(&mut self, trees: &mut dyn TreesMut) -> Result<(), Failure> {
        self.answer = Some(self.change.apply(trees)?);
        Ok(())
    }

    fn settle(self: Box<Self>, committed: Result<(), Failure>) {
        let Self { answer, asker, .. } = *self;
        // Whoever gave up waiting is not told.
        let _ = asker.send(committed.and_then(|()| answer.ok_or(GONE)));
    }
}

struct Told<C>(C);

impl<C: Change<Answer = ()>> Job for Told<C> {
    fn apply(&mut self, trees: &mut dyn TreesMut) -> Result<(), Failure> {
        self.0.apply(trees)
    }

    fn settle(self: Box<Self>, _: Result<(), Failure>) {}
}

/// What the thread has.
struct Thread<E: Engine> {
    queue: mpsc::Receiver<Order>,
    folder: Folder,
    /// None when it broke and could not be opened again yet.
    engine: Option<E>,
    views: Arc<Views<E::View>>,
    /// Whether nothing was stored since everything was removed.
    wiped: bool,
    patience: Arc<Patience>,
}

impl<E: Engine> Thread<E> {
    fn run(mut self) {
        let patience = Arc::clone(&self.patience);
        let mut batch = Vec::new();
        while let Some(order) = self.queue.blocking_recv() {
            let wipe = self.gather(order, &mut batch);
            if !batch.is_empty() {
                self.wiped = false;
                let committed = patience.time(|| self.commit(&mut batch));
                self.close_if_broken(committed);
                batch.drain(..).for_each(|job| job.settle(committed));
                if let Err(failure) = committed {
                    self.recover(failure);
                }
            }
            if let Some(asker) = wipe {
                // Not timed: gigabytes of files take as long as they take, and who clears a store has no users to keep waiting.
                let wiped = self.wipe();
                self.close_if_broken(wiped);
                let _ = asker.send(wiped);
                if let Err(failure) = wiped {
                    self.recover(failure);
                }
            }
        }
        // Readers let go of the files before the engine closes them.
        self.views.close();
        drop(self.engine);
        if self.wiped {
            // What cannot be removed is empty.
            let _ = self.folder.remove();
        }
    }

    /// Takes what is waiting, up to the order to remove everything. Nobody is waited for: what arrives during a commit is
    /// the next batch, so commits grow with the load and a lone login has one of its own.
    fn gather(
        &mut self,
        first: Order,
        batch: &mut Vec<Box<dyn Job>>,
    ) -> Option<oneshot::Sender<Result<(), Failure>>> {
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Change(job) => batch.push(job),
                Order::Wipe(asker) => return Some(asker),
            }
            next = if batch.len() < BATCH { self.queue.try_recv().ok() } else { None };
        }
        None
    }

    /// Makes the changes and lets readers see them.
    fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
        let engine = self.engine.as_mut().ok_or(Failure::broken("closed"))?;
        engine.transact(&mut |trees| batch.iter_mut().try_for_each(|job| job.apply(trees)))?;
        if !E::VIEWS_FOLLOW {
            self.show()?;
        }
        Ok(())
    }

    /// Gives readers views of what is committed now. If that fails, nobody may read what is older than an answer.
    fn show(&self) -> Result<(), Failure> {
        let engine = self.engine.as_ref().ok_or(Failure::broken("closed"))?;
        match engine.views(self.views.len()) {
            Ok(views) => {
                self.views.replace(views);
                Ok(())
            }
            Err(failure) => {
                self.views.close();
                Err(Failure::broken(failure.reason()))
            }
        }
    }

    fn wipe(&mut self) -> Result<(), Failure> {
        self.close();
        self.folder.empty()?;
        self.open()?;
        self.wiped = true;
        Ok(())
    }

    fn close(&mut self) {
        self.views.close();
        self.engine = None;
    }

    /// Before anybody is told of the failure: whoever finds the store answering after it finds it opened again.
    fn close_if_broken(&mut self, outcome: Result<(), Failure>) {
        if outcome.is_err_and(|failure| failure.is_broken()) {
            self.close();
        }
    }

    fn open(&mut self) -> Result<(), Failure> {
        self.engine = Some(E::open(self.folder.path())?);
        self.folder.sync()?;
        self.show()
    }

    /// Refuses changes for a while; opens the files again if they were closed, until it succeeds. Readers go on meanwhile
    /// where the engine is intact.
    fn recover(&mut self, failure: Failure) {
        let until = Instant::now() + PAUSE;
        let mut next_attempt = Instant::now();
        loop {
            // By the time alone: callers who ask again at once may never leave the queue empty.
            if self.engine.is_some() && Instant::now() >= until {
                return;
            }
            if self.engine.is_none() && Instant::now() >= next_attempt {
                let patience = Arc::clone(&self.patience);
                if patience.time(|| self.open()).is_err() {
                    self.close();
                }
                next_attempt = Instant::now() + PAUSE;
            }
            match self.queue.try_recv() {
                Ok(Order::Change(job)) => job.settle(Err(failure)),
                Ok(Order::Wipe(asker)) => drop(asker.send(Err(failure))),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => thread::sleep(TICK),
            }
        }
    }
}

#[cfg(all(test, feature = "redb"))]
mod tests;
