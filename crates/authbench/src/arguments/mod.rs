//! What can be typed.

mod load;
mod tokens;

use std::{net::SocketAddr, path::PathBuf, sync::LazyLock};

use clap::{Args, Parser, Subcommand, ValueEnum};
use measure::record::{Profile, Question};
use service::LogLevel;

pub(crate) use self::{
    load::{ExportLoad, Load, LoadCommand, MergeLoads, Offer, Scenario, Spacing, WhoseTurn},
    tokens::{Keys, VerifyJws},
};

/// What does it cost to authorise a request: a signed token against a server-side session.
///
/// authbench measures, on this machine, what it costs to issue, authorise, look up and revoke credentials, for
/// every design in its catalogue, and leaves a report that shows how to doubt it.
#[derive(Debug, Parser)]
#[command(name = "authbench", version, max_term_width = 100)]
#[command(after_help = "\
Examples:
  authbench list                        everything that can be measured, and why some of it cannot here
  authbench run --quick                 a look, in two to three minutes
  authbench run                         figures to quote
  authbench report results/latest       draw the report again from its record
  authbench compare before after        what changed between two runs
  authbench selftest                    which differences this machine lets the suite find
  authbench serve --design jwt-hs256    the example service, to try with curl
  authbench load --design session-redis --sweep    response times under load, and where the knee is

Exit codes: 0 done; 1 failed; 2 the command line makes no sense; 130 interrupted, can be resumed.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show every design, peer, control and floor, and whether it can be measured here
    List(List),
    /// Measure, and leave record and report below results/
    Run(Run),
    /// Draw the report of a recorded run again
    Report(Report),
    /// Hold one recorded run against another: what changed beyond what a rerun changes
    Compare(Compare),
    /// Measure known differences, to see which of them this suite finds on this machine
    Selftest(Selftest),
    /// Serve the example service over HTTP: login, own profile, logout, over one design
    Serve(Serve),
    /// Offer load to the example service or to any address, with planned send times
    Load(Box<Load>),
    /// Verify a signed token (JWS, compact serialisation) under a key (JWK)
    VerifyJws(VerifyJws),
    /// Generate a signing key
    Keys(Keys),
    /// Put figures of recorded runs into the marked places of documents
    Splice(Splice),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  authbench list
  authbench list --json | jq -r '.[] | select(.unavailable == null) | .id'")]
pub(crate) struct List {
    /// Print JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  authbench run --quick
  authbench run --only authorise --designs 'jwt-*' --designs 'jsonwebtoken-*'
  authbench run --only lookup --cases '1m-*' --cases '*-independent' --rounds 15
  authbench run --full --name new-server
  authbench run --resume --name new-server

The reference of a question, its twin and the floors of what was selected always take part: without them there \
are no ratios and no noise floor. What the results folder holds of other questions, cases and contestants \
stays. A pattern that matches no case is answered with the names of those that there are.

Environment:
  AUTHBENCH_REDIS_URL          use this Redis instead of starting one: redis://127.0.0.1:6379
  AUTHBENCH_REDIS_UNIX_URL     the same over a unix socket: redis+unix:///run/redis/redis.sock
  AUTHBENCH_REDIS_CLUSTER_URL  nodes of a Redis Cluster: redis://host:7000,redis://host:7001
  AUTHBENCH_POSTGRES_URL       a PostgreSQL: postgresql://user:password@127.0.0.1:5432/database
  AUTHBENCH_MEMCACHED_URL      a memcached: memcached://127.0.0.1:11211
  AUTHBENCH_FOLDER             keep the embedded stores in this folder instead of a temporary one
  AUTHBENCH_BIND=0             leave the choice of processors to the system
  AUTHBENCH_RESULTS            leave results in this folder instead of results/
  TMPDIR                       where each round's copy of the program goes")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) thoroughness: Thoroughness,
    /// Measure only this question (may be repeated)
    #[arg(long, value_name = "QUESTION", value_enum)]
    pub(crate) only: Vec<QuestionName>,
    /// Measure only what matches this shell pattern (may be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(crate) designs: Vec<String>,
    /// Measure only cases whose name matches this shell pattern (may be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(crate) cases: Vec<String>,
    /// Run this number of rounds instead of the profile's: more rounds narrow the intervals. Most questions are measured in
    /// two of three, so that their intervals take nine
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=50))]
    pub(crate) rounds: Option<u32>,
    /// Leave the results in results/NAME
    #[arg(long, default_value = "latest", value_parser = name)]
    pub(crate) name: String,
    /// Seed of the workload, to draw the same users in the same order again
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Go on with the interrupted run of that name
    #[arg(long, conflicts_with_all = ["quick", "standard", "full", "only", "designs", "cases", "rounds", "seed"])]
    pub(crate) resume: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  authbench compare reference latest
  authbench compare results/reference results/latest --format markdown > changes.md
  authbench compare before after --fail-on-regression

A figure has changed if the intervals of the two runs lie apart. They are the intervals expected on a rerun, so a run \
needs six rounds for them. Only runs of one kind of machine compare; --force compares others as well.

Exit codes: 0 compared; 1 with --fail-on-regression, a figure rose beyond its interval, or the records cannot be \
compared; 2 the command line makes no sense.")]
pub(crate) struct Compare {
    /// The earlier run: its name, folder or record
    pub(crate) before: PathBuf,
    /// The later run
    pub(crate) after: PathBuf,
    /// End with exit code 1 if a figure rose beyond its interval
    #[arg(long)]
    pub(crate) fail_on_regression: bool,
    /// Compare runs of different machines as well
    #[arg(long)]
    pub(crate) force: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal
    Text,
    /// A table for a document or a pull request
    Markdown,
    /// Everything, for machines
    Json,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  authbench serve --design jwt-hs256
  authbench serve --design session-redis --listen 127.0.0.1:0
  authbench serve --design session-redis --store-url redis://127.0.0.1:6379

When requests are answered, one line of JSON on standard output says where, and how a test user logs in: address, \
design, user, user_id, password. All test users (user-1 to user-N, and admin, who may read every profile) have this \
password, which is random at each start. Log lines go to standard error, and hold no credential. Ctrl-C lets requests \
in flight finish.

Without --tls-cert and --tls-key this is plain HTTP, for measurements and trials on this machine.

Exit codes: 0 stopped by SIGINT or SIGTERM; 1 failed, such as a port in use; 2 the command line makes no sense.")]
pub(crate) struct Serve {
    /// What decides requests: a design, peer or control of `authbench list`
    #[arg(long, value_name = "NAME")]
    pub(crate) design: String,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The number of test users
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub(crate) users: u64,
    /// Use this store instead of starting one
    #[arg(long, value_name = "URL")]
    pub(crate) store_url: Option<String>,
    /// Speak TLS with this certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Log this level and those above it: error, warn, info, debug (each refusal, and why) or trace
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log: LogLevel,
    /// Stop as well when standard input ends
    #[arg(long, hide = true)]
    pub(crate) until_input_ends: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  authbench selftest
  authbench selftest --disturb --name selftest-disturbed

Pairs of contestants hash a block equally often, or one of the two 1, 2, 5 or 10 % more often. They run in rounds \
as contestants of a run do, and the same statistics decide whether they differ. The outcome is in \
results/NAME/selftest.json.

Exit codes: 0 the suite finds what it should; 1 it does not; 130 interrupted.")]
pub(crate) struct Selftest {
    /// Have another process keep the other CPUs and the memory busy meanwhile
    #[arg(long)]
    pub(crate) disturb: bool,
    /// Pairs of equals to measure; of each planted difference half as many
    #[arg(long, value_name = "N", default_value_t = 240, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) pairs: u32,
    /// Rounds, each a process
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(6..=50))]
    pub(crate) rounds: u32,
    /// Leave the outcome in results/NAME
    #[arg(long, default_value = "selftest", value_parser = name)]
    pub(crate) name: String,
    /// Print JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
pub(crate) struct Thoroughness {
    /// Two rounds: a look
    #[arg(long)]
    quick: bool,
    /// Nine rounds: figures to quote (the default)
    #[arg(long)]
    standard: bool,
    /// Fifteen rounds and the largest populations: figures to publish
    #[arg(long)]
    full: bool,
}

impl Thoroughness {
    pub(crate) const fn profile(&self) -> Profile {
        match (self.quick, self.full) {
            (true, _) => Profile::Quick,
            (_, true) => Profile::Full,
            (false, false) => Profile::Standard,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  authbench report latest
  authbench report results/reference/run.json")]
pub(crate) struct Report {
    /// A run's name, its folder, or its run.json
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
}

#[derive(Args, Debug)]
#[command(after_help = "\
A marked place looks like this, and everything between the two lines is replaced:
  <!-- authbench:answer results/reference -->
  <!-- authbench:end -->

Examples:
  authbench splice README.md docs/METHODOLOGY.md
  authbench splice --check README.md")]
pub(crate) struct Splice {
    /// Change nothing; fail if a place is stale
    #[arg(long)]
    pub(crate) check: bool,
    /// The documents; paths in their marks are relative to the working directory
    #[arg(required = true, value_name = "DOCUMENT")]
    pub(crate) documents: Vec<PathBuf>,
}

/// A question as it is typed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuestionName(pub(crate) Question);

impl ValueEnum for QuestionName {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<QuestionName>> =
            LazyLock::new(|| Question::ALL.iter().map(|question| QuestionName(*question)).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.word()).help(self.0.asks()))
    }
}

/// A run's name becomes a folder, so it must be one.
fn name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.is_empty()
        || text.starts_with('.')
        || text.starts_with('-')
        || text.ends_with(['.', '-'])
        || !text.bytes().all(fits)
    {
        return Err(
            "a name has letters, digits, '-', '_' and '.', and neither begins nor ends with a dot or dash"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn refusal(line: &str) -> String {
        Arguments::try_parse_from(line.split(' ')).unwrap_err().to_string()
    }

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
        assert_eq!(QuestionName::value_variants().len(), Question::ALL.len());
    }

    #[test]
    fn misspelt_words_are_answered_with_the_near_ones() {
        assert!(refusal("authbench run --qick").contains("--quick"));
        assert!(refusal("authbench reprot").contains("report"));
        assert!(refusal("authbench run --only authorize").contains("authorise"));
        assert!(refusal("authbench run --quick --full").contains("cannot be used with"));
        assert!(refusal("authbench run --name ../x").contains("a name has letters"));
    }

    #[test]
    fn a_run_is_standard_unless_told_otherwise() {
        for (line, profile) in [
            ("authbench run", Profile::Standard),
            ("authbench run --quick", Profile::Quick),
            ("authbench run --standard", Profile::Standard),
            ("authbench run --full", Profile::Full),
        ] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            assert!(
                matches!(arguments.command, Command::Run(run) if run.thoroughness.profile() == profile),
                "{line}"
            );
        }
    }
}
