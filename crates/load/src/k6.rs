//! The same scenario as a script for k6, so that a cluster of generators can offer it.

use std::fmt::Write as _;

use crate::arrivals::Arrivals;

/// What the script does.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// `http://host:port`
    pub url: String,
    /// Requests a second, one step each; none for a closed loop.
    pub rates: Vec<f64>,
    /// How they are spaced. k6 knows constant arrivals only.
    pub arrivals: Option<Arrivals>,
    /// Connections, which are k6's virtual users.
    pub connections: usize,
    /// Seconds of each step that are not recorded.
    pub warm_up_s: f64,
    /// Seconds of each step that are.
    pub duration_s: f64,
    /// Seconds after which a request is given up.
    pub timeout_s: f64,
}

/// The script. It reads requests from the file named by `CREDENTIALS`, in the format of `authbench load --credentials`.
#[must_use]
pub fn export(scenario: &Scenario) -> String {
    let mut scenarios = String::new();
    let step = scenario.warm_up_s + scenario.duration_s;
    let mut add = |name: String, start: f64, seconds: f64, rate: Option<f64>| {
        let users = scenario.connections;
        let executor = match rate {
            // k6 takes whole numbers: requests in a thousand seconds keep three digits of a fraction.
            Some(rate) => format!(
                "executor: 'constant-arrival-rate', rate: {}, timeUnit: '1000s', preAllocatedVUs: {users}, maxVUs: {users}",
                (rate * 1_000.0).round()
            ),
            None => format!("executor: 'constant-vus', vus: {users}"),
        };
        let _ = writeln!(
            scenarios,
            "    '{name}': {{ {executor}, startTime: '{}ms', duration: '{}ms', gracefulStop: '{}s' }},",
            (start * 1_000.0).round(),
            (seconds * 1_000.0).round(),
            scenario.timeout_s
        );
    };
    let steps: Vec<Option<f64>> = if scenario.rates.is_empty() {
        vec![None]
    } else {
        scenario.rates.iter().copied().map(Some).collect()
    };
    let mut thresholds = String::new();
    for (number, rate) in steps.into_iter().enumerate() {
        let start = number as f64 * step;
        let name = rate.map_or_else(|| "closed".to_owned(), |rate| format!("{rate}-per-second"));
        if scenario.warm_up_s > 0.0 {
            add(format!("warm-up-{name}"), start, scenario.warm_up_s, rate);
        }
        add(name.clone(), start + scenario.warm_up_s, scenario.duration_s, rate);
        // A sub-metric for each step is in k6's summary only if a threshold names it.
        let _ = writeln!(thresholds, "    'http_req_duration{{scenario:{name}}}': ['max>=0'],");
        let _ = writeln!(thresholds, "    'wrong_answers{{scenario:{name}}}': ['rate<0.01'],");
    }
    let poisson = if scenario.arrivals == Some(Arrivals::Poisson) {
        "// k6 has constant arrivals only: the scenario it was exported from asked for Poisson arrivals.\n"
    } else {
        ""
    };
    let url = serde_json::to_string(scenario.url.trim_end_matches('/')).expect("a string is JSON");
    format!(
        r"// Exported by `authbench load export k6`. Run: k6 run -e CREDENTIALS=requests.jsonl script.js
// Each line of the file: {{path, method, headers, status, body}}. dropped_iterations in k6's summary are requests that were due
// while all {users} connections were busy: k6 does not send them late, so that its times leave their waiting out.
{poisson}import http from 'k6/http';
import {{ SharedArray }} from 'k6/data';
import {{ Rate }} from 'k6/metrics';

const URL = {url};
const requests = new SharedArray('requests', () =>
  open(__ENV.CREDENTIALS).split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line)));
const wrongAnswers = new Rate('wrong_answers');

export const options = {{
  discardResponseBodies: false,
  scenarios: {{
{scenarios}  }},
  thresholds: {{
{thresholds}  }},
  summaryTrendStats: ['min', 'med', 'p(90)', 'p(99)', 'p(99.9)', 'max'],
}};

export default function () {{
  const asked = requests[Math.floor(Math.random() * requests.length)];
  const answer = http.request(asked.method || 'GET', URL + asked.path, null, {{
    headers: asked.headers || {{}}, timeout: '{timeout}s', redirects: 0, tags: {{ name: 'request' }},
  }});
  const deserved = asked.status || 200;
  const right = answer.status === deserved && (asked.body === undefined || answer.body === asked.body);
  wrongAnswers.add(!right);
}}
",
        users = scenario.connections,
        timeout = scenario.timeout_s,
    )
}
