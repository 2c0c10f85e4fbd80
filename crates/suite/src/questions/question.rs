//! What each question is about: its reference, its words, which entries of the catalogue are asked it.

use authoriser::Family;
use catalogue::{Description, Kind};
use measure::record::Question;

/// The contestant that the ratios of a question refer to, and whose twin shows the noise.
pub(crate) const fn reference(question: Question) -> &'static str {
    match question {
        Question::Issue | Question::Authorise | Question::Payload | Question::Batch | Question::Attack => {
            "jwt-hs256"
        }
        Question::Lookup | Question::Revoke | Question::Touch | Question::Purge => "session-memory",
    }
}

/// The question in words, for help and progress.
pub const fn about(question: Question) -> &'static str {
    match question {
        Question::Issue => "what does a login cost: a new credential for a user?",
        Question::Authorise => {
            "what does each request cost: is this credential good, and may its user do that?"
        }
        Question::Lookup => "what does a session lookup cost, by store, population and choice?",
        Question::Revoke => "what does a logout cost, of one login or of all of a user?",
        Question::Payload => "what does a larger payload cost, in time and in bytes of each request?",
        Question::Batch => "what does a request cost when several are decided at once?",
        Question::Attack => "what does a request cost that must be refused?",
        Question::Touch => "what does it add to note a session's use?",
        Question::Purge => "what does removing expired sessions do to the look-ups meanwhile?",
    }
}

/// Whether an entry is asked this question.
pub(crate) fn concerns(entry: &Description, question: Question) -> bool {
    let (control, stateful) = (entry.kind == Kind::Control, entry.family == Family::Stateful);
    let capabilities = entry.capabilities;
    match question {
        _ if capabilities.look_ups_alone => matches!(question, Question::Authorise | Question::Lookup),
        Question::Issue | Question::Authorise => true,
        Question::Revoke => !control,
        Question::Attack => entry.kind == Kind::Design && capabilities.refusals,
        Question::Lookup | Question::Touch | Question::Purge => !control && stateful,
        Question::Payload => !control && !stateful && capabilities.payloads,
        Question::Batch => capabilities.batches,
    }
}
