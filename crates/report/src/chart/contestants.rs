//! Many contestants in one chart are a wall: from some number on, designs and peers get a chart each.

use measure::record::Kind;

use super::{
    capital,
    forest::{Group, Row},
};

/// The number of designs and peers in a chart that is still taken in at a glance.
pub(crate) const MANY: usize = 16;

/// The title of the group of those that no floor bounds.
const UNBOUNDED: &str = "Without a floor";

/// A row with what it is grouped by.
pub(crate) struct Contestant<'c> {
    pub(crate) row: Row,
    pub(crate) family: Option<&'c str>,
    pub(crate) floor: Option<&'c str>,
}

/// One of the charts that rows were divided into.
pub(crate) struct Part {
    /// For its file name, with a leading hyphen where not empty.
    pub(crate) suffix: &'static str,
    /// For its title; may be empty.
    pub(crate) title: &'static str,
    /// For its subtitle; may be empty.
    pub(crate) about: &'static str,
    /// Whose troubles belong below it.
    pub(crate) kinds: &'static [Kind],
    pub(crate) groups: Vec<Group>,
}

/// One chart of all, or where they are many, one of the designs by family and one of the peers, each beside the design
/// that does the same work: the one that the same floor bounds. Floors are strokes in the rows then, and rows only in the
/// table.
pub(crate) fn divide(mut contestants: Vec<Contestant<'_>>) -> Vec<Part> {
    sort(&mut contestants);
    let contends = |contestant: &&Contestant<'_>| matches!(contestant.row.kind, Kind::Design | Kind::Peer);
    if contestants.iter().filter(contends).count() <= MANY {
        let rows = contestants.into_iter().map(|contestant| contestant.row).collect();
        let groups = vec![Group { title: String::new(), rows }];
        return vec![Part { suffix: "", title: "", about: "", kinds: Kind::ALL, groups }];
    }
    let peers = peers(&contestants);
    let designs = Part {
        suffix: "",
        title: if peers.is_empty() { "" } else { ", designs" },
        about: "",
        kinds: &[Kind::Design, Kind::Twin, Kind::Control, Kind::Floor],
        groups: designs(contestants),
    };
    let peers = Part {
        suffix: "-peers",
        title: ", peers",
        about: " Each group is what one floor bounds: the designs that do the same work, and the peers.",
        kinds: &[Kind::Peer],
        groups: peers,
    };
    [designs, peers].into_iter().filter(|part| !part.groups.is_empty()).collect()
}

fn designs(contestants: Vec<Contestant<'_>>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for contestant in contestants {
        let title = match contestant.row.kind {
            Kind::Peer | Kind::Floor => continue,
            Kind::Control => "Controls: no auth work".to_owned(),
            Kind::Design | Kind::Twin => contestant.family.map_or("Designs".to_owned(), capital),
        };
        put(&mut groups, title, contestant.row);
    }
    // The controls last, whatever they cost.
    groups.sort_by_key(|group| group.rows.iter().all(|row| row.kind == Kind::Control));
    groups
}

fn peers(contestants: &[Contestant<'_>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for contestant in contestants {
        let row = &contestant.row;
        match (row.kind, contestant.floor) {
            (Kind::Peer | Kind::Design, Some(floor)) => {
                put(&mut groups, format!("Bounded by {floor}"), row.clone());
            }
            (Kind::Peer, None) => put(&mut groups, UNBOUNDED.to_owned(), row.clone()),
            _ => {}
        }
    }
    groups.retain(|group| group.rows.iter().any(|row| row.kind == Kind::Peer));
    groups.sort_by_key(|group| group.title == UNBOUNDED);
    groups
}

fn put(groups: &mut Vec<Group>, title: String, row: Row) {
    match groups.iter_mut().find(|group| group.title == title) {
        Some(group) => group.rows.push(row),
        None => groups.push(Group { title, rows: vec![row] }),
    }
}

fn sort(contestants: &mut [Contestant<'_>]) {
    // Twins stand below their reference, whichever of them happened to be faster.
    let cost = |row: &Row| row.marks.iter().flatten().next().map_or(f64::INFINITY, |mark| mark.figure.value);
    contestants.sort_by(|Contestant { row: one, .. }, Contestant { row: other, .. }| {
        cost(one).total_cmp(&cost(other)).then((one.kind == Kind::Twin).cmp(&(other.kind == Kind::Twin)))
    });
}

#[cfg(test)]
mod tests {
    use measure::stats::Estimate;

    use super::{super::forest::Mark, *};

    fn contestant(name: &str, kind: Kind, ns: f64, floor: Option<&'static str>) -> Contestant<'static> {
        let figure = Estimate::exact(ns);
        let row = Row { name: name.to_owned(), kind, marks: vec![Some(Mark { figure, stroke: None })] };
        Contestant { row, family: Some("stateless"), floor }
    }

    fn names(part: &Part) -> Vec<&str> {
        part.groups.iter().flat_map(|group| &group.rows).map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn a_few_share_a_chart_and_many_do_not() {
        let few = vec![
            contestant("dear", Kind::Peer, 9.0, Some("f")),
            contestant("cheap", Kind::Design, 2.0, Some("f")),
            contestant("f", Kind::Floor, 1.0, None),
        ];
        let parts = divide(few);
        assert_eq!(parts.len(), 1);
        assert_eq!(names(&parts[0]), ["f", "cheap", "dear"]);

        let mut many: Vec<Contestant<'_>> =
            (0..MANY).map(|number| contestant("other", Kind::Design, number as f64, None)).collect();
        many.push(contestant("control", Kind::Control, 0.1, None));
        many.push(contestant("peer", Kind::Peer, 3.0, Some("f")));
        many.push(contestant("same", Kind::Design, 2.5, Some("f")));
        many.push(contestant("f", Kind::Floor, 1.0, None));
        let parts = divide(many);
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].groups.len(), 2, "stateless, then controls");
        assert_eq!(names(&parts[0]).last(), Some(&"control"));
        assert_eq!(names(&parts[1]), ["same", "peer"], "beside the design of the same floor");
    }
}
