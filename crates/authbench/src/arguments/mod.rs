//! What can be typed.

use std::{net::SocketAddr, path::PathBuf, sync::LazyLock, time::Duration};

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use jwt::Algorithm;
use measure::record::{Profile, Question};
use service::LogLevel;

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

The reference of a question, its twin and the floors of what was selected always take part: without them there
are no ratios and no noise floor. What the results folder holds of other questions, cases and contestants
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
    /// two of three, so that their intervals take eight
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

A figure has changed if the intervals of the two runs lie apart. They are the intervals expected on a rerun, so a run
needs six rounds for them. Only runs of one kind of machine compare; --force compares others as well.

Exit codes: 0 compared; 1 with --fail-on-regression, a figure rose beyond its interval, or the records cannot be
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

When requests are answered, one line of JSON on standard output says where, and how a test user logs in: address,
design, user, user_id, password. All test users (user-1 to user-N, and admin, who may read every profile) have this
password, which is random at each start. Log lines go to standard error, and hold no credential. Ctrl-C lets requests
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
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  authbench load --design session-redis --sweep
  authbench load --design jwt-hs256 --rate 1000,5000,20000 --arrivals poisson --duration 30
  authbench load --design jwt-hs256 --closed
  authbench load --url http://127.0.0.1:8080 --credentials requests.jsonl --rate 500 --out here.json
  authbench load merge here.json there.json --out both.json
  authbench load export k6 --url http://127.0.0.1:8080 --rate 500 > script.js

A rate is an open loop: each request is due at its planned time, whatever the service does. The response time counts from the
planned time, the service time from the moment when the request was sent. Each answer is checked: wrong answers, refusals and
requests without an answer are counted apart. The knee is the highest rate at which at least 99 % of the requests get their
right answer and p99 of the response time is at most ten times the smallest median of all rates (or 1 ms, if that is more).

With --design the service is started on one processor and the load comes from another. One line of JSON in the credentials
file is one request: {\"path\": \"/users/1/profile\", \"headers\": {\"Authorization\": \"Bearer …\"}}, and as wanted \"method\",
\"status\" and \"body\", which are the answer that it deserves. Offer load only to what is yours.

Exit codes: 0 done; 1 failed, or an answer was wrong; 2 the command line makes no sense; 130 interrupted, what was measured is
kept.")]
pub(crate) struct Load {
    #[command(subcommand)]
    pub(crate) command: Option<LoadCommand>,
    #[command(flatten)]
    pub(crate) offer: Offer,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LoadCommand {
    /// Add up what several machines offered at one time
    Merge(MergeLoads),
    /// Write the same scenario for another generator
    #[command(subcommand)]
    Export(ExportLoad),
}

#[derive(Args, Debug)]
pub(crate) struct MergeLoads {
    /// Records that `authbench load --out` wrote
    #[arg(required = true, num_args = 2.., value_name = "RECORD")]
    pub(crate) records: Vec<PathBuf>,
    /// Where the sum goes
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExportLoad {
    /// A script for k6 on standard output; k6 reads the requests from the file that -e CREDENTIALS names
    K6(Scenario),
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("how much").required(true).args(["rate", "closed"])))]
pub(crate) struct Scenario {
    /// http://host:port
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("how much").required(true).args(["rate", "sweep", "closed"])))]
pub(crate) struct Offer {
    /// Start the example service over this design
    #[arg(long, value_name = "NAME", required_unless_present = "url", conflicts_with = "url")]
    pub(crate) design: Option<String>,
    /// Offer the load there: http://host:port
    #[arg(long, value_name = "URL", requires = "credentials")]
    pub(crate) url: Option<String>,
    /// The requests for --url, one JSON object a line
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) credentials: Option<PathBuf>,
    /// Use this store instead of starting one
    #[arg(long, value_name = "URL", requires = "design")]
    pub(crate) store_url: Option<String>,
    /// Users that log in before the load begins, with --design
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) principals: u64,
    #[command(flatten)]
    pub(crate) shape: Shape,
    /// Find out the capacity in a closed loop, then offer shares of it from 10 to 120 %
    #[arg(long)]
    pub(crate) sweep: bool,
    /// Whose request comes next
    #[arg(long, value_enum, default_value_t = WhoseTurn::Uniform)]
    pub(crate) choice: WhoseTurn,
    /// Of arrivals and choice; drawn if absent
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Leave the record there
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

/// Rates and times.
#[derive(Args, Debug)]
pub(crate) struct Shape {
    /// Requests a second; several are offered one after the other
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', value_parser = rate)]
    pub(crate) rate: Vec<f64>,
    /// A closed loop: each connection sends when its last request is answered
    #[arg(long)]
    pub(crate) closed: bool,
    /// How requests are spaced
    #[arg(long, value_enum, default_value_t = Spacing::Poisson)]
    pub(crate) arrivals: Spacing,
    /// Keep-alive connections
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,
    /// Seconds of each rate that are recorded
    #[arg(long, value_name = "S", default_value = "10", value_parser = seconds)]
    pub(crate) duration: Duration,
    /// Seconds before them that are not
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    pub(crate) warm_up: Duration,
    /// Seconds after which a request is given up
    #[arg(long, value_name = "S", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Spacing {
    /// Evenly
    Constant,
    /// As many independent users make them
    Poisson,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum WhoseTurn {
    /// Each as likely
    Uniform,
    /// The k-th with a probability proportional to 1/k
    Zipf,
}

/// Above a million a second no single generator keeps its plan, and below one in a thousand seconds nothing happens.
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.001..=1e6).contains(rate));
    rate.ok_or_else(|| "a rate is a number of requests a second, from 0.001 to 1000000".to_owned())
}

/// A day is longer than any load is offered.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    let seconds = seconds.map(Duration::from_secs_f64);
    seconds.ok_or_else(|| "it is a number of seconds, from 0 to 86400".to_owned())
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  authbench selftest
  authbench selftest --disturb --name selftest-disturbed

Pairs of contestants hash a block equally often, or one of the two 1, 2, 5 or 10 % more often. They run in rounds
as contestants of a run do, and the same statistics decide whether they differ. The outcome is in
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

#[derive(Args, Debug)]
#[command(after_help = "\
Prints `valid` and then the payload, or `invalid: REASON`. The key's `alg` binds it to one
algorithm, which the token must name exactly. A key without it is taken where its type leaves no
choice (EC, Ed25519), or where one algorithm of --alg is for its type. In a set, two keys of the
token's kid, or secrets beside public keys, leave the verdict open. One line end after the token is
forgiven, nothing else is.

Exit codes: 0 valid; 1 invalid; 2 the key or the file is unusable, so there is no verdict.

Examples:
  authbench verify-jws --jwk key.json --token token.txt
  authbench verify-jws --jwks issuer.json --alg RS256 --token token.txt
  printf %s \"$TOKEN\" | authbench verify-jws --jwk key.json --token -")]
pub(crate) struct VerifyJws {
    /// The key, as JSON (RFC 7517); - for standard input
    #[arg(long, value_name = "FILE|-", required_unless_present = "jwks", conflicts_with = "jwks")]
    pub(crate) jwk: Option<PathBuf>,
    /// A set of keys, in which the token's kid says which one; - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) jwks: Option<PathBuf>,
    /// Take this algorithm only (may be repeated); it binds a key that names none
    #[arg(long, value_parser = algorithm)]
    pub(crate) alg: Vec<Algorithm>,
    /// The token; - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) token: PathBuf,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Both files are JWKs (RFC 7517) that carry their algorithm and, as their id, their thumbprint
(RFC 7638). The private one is readable by you alone. Neither is overwritten.

Example:
  authbench keys --alg ES256 --private key.json --public key.pub.json")]
pub(crate) struct Keys {
    /// The algorithm, e.g. HS256, RS256, PS256, ES256, ES384, EdDSA
    #[arg(long, value_parser = algorithm)]
    pub(crate) alg: Algorithm,
    /// Where the private key, or the secret, goes
    #[arg(long, value_name = "FILE")]
    pub(crate) private: PathBuf,
    /// Where the public key goes; a secret has none
    #[arg(long, value_name = "FILE")]
    pub(crate) public: Option<PathBuf>,
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
        format!("it is one of {}", names.join(", "))
    })
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
