//! What the report says about a question whatever was measured. A question that is not listed here still gets its
//! section, with the general words.

use measure::record::Question;

/// The prose that goes with a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// The heading, a question.
    pub(crate) heading: String,
    /// What one operation is, to follow a number: "323 ns to …".
    pub(crate) operation: &'static str,
    /// What the number does not say, a paragraph each.
    pub(crate) limits: &'static [&'static str],
}

/// True of every figure in a run record.
const ANY: &str = "It is service time on one machine, one operation after another unless the case says otherwise: not \
                   response time under load, where requests queue, and not a rate that a server would reach.";

impl Words {
    pub(crate) fn of(question: Question) -> Self {
        let (heading, operation, limits): (&str, &str, &[&str]) = match question.word() {
            "issue" => (
                "What does it cost to issue a credential?",
                "issue a credential",
                &[
                    ANY,
                    "It starts after the password has been proved. Password hashes are made to take tens of milliseconds; \
                     hold these figures against that.",
                    "A login happens once, its requests many times: what is dear here may still be cheap over the \
                     life of the credential.",
                ],
            ),
            "authorise" => (
                "What does it cost to authorise a request?",
                "authorise one request",
                &[
                    ANY,
                    "The HTTP request around it is not in it, and has a cost of its own.",
                    "A store is as near as the services below say. One on another machine adds its round trip to \
                     every look-up, and nothing to what needs no store.",
                    "It prices the answer, not its quality: whether a revoked credential is still accepted is in the \
                     table of designs and in no figure here.",
                ],
            ),
            "lookup" => (
                "What does a session look-up cost as sessions grow in number?",
                "look up one session",
                &[
                    ANY,
                    "Growth inside a process is largely waiting for memory: it follows the caches of this machine, and \
                     bends elsewhere on another.",
                    "A look-up in an idle shared store is mostly waiting. Its wall-clock time is not the CPU time \
                     that it takes from other work; where both were measured, the table has both.",
                ],
            ),
            "revoke" => (
                "What does it cost to revoke?",
                "revoke",
                &[
                    ANY,
                    "A low figure may mean that nothing is done: a design that is revoked only by expiry has nothing \
                     to do. Read it beside the moment from which a revoked credential is refused.",
                    "It says when the call returns, not when the last server has heard of it.",
                ],
            ),
            other => {
                return Self {
                    heading: format!("What does it cost: {other}?"),
                    operation: "do it once",
                    limits: &[ANY],
                };
            }
        };
        Self { heading: heading.to_owned(), operation, limits }
    }
}
