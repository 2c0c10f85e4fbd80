//! Which charts a question has.

use measure::record::Question;

use super::{
    by_size_chart, case_chart, denylist, fan_out, hit_rate, load, outage, refresh_storm, relative_chart,
    request, variants_chart,
};
use crate::{
    chart::Plan,
    view::{QuestionView, against, against_over_http, series},
};

/// Along an axis what makes one, beside its plain variant what has another, side by side what is compared, by itself what is left.
pub(crate) fn of_question(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    match asked.question {
        Question::Request => return request::chart(asked),
        Question::Load => return load::charts(asked),
        // Its chart is on the first screen: every design's cost against it.
        Question::Staleness => return Vec::new(),
        Question::Outage => return outage::charts(asked),
        Question::RefreshStorm => return refresh_storm::charts(asked),
        Question::Denylist => return denylist::charts(asked),
        Question::HitRate => return hit_rate::charts(asked),
        Question::FanOut => return fan_out::charts(asked),
        _ => {}
    }
    let (all, alone) = series(asked);
    let mut plans = by_size_chart::of_question(asked, &all);
    if asked.question == Question::Rotation {
        // What is counted is in a table.
        return plans;
    }
    plans.extend(variants_chart::of_question(asked));
    let quantiles = relative_chart::quantiles(asked);
    if !quantiles.is_empty() {
        plans.extend(quantiles);
    } else if let Some(against) = against(asked) {
        // Attacks are on designs: peers are in the tables.
        let designs_only = asked.question == Question::Attack;
        plans.extend(relative_chart::compared(asked, &against, designs_only));
        if let Some(against) = against_over_http(asked) {
            plans.extend(relative_chart::compared_over_http(asked, &against));
        }
    } else {
        plans.extend(alone.into_iter().flat_map(|case| case_chart::of_case(asked, case)));
    }
    plans
}
