//! Load over HTTP/1.1: planned send times, checked answers, response and service time.
//!
//! One thread drives every connection from one event loop, so that the generator has one core and the service the other.
//!
//! | Module | Holds |
//! |---|---|
//! | `arrivals` | when requests are planned: constant or Poisson, at a rate |
//! | `exchange` | a request, and the answer that it deserves |
//! | `credentials` | exchanges from a file |
//! | `draws` | the choice of the next one: uniform or by Zipf's law |
//! | `response` | reads one answer out of the bytes of a connection |
//! | `connection` | one keep-alive connection |
//! | `engine` | the event loop: open loop and closed loop |
//! | `series` | what is recorded: histograms by outcome |
//! | `timeline` | what became of requests over time |
//! | `record` | the outcome of a run as JSON, and how several are merged |
//! | `knee` | the highest offered rate that the service keeps up with |
//! | `k6` | the same scenario as a script for k6 |
//! | `login` | logs the principals of our own service in |
//! | `limits` | file descriptors |

mod arrivals;
mod connection;
mod credentials;
mod draws;
mod engine;
mod exchange;
mod k6;
mod knee;
mod limits;
mod login;
mod record;
mod response;
mod series;
mod timeline;

pub use arrivals::{Arrivals, Schedule};
pub use credentials::{CredentialsError, read_credentials};
pub use draws::{Choice, Draws};
pub use engine::{ClosedPlan, Engine, Interval, LoadError, Now, OpenPlan, Traffic};
pub use exchange::{Deserved, Exchange, Outcome};
pub use k6::{Scenario, export as export_k6};
pub use knee::knee;
pub use login::{Held, LoginError, log_in};
pub use record::{
    GeneratorFigures, LoadRecord, MergeError, RecordError, SCHEMA_VERSION, ServerFigures, Step,
};
pub use series::{LATE_LIMIT, Series};
pub use timeline::{Bin, Fate, Timeline};
