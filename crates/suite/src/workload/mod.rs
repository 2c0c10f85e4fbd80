//! Who logs in, and whose request comes next.
//!
//! Everything random is drawn outside the timed region, from the seed of the round. The bytes of the next requests are
//! copied together before a sample starts, as a network stack copies them in: a contestant's inputs are warm, while what
//! it looks up is as cold as the population makes it.

mod clock;
mod payload;

pub(crate) use self::{clock::BenchClock, payload::private_claims};
pub(crate) use load::{Choice, Draws};

use authoriser::{Denial, IssueError, Permission, PermissionSet, Principal, Untimed, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use measure::{allocations, sampler::Failure};

/// The user of that number. Ids have ten digits, like those of a large service.
pub(crate) const fn user(index: usize) -> UserId {
    UserId(1_000_000_000 + index as u64)
}

/// The user of that number with three permissions, none of them `admin`.
pub(crate) fn principal(index: usize) -> Principal {
    Principal { user: user(index), name: format!("customer-{index}"), permissions: rights() }
}

/// What every user may do.
pub(crate) const fn rights() -> PermissionSet {
    PermissionSet::EMPTY
        .with(Permission::OrdersRead)
        .with(Permission::OrdersWrite)
        .with(Permission::ProfileRead)
}

/// Why a population could not be logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotLoggedIn {
    /// A login failed.
    #[error("cannot log the population in: {0}")]
    Issue(#[from] IssueError),
    /// The first login, which was a trial, could not be undone.
    #[error("cannot log the first user out again: {0}")]
    Undo(#[from] Denial),
}

/// The credentials of a population of logged-in users, one each.
pub(crate) struct Credentials {
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Whose they are, where some of the users have none.
    users: Option<Vec<usize>>,
}

impl Credentials {
    /// Logs everybody in, `in_flight` at once, where nobody was. Tells also how many bytes of this process's memory each
    /// login holds on to beyond the credential.
    pub(crate) async fn issue(
        design: &dyn Untimed,
        population: usize,
        in_flight: usize,
    ) -> Result<(Self, f64), NotLoggedIn> {
        // The first login may take room for many.
        let counting = allocations::Counting::start();
        let length = design.issue_untimed(&principal(0)).await?.len();
        design.revoke_all_untimed(user(0)).await?;
        let first = counting.stop();

        // Reserved before, with room for ids of different lengths, so that only the design's own memory is counted.
        let mut all = Self {
            text: Vec::with_capacity((length + 16) * population),
            ends: Vec::with_capacity(population + 1),
            users: None,
        };
        all.ends.push(0);
        let logins = stream::iter(
            (0..population).map(|index| async move { design.issue_untimed(&principal(index)).await }),
        );
        let mut logins = logins.buffered(in_flight);
        let counting = allocations::Counting::start();
        while let Some(credential) = logins.try_next().await? {
            all.text.extend_from_slice(credential.reveal().as_bytes());
            all.ends.push(all.text.len());
        }
        let heap = counting.stop();
        let allocated = first.live_bytes + heap.live_bytes;
        Ok((all, (allocated as f64 + design.bytes_mapped() as f64) / population as f64))
    }

    /// Logs everybody in, `in_flight` at once, and does nothing besides.
    pub(crate) async fn issue_alone(
        design: &dyn Untimed,
        population: usize,
        in_flight: usize,
    ) -> Result<Self, NotLoggedIn> {
        let mut all = Self { text: Vec::new(), ends: vec![0], users: None };
        let logins =
            (0..population).map(|index| async move { design.issue_untimed(&principal(index)).await });
        let mut logins = stream::iter(logins).buffered(in_flight);
        while let Some(credential) = logins.try_next().await? {
            all.text.extend_from_slice(credential.reveal().as_bytes());
            all.ends.push(all.text.len());
        }
        Ok(all)
    }

    /// Logs everybody out again.
    pub(crate) async fn revoke(self, design: &dyn Untimed) -> Result<(), Failure> {
        for index in 0..self.len() {
            let gone = design.revoke_untimed(self.get(index).0).await;
            gone.map_err(|denial| Failure(format!("cannot log the population out: {denial}")))?;
        }
        Ok(())
    }

    /// Texts that stand for the users in order: the inputs of a floor.
    pub(crate) fn from_texts(texts: impl IntoIterator<Item: AsRef<[u8]>>) -> Self {
        let mut all = Self { text: Vec::new(), ends: vec![0], users: None };
        for text in texts {
            all.text.extend_from_slice(text.as_ref());
            all.ends.push(all.text.len());
        }
        all
    }

    /// Texts that stand for these users.
    pub(crate) fn of_users(texts: impl IntoIterator<Item: AsRef<[u8]>>, users: Vec<usize>) -> Self {
        Self { users: Some(users), ..Self::from_texts(texts) }
    }

    pub(crate) const fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// The credential of the user of that number.
    pub(crate) fn get(&self, index: usize) -> (&[u8], UserId) {
        let owner = self.users.as_ref().map_or(index, |users| users[index]);
        (&self.text[self.ends[index]..self.ends[index + 1]], user(owner))
    }
}

/// A credential of this many bytes is no ordinary one.
const LONG: usize = 32 * 1024;
/// Requests with long credentials take turns with this number of copies, which fit into the second-level cache: gigabytes would be
/// copied otherwise to time refusals of nanoseconds.
const LONG_COPIES: usize = 8;

/// The requests of one sample, their bytes side by side.
#[derive(Default)]
pub(crate) struct Requests {
    bytes: Vec<u8>,
    each: Vec<Request>,
}

#[derive(Clone, Copy)]
struct Request {
    start: u32,
    end: u32,
    user: UserId,
}

impl Requests {
    /// Draws new requests in place of the old ones.
    pub(crate) fn refill(&mut self, requests: usize, credentials: &Credentials, draws: &mut Draws) {
        self.bytes.clear();
        self.each.clear();
        for index in 0..requests {
            let (text, user) = credentials.get(draws.next_index());
            if text.len() > LONG && index >= LONG_COPIES {
                self.each.push(self.each[index - LONG_COPIES]);
                continue;
            }
            let start = self.bytes.len() as u32;
            self.bytes.extend_from_slice(text);
            self.each.push(Request { start, end: self.bytes.len() as u32, user });
        }
    }

    /// The credential presented with that request, and whose it is.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> (&[u8], UserId) {
        let request = self.each[index];
        (&self.bytes[request.start as usize..request.end as usize], request.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_credentials_are_copied_a_few_times_only() {
        let credentials = Credentials::from_texts((0..50_u8).map(|index| vec![index; LONG + 1]));
        let mut requests = Requests::default();
        requests.refill(200, &credentials, &mut Draws::new(Choice::Uniform, 50, 3));
        assert_eq!(requests.bytes.len(), LONG_COPIES * (LONG + 1));
        for index in 0..200 {
            let (text, owner) = requests.get(index);
            assert_eq!((text.len(), user(usize::from(text[0]))), (LONG + 1, owner));
        }
    }

    #[test]
    fn who_has_no_credential_is_left_out() {
        let credentials = Credentials::of_users(["a", "c"], vec![0, 2]);
        assert_eq!(credentials.get(1), (&b"c"[..], user(2)));
    }

    #[test]
    fn requests_carry_the_credential_of_their_user() {
        let credentials = Credentials::from_texts((0..50_u8).map(|index| [index; 4]));
        assert_eq!(credentials.len(), 50);
        let mut requests = Requests::default();
        requests.refill(200, &credentials, &mut Draws::new(Choice::Uniform, 50, 3));
        for index in 0..200 {
            let (text, owner) = requests.get(index);
            assert_eq!(user(usize::from(text[0])), owner);
            assert_eq!(text, [text[0]; 4]);
        }
    }
}
