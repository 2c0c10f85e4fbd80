//! Requests per login: each design whose requests need no store against each session, from the figures of `issue` and
//! `authorise`. Nothing is timed for it.

use measure::{
    record::{Declared, Kind, Metric, Question},
    rows::{Outcome, Row},
    stats::Estimate,
};

use super::{
    break_even::{Cost, Verdict, verdict},
    question_view::{Case, Line, QuestionView},
};

/// What in-flight cases are called after the number.
const IN_FLIGHT: &str = "-in-flight";

/// With more than this in flight, a store is no more usual.
const USUAL: f64 = 64.0;

/// A design whose requests have their store take this part of its own CPU time asks it at each of them.
const ASKS: f64 = 0.05;

/// How requests come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Condition {
    /// One after another.
    Single,
    /// How many at once, where a server is asked.
    InFlight(f64),
}

/// What a design costs, or why that is not known.
type Known = Result<Cost, String>;

/// One design under one condition.
pub(crate) struct Side<'a> {
    pub(crate) id: &'a str,
    pub(crate) declared: &'a Declared,
    pub(crate) cost: Known,
}

/// One design against one session.
pub(crate) struct Pair<'a> {
    pub(crate) token: &'a str,
    pub(crate) session: &'a str,
    pub(crate) condition: Condition,
    pub(crate) verdict: Result<Verdict, String>,
}

/// All pairs, and the costs that they were made of.
pub(crate) struct PerLogin<'a> {
    pub(crate) pairs: Vec<Pair<'a>>,
    pub(crate) sides: Vec<(Condition, Vec<Side<'a>>)>,
}

impl<'a> PerLogin<'a> {
    /// `None` where logins and requests were not both measured, or there is nobody to compare.
    pub(super) fn of(asked: &[QuestionView<'a>]) -> Option<Self> {
        let find = |question| asked.iter().find(|asked| asked.question == question);
        let (issue, authorise) = (find(Question::Issue)?, find(Question::Authorise)?);
        let (mut pairs, mut all_sides) = (Vec::new(), Vec::new());
        for condition in conditions(authorise) {
            let sides = sides(issue, authorise, condition);
            let waits = |side: &&Side<'_>| {
                condition == Condition::Single || has_in_flight(authorise, side.id, condition)
            };
            let sessions = sides.iter().filter(|side| is_session(side)).filter(waits);
            for session in sessions {
                let tokens = sides.iter().filter(|side| !is_session(side) && !asks(authorise, side.id));
                pairs.extend(tokens.map(|token| Pair {
                    token: token.id,
                    session: session.id,
                    condition,
                    verdict: compared(token, session),
                }));
            }
            all_sides.push((condition, sides));
        }
        (!pairs.is_empty()).then_some(Self { pairs, sides: all_sides })
    }

    /// The pairs as figures.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |pair: &Pair<'_>| {
            let number =
                |number: &Estimate, note: &str| (Outcome::Ok(*number, number.rounds as u64), note.to_owned());
            let none = |why: String| (Outcome::None(why), String::new());
            let (outcome, note) = match &pair.verdict {
                Ok(Verdict::From(from)) => number(from, "cheaper from this number of requests a login on"),
                Ok(Verdict::Below(below)) => number(below, "cheaper below this number of requests a login"),
                Ok(Verdict::FromAtMost(most)) => {
                    none(format!("cheaper from {} requests on; below, it cannot be told", most.ceil()))
                }
                Ok(Verdict::BelowAtMost(most)) if *most < 2.0 => {
                    none("cheaper for at most one request".to_owned())
                }
                Ok(Verdict::BelowAtMost(most)) => {
                    none(format!("not cheaper from {} requests on; below, it cannot be told", most.ceil()))
                }
                Ok(Verdict::Always) => none("cheaper from the first request on".to_owned()),
                Ok(Verdict::Never) => none("never cheaper".to_owned()),
                Ok(Verdict::Undecided) => none("what a request costs cannot be told apart".to_owned()),
                Err(reason) => (Outcome::Unavailable(reason.clone()), String::new()),
            };
            Row {
                question: Question::RequestsPerLogin,
                case: format!("against-{}{}", pair.session, pair.condition.suffix()),
                contestant: pair.token.to_owned(),
                kind: Kind::Design,
                metric: Metric::BreakEven,
                outcome,
                note,
            }
        };
        self.pairs.iter().map(row).collect()
    }

    /// The sessions and the tokens of the pairs that `is_meant` holds for, each once.
    pub(crate) fn sides_of(&self, is_meant: impl Fn(&Pair<'_>) -> bool) -> (Vec<&'a str>, Vec<&'a str>) {
        let (mut sessions, mut tokens) = (Vec::new(), Vec::new());
        for pair in self.pairs.iter().filter(|pair| is_meant(pair)) {
            for (list, id) in [(&mut sessions, pair.session), (&mut tokens, pair.token)] {
                if !list.contains(&id) {
                    list.push(id);
                }
            }
        }
        (sessions, tokens)
    }

    /// The condition under which stores are busy, if there is one, and otherwise the only one.
    pub(crate) fn busiest(&self) -> Condition {
        self.sides.last().map_or(Condition::Single, |(condition, _)| *condition)
    }

    /// Whether a dear login pays with a token, against one of those sessions, when stores are busy.
    pub(crate) fn pays(&self, token: &str, mut sessions: impl FnMut(&str) -> bool) -> bool {
        let own = self.pairs.iter().filter(|pair| pair.token == token && pair.condition == self.busiest());
        own.filter(|pair| sessions(pair.session)).any(|pair| pair.pays_from().is_some())
    }

    /// What a token is worth against a session: under that condition where the session waits for a server, and otherwise as it is.
    pub(crate) fn verdict(&self, token: &str, session: &str, condition: Condition) -> Option<&Pair<'a>> {
        let pairs = || self.pairs.iter().filter(|pair| pair.token == token && pair.session == session);
        pairs().find(|pair| pair.condition == condition).or_else(|| pairs().next())
    }
}

impl Pair<'_> {
    /// From which number of requests on the dearer login of the token pays. Where the interval reaches down to the first request, it is
    /// perhaps not the dearer one.
    pub(crate) fn pays_from(&self) -> Option<Estimate> {
        match self.verdict {
            Ok(Verdict::From(number)) if number.low > 1.0 => Some(number),
            _ => None,
        }
    }
}

impl Condition {
    fn suffix(self) -> String {
        match self {
            Self::Single => String::new(),
            Self::InFlight(number) => format!("-{number}{IN_FLIGHT}"),
        }
    }
}

fn in_flight(case: &Case<'_>) -> Option<Condition> {
    let Some(name) = case.name.strip_suffix(IN_FLIGHT) else {
        return (!case.name.contains("in-flight")).then_some(Condition::Single);
    };
    let number: f64 = name.rsplit('-').next()?.parse().ok()?;
    Some(if number > 1.0 { Condition::InFlight(number) } else { Condition::Single })
}

/// One after another, and what is usual under load.
fn conditions(authorise: &QuestionView<'_>) -> Vec<Condition> {
    let mut busy: Vec<f64> = authorise
        .cases
        .iter()
        .filter_map(|case| match in_flight(case)? {
            Condition::InFlight(number) if number <= USUAL => Some(number),
            _ => None,
        })
        .collect();
    busy.sort_by(f64::total_cmp);
    let most = busy.last().map(|number| Condition::InFlight(*number));
    [Some(Condition::Single), most].into_iter().flatten().collect()
}

/// The first case of that condition in which the design has a line.
fn line<'q, 'a>(asked: &'q QuestionView<'a>, id: &str, condition: Condition) -> Option<&'q Line<'a>> {
    asked.cases.iter().filter(|case| in_flight(case) == Some(condition)).find_map(|case| case.line(id))
}

fn has_in_flight(authorise: &QuestionView<'_>, id: &str, condition: Condition) -> bool {
    // In process, nothing is in flight: a line there is the plain case once more.
    line(authorise, id, condition).is_some_and(|line| line.figure(Metric::Cpu).is_some())
}

fn sides<'a>(issue: &QuestionView<'a>, authorise: &QuestionView<'a>, condition: Condition) -> Vec<Side<'a>> {
    let Some(logins) = issue.cases.first() else { return Vec::new() };
    let side = |login: &Line<'a>| {
        let declared = login.declared.filter(|_| login.kind == Kind::Design)?;
        // Whatever waits for nobody costs the same whatever is in flight.
        let plain = || line(authorise, login.id, Condition::Single);
        let busy = || line(authorise, login.id, condition).filter(|line| line.trouble().is_none());
        let request = busy().or_else(plain)?;
        let cost = parts(login).and_then(|login| Ok(Cost { login, request: parts(request)? }));
        Some(Side { id: login.id, declared, cost })
    };
    logins.lines.iter().filter_map(side).collect()
}

/// CPU time of this process, and of the store where there is one outside of it.
fn parts(line: &Line<'_>) -> Result<Vec<Estimate>, String> {
    if let Some((_, reason)) = line.trouble() {
        return Err(reason.to_owned());
    }
    let waits = line.figure(Metric::Cpu);
    let own = waits.or_else(|| line.figure(Metric::Time)).ok_or("it has no time")?;
    let store = line.figure(Metric::StoreCpu);
    let shared = line.declared.is_some_and(|declared| declared.state == "shared store");
    if waits.is_some() && shared && store.is_none() {
        return Err("the CPU time of its store is not known: the suite has not started it".to_owned());
    }
    Ok([Some(own), store].into_iter().flatten().collect())
}

fn is_session(side: &Side<'_>) -> bool {
    side.declared.family == "stateful"
}

/// Whether a design asks its store at each request, as a session does.
fn asks(authorise: &QuestionView<'_>, id: &str) -> bool {
    let lines = authorise.cases.iter().filter_map(|case| case.line(id));
    let asks = |line: &Line<'_>| {
        let (own, store) = (line.figure(Metric::Cpu)?, line.figure(Metric::StoreCpu)?);
        Some(store.value > ASKS * own.value)
    };
    lines.filter_map(asks).any(|asks| asks)
}

fn compared(token: &Side<'_>, session: &Side<'_>) -> Result<Verdict, String> {
    let known = |side: &Side<'_>| side.cost.clone().map_err(|reason| format!("{}: {reason}", side.id));
    Ok(verdict(&known(token)?, &known(session)?))
}
