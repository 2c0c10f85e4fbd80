//! What `authbench load` takes.

use std::{path::PathBuf, time::Duration};

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use measure::knee::RULE;

/// With the rule of the knee in the place of its name.
const HELP: &str = "\
Examples:
  authbench load --design session-redis --sweep
  authbench load --design jwt-hs256 --rate 1000,5000,20000 --arrivals poisson --duration 30
  authbench load --design jwt-hs256 --closed
  authbench load --url http://127.0.0.1:8080 --credentials requests.jsonl --rate 500 --out here.json
  authbench load merge here.json there.json --out both.json
  authbench load export k6 --url http://127.0.0.1:8080 --rate 500 > script.js

A rate is an open loop: each request is due at its planned time, whatever the service does. The response time counts from the \
planned time, the service time from the moment when the request was sent. Each answer is checked: wrong answers, refusals and \
requests without an answer are counted apart. The knee is the highest rate at which \
KNEE.

With --design the service is started on one processor and the load comes from another. One line of JSON in the credentials \
file is one request: {\"path\": \"/users/1/profile\", \"headers\": {\"Authorization\": \"Bearer …\"}}, and as wanted \"method\", \
\"status\" and \"body\", which are the answer that it deserves. Offer load only to what is yours.

Exit codes: 0 done; 1 failed, or an answer was wrong; 2 the command line makes no sense; 130 interrupted, what was measured is \
kept.";

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = HELP.replace("KNEE", RULE))]
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
