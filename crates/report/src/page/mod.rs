//! `report.html`: one file, no network, no script. maud escapes whatever comes from the record; the only markup let
//! through as it is are our own style sheet and charts, which escape for themselves.

pub(crate) mod parts;
pub(crate) mod table;

use maud::{DOCTYPE, PreEscaped, html};

use crate::{
    chart::{self, Chart},
    doubt, first_screen, section,
    view::View,
};

/// The whole page.
pub(crate) fn html(view: &View<'_>, charts: &[Chart]) -> String {
    let title = format!("{} – authbench", view.record.name);
    let style = format!("{}{}", chart::theme(), include_str!("style.css"));
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // A record is not ours: should its text ever get out of its place, nothing may run or load.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body {
                a.skip href="#answer" { "Skip to the answer" }
                (first_screen::header(view))
                main {
                    (first_screen::answer(view, charts))
                    @for one in &view.sections() {
                        (section::section(view, one, charts))
                    }
                    (doubt::section(view))
                }
                footer {
                    "Made by " code { "authbench report " (view.record.name) } " from "
                    a href="run.json" { "run.json" } ". All figures: " a href="results.csv" { "results.csv" } "."
                }
            }
        }
    };
    page.into_string()
}
