//! What can be wrong with an answer, and how it is told: once, not at each request.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use authoriser::Denial;

/// Why an authorisation server's answer decides nothing. Nothing of what was received is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntrospectionFault {
    /// Nobody listens, or what came was no HTTP/1.1, or it broke off.
    #[error("the authorisation server cannot be reached, or its answer is no HTTP")]
    Http,
    /// It took longer than [`IntrospectionConfig::timeout`](crate::IntrospectionConfig::timeout) in all.
    #[error("the authorisation server did not answer in time")]
    TimedOut,
    /// Any status but 200.
    #[error("the authorisation server answered with status {0}")]
    Status(u16),
    /// More bytes than any answer has.
    #[error("the authorisation server's answer is too long")]
    TooLong,
    /// No JSON object with a member `active`, or one whose members are of another type than RFC 7662, section 2.2, says.
    #[error("the authorisation server's answer is no introspection response")]
    NotAnAnswer,
    /// `active`, without the user, the rights, the expiry, the issuer or the audience.
    #[error("the authorisation server's answer says too little")]
    Incomplete,
    /// `active`, by another issuer or for another audience. It is the token that is refused, and not the server that is at fault.
    #[error("the token was issued by somebody else, or for somebody else")]
    Foreign,
}

impl From<IntrospectionFault> for Denial {
    /// A token for somebody else is none of ours; of any other nothing is known.
    fn from(fault: IntrospectionFault) -> Self {
        match fault {
            IntrospectionFault::Foreign => Self::Unknown,
            _ => Self::StoreUnavailable,
        }
    }
}

/// What was wrong last.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Whether the last answer was a fault of the server. Read at each request, so that the lock is not.
    at_fault: AtomicBool,
    foreign: AtomicBool,
    last: Mutex<Option<IntrospectionFault>>,
}

impl Faults {
    /// Notes what came of a question. The first of several faults is logged, and so is that they are over. Foreign tokens are
    /// logged once: whoever presents them decides how often.
    pub(super) fn note<T>(&self, outcome: &Result<T, IntrospectionFault>) {
        match outcome {
            Ok(_) => {
                if self.at_fault.load(Relaxed) && self.at_fault.swap(false, Relaxed) {
                    tracing::info!("the authorisation server answers again");
                }
            }
            Err(fault) => {
                let told = if *fault == IntrospectionFault::Foreign { &self.foreign } else { &self.at_fault };
                if !told.swap(true, Relaxed) {
                    tracing::warn!(%fault, "a token could not be introspected");
                }
                *self.last() = Some(*fault);
            }
        }
    }

    pub(super) fn last(&self) -> MutexGuard<'_, Option<IntrospectionFault>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
