//! Charts of lines along an axis of numbers.

use measure::record::{Kind, Metric};

use super::{
    super::{
        Scale,
        courses::{Courses, Line, Panel},
    },
    AXIS, Plan, capital,
    entrants::MANY,
    notes::troubles_along,
};
use crate::view::{Asked, Axis, Course, LIMITS, Limit, Memory, Series, Unit};

/// Of the figure beside a name.
const LAST: &str = ", at the largest number unless it says at which";

/// Time against the number of the question's cases; and bytes, where it is bytes that grow.
pub(super) fn of_question(asked: &Asked<'_>, all: &[Series<'_, '_>]) -> Vec<(String, Plan)> {
    let Some(axis) = asked.words.axis.filter(|_| !all.is_empty()) else { return Vec::new() };
    let word = asked.question.word();
    let by = axis.name.replace(' ', "-");
    let mut plans = Vec::new();
    for half in halves(all) {
        let panels = all.iter().map(|series| Panel {
            title: series.name.to_owned(),
            lines: series
                .courses(Metric::Time)
                .into_iter()
                .filter(|course| half.takes(course))
                .map(line)
                .collect(),
        });
        let cases = all.iter().flat_map(|series| series.cases.iter().map(|(_, case)| *case));
        let courses = Courses {
            title: format!("{}: time against {}{}", capital(word), axis.name, half.title),
            subtitle: format!(
                "Median time of one operation, {AXIS}. The figure beside a name is its last{LAST}."
            ),
            axis,
            scale: Scale::Time,
            limits: Vec::new(),
            panels: panels.filter(|panel| !panel.lines.is_empty()).collect(),
            notes: troubles_along(cases, half.kinds),
        };
        plans.push((format!("{word}-by-{by}{}", half.suffix), Plan::Courses(courses)));
    }
    if axis.unit == Unit::Bytes {
        plans.extend(credential(word, axis, all));
    }
    plans
}

/// What the credential adds to each request, below what it has to fit into.
fn credential(word: &str, axis: Axis, all: &[Series<'_, '_>]) -> Option<(String, Plan)> {
    let mut notes = Vec::new();
    let panels: Vec<Panel> = all
        .iter()
        .map(|series| Panel {
            title: series.name.to_owned(),
            lines: together(series.courses(Metric::Bytes), &mut notes),
        })
        .filter(|panel| !panel.lines.is_empty())
        .collect();
    if panels.is_empty() {
        return None;
    }
    let fit = LIMITS.map(|Limit { written, what, .. }| format!("{what} ({written})")).join(" and ");
    let courses = Courses {
        title: format!("{}: bytes of each request against {}", capital(word), axis.name),
        subtitle: format!(
            "What the credential adds to each request, on logarithmic axes. Lines across are what it has to fit into: \
             {fit}. The figure beside a name is its last{LAST}."
        ),
        axis,
        scale: Scale::Bytes,
        limits: LIMITS.to_vec(),
        panels,
        notes,
    };
    Some((format!("{word}-bytes"), Plan::Courses(courses)))
}

/// What the server keeps for each session.
pub(super) fn memory(memory: &Memory<'_>) -> Vec<(String, Plan)> {
    const AXIS: Axis = Axis { name: "stored sessions", unit: Unit::Count, nouns: &[] };
    let lines = memory.courses.iter().map(|course| Line {
        name: course.id.to_owned(),
        kind: course.kind,
        points: course.points.clone(),
    });
    let courses = Courses {
        title: "Memory: bytes a session against stored sessions".to_owned(),
        subtitle: format!(
            "What the server keeps for each session, on logarithmic axes. The figure beside a name is its last{LAST}."
        ),
        axis: AXIS,
        scale: Scale::Bytes,
        limits: Vec::new(),
        panels: vec![Panel { title: String::new(), lines: lines.collect() }],
        notes: Vec::new(),
    };
    vec![("memory-by-stored-sessions".to_owned(), Plan::Courses(courses))]
}

/// Which of the contestants a chart shows.
struct Half<'c> {
    suffix: &'static str,
    title: &'static str,
    kinds: &'static [Kind],
    /// Floors that are shown: those of the contestants in the chart.
    floors: Vec<&'c str>,
    /// Designs shown beside the peers: one for each floor that bounds a peer.
    designs: Option<Vec<&'c str>>,
}

impl Half<'_> {
    fn takes(&self, course: &Course<'_>) -> bool {
        match course.kind {
            Kind::Floor if self.suffix.is_empty() && self.title.is_empty() => true,
            Kind::Floor => self.floors.contains(&course.id),
            Kind::Design => self.designs.as_ref().is_none_or(|designs| designs.contains(&course.id)),
            kind => self.kinds.contains(&kind),
        }
    }
}

/// All in one chart, or where they are many, designs in one and peers in another.
fn halves<'c>(all: &'c [Series<'_, '_>]) -> Vec<Half<'c>> {
    let courses: Vec<Course<'c>> = all.iter().flat_map(|series| series.courses(Metric::Time)).collect();
    let mut ids: Vec<&str> = courses
        .iter()
        .filter(|course| matches!(course.kind, Kind::Design | Kind::Peer))
        .map(|course| course.id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let peers = courses.iter().any(|course| course.kind == Kind::Peer);
    if ids.len() <= MANY || !peers {
        let whole = Half { suffix: "", title: "", kinds: Kind::ALL, floors: Vec::new(), designs: None };
        return vec![whole];
    }
    let floors =
        |kind| courses.iter().filter(move |course| course.kind == kind).filter_map(|course| course.floor);
    let of_peers: Vec<&str> = floors(Kind::Peer).collect();
    let beside = courses
        .iter()
        .filter(|course| course.kind == Kind::Design)
        .filter(|course| course.floor.is_some_and(|floor| of_peers.contains(&floor)));
    let beside: Vec<&str> = beside.map(|course| course.id).collect();
    let bound = |id: &str| courses.iter().any(|course| course.floor == Some(id));
    let of_nobody = courses.iter().filter(|course| course.kind == Kind::Floor && !bound(course.id));
    let of_nobody = of_nobody.map(|course| course.id);
    vec![
        Half {
            suffix: "",
            title: ", designs",
            kinds: &[Kind::Design, Kind::Twin, Kind::Control, Kind::Floor],
            floors: floors(Kind::Design).chain(of_nobody).collect(),
            designs: None,
        },
        Half {
            suffix: "-peers",
            title: ", peers",
            kinds: &[Kind::Peer],
            floors: of_peers,
            designs: Some(beside),
        },
    ]
}

fn line(course: Course<'_>) -> Line {
    Line { name: course.id.to_owned(), kind: course.kind, points: course.points }
}

/// Contestants whose figures are the same in every case as one line, which is named by the first; the notes name all.
fn together(courses: Vec<Course<'_>>, notes: &mut Vec<String>) -> Vec<Line> {
    let mut groups: Vec<(Course<'_>, Vec<&str>)> = Vec::new();
    for course in courses {
        let same = |known: &Course<'_>| known.points == course.points;
        match groups.iter_mut().find(|(known, _)| same(known)) {
            Some((_, others)) => others.push(course.id),
            None => groups.push((course, Vec::new())),
        }
    }
    let mut lines = Vec::new();
    for (course, others) in groups {
        let mut line = line(course);
        if !others.is_empty() {
            notes.push(format!("The same as {}: {}.", line.name, others.join(", ")));
            line.name = format!("{} and {} more", line.name, others.len());
        }
        lines.push(line);
    }
    lines
}
