//! The section, and the provenance of each execution.

use std::collections::BTreeMap;

use maud::{Markup, html};
use measure::record::{Entry, Execution, Profile, Provenance, Service};

use super::noise::{noise, quiet};
use crate::{
    page::parts,
    text::format,
    view::{View, rounds_done},
};

/// The setting that says what a session survives.
const DURABILITY: &str = "durability";

/// The section.
pub(crate) fn section(view: &View<'_>) -> Markup {
    html! {
        section #doubt {
            h2 { "How to doubt this" }
            p.lead {
                "Every raw sample is in " a href="run.json" { "run.json" } ", every figure in "
                a href="results.csv" { "results.csv" } ". The command of each execution below repeats it, and "
                code { "authbench report " (view.record.name) }
                " makes this page again from the record."
            }
            p {
                "A time is that of the quiet machine: the smallest of the rounds' medians, each round a process of its \
                own. A ratio is one quiet time over another. Its interval is the one expected on a rerun, at 95 %, from \
                parts of this run that lie minutes apart. It does not know what another hour or another build would \
                bring. Below six rounds there is no interval: the range of the rounds stands in its place, with their \
                number."
            }
            (quiet(view))
            @if !view.asked.is_empty() { (noise(view)) }
            (stores(&view.record.entries))
            @for (number, execution) in view.record.executions.iter().enumerate() {
                (provenance(number, execution))
            }
        }
    }
}

/// What the designs' stores were set to, those with the same settings together.
fn stores(entries: &[Entry]) -> Markup {
    let mut alike: Vec<(&BTreeMap<String, String>, Vec<&str>)> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.settings.is_empty()) {
        match alike.iter_mut().find(|(settings, _)| **settings == entry.settings) {
            Some((_, ids)) => ids.push(&entry.id),
            None => alike.push((&entry.settings, vec![&entry.id])),
        }
    }
    if alike.is_empty() {
        return html! {};
    }
    let table = html! {
        table {
            caption {
                span.stay {
                    "Stores as their clients are set. What a session that was acknowledged survives, and what bounds \
                     a call; the servers' own settings stand with each execution."
                }
            }
            thead { tr { th scope="col" { "Designs" } th scope="col" { "Durability" } th scope="col" { "Settings" } } }
            tbody {
                @for (settings, ids) in &alike {
                    tr {
                        th scope="row" { @for id in ids { code { (id) } br; } }
                        td { (settings.get(DURABILITY).map_or("not stated", String::as_str)) }
                        td {
                            @for (name, value) in settings.iter().filter(|(name, _)| *name != DURABILITY) {
                                code { (name) " " (value) } br;
                            }
                        }
                    }
                }
            }
        }
    };
    parts::scrolling("Settings of stores", table)
}

fn provenance(number: usize, execution: &Execution) -> Markup {
    let from = &execution.provenance;
    html! {
        h3 { "Execution " (number + 1) ", " time datetime=(from.started) { (from.started) } }
        dl {
            dt { "Command" } dd { code { (from.command) } }
            dt { "Commit" } dd { (commit(from)) }
            dt { "Suite" } dd { (from.suite_version) ", built as " (from.build) " by " (from.rustc) }
            dt { "Profile" } dd { (profile(from.profile)) }
            dt { "Rounds" } dd { (rounds(execution)) }
            dt { "Seed" } dd { (from.seed) }
            dt { "Time" } dd { (from.started) " to " (from.finished) }
            dt { "Processors" } dd { (from.placement) }
            dt { "Program" } dd { "SHA-256 " code { (from.program_sha256) } }
            @if let Some(text) = states(execution) { dt { "Disturbances" } dd { (text) } }
        }
        (machine(from))
        (services(&from.services))
        details {
            summary { "Crates (" (from.crates.len()) ")" }
            ul.columns {
                @for (name, version) in &from.crates { li { (name) " " (version) } }
            }
        }
    }
}

/// What the rounds noted of the machine, over the whole execution.
fn states(execution: &Execution) -> Option<String> {
    let all: Vec<_> = execution.batches.iter().flat_map(|batch| &batch.states).collect();
    let spins = || all.iter().flat_map(|state| [state.spin_before_ns, state.spin_after_ns]);
    let (least, most) = (spins().reduce(f64::min)?, spins().reduce(f64::max)?);
    let steal: u64 = all.iter().filter_map(|state| state.steal_ms).sum();
    let switches: u64 = all.iter().filter_map(|state| state.involuntary_switches).sum();
    Some(format!(
        "a fixed piece of arithmetic took {} to {}; the hypervisor took {steal} ms of the CPUs; {switches} times a round \
         was put off its CPU",
        format::time(least),
        format::time(most)
    ))
}

fn commit(from: &Provenance) -> Markup {
    html! {
        @match &from.commit {
            Some(commit) => { code { (commit) } }
            None => { strong.bad { "none: not a git checkout" } }
        }
        @match from.dirty {
            Some(true) => { " " strong.bad { "with uncommitted changes" } }
            Some(false) => { ", no uncommitted changes" }
            None => {}
        }
    }
}

fn profile(profile: Profile) -> &'static str {
    match profile {
        Profile::Quick => "quick: a look, not for quoting",
        Profile::Standard => "standard: figures to quote",
        Profile::Full => "full: figures to publish",
    }
}

fn rounds(execution: &Execution) -> Markup {
    let planned = execution.provenance.rounds_planned;
    html! {
        @match rounds_done(execution) {
            None => { "none of " (planned) " planned" }
            Some((least, most)) => {
                @if least == most { (least) } @else { (least) " to " (most) }
                " of " (planned) " planned"
            }
        }
        @if execution.provenance.interrupted { " " strong.bad { "interrupted" } }
    }
}

fn machine(from: &Provenance) -> Markup {
    let machine = &from.machine;
    let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "not readable here".to_owned());
    html! {
        h4 { "Machine" }
        dl {
            dt { "CPU" }
            dd { (told(&machine.cpu_model)) ", " (machine.logical_cpus) " logical CPUs, " (machine.architecture) }
            @if let Some(numbers) = &machine.cpu_signature {
                dt { "Generation" }
                dd { @if let Some(name) = &machine.microarchitecture { (name) ", " } (numbers) }
            }
            @if let Some(threads) = machine.threads_per_core {
                dt { "Threads a core" } dd { (threads) ", as far as the system shows" }
            }
            @if !machine.caches.is_empty() { dt { "Caches" } dd { (machine.caches.join(", ")) } }
            dt { "Memory" } dd { (machine.memory_bytes.map_or("not readable here".to_owned(), format::memory)) }
            dt { "System" } dd { (told(&machine.operating_system)) }
            dt { "Kernel" } dd { (told(&machine.kernel)) }
            dt { "Governor" } dd { (told(&machine.governor)) }
            @if let Some(huge_pages) = &machine.huge_pages { dt { "Huge pages" } dd { (huge_pages) } }
            dt { "Virtual" } dd { (machine.virtualisation.as_deref().unwrap_or("no sign of it")) }
            dt { "Load before" } dd { (told(&machine.load_average)) }
        }
        @if !machine.cpu_flags.is_empty() {
            details {
                summary { "CPU flags (" (machine.cpu_flags.len()) ")" }
                p.flags { (machine.cpu_flags.join(" ")) }
            }
        }
    }
}

fn services(services: &[Service]) -> Markup {
    html! {
        h4 { "Services" }
        @if services.is_empty() { p { "None took part." } }
        @for service in services {
            p { strong { (service.name) " " (service.version) } ", " (service.reached) "." }
            @if !service.settings.is_empty() {
                ul.columns {
                    @for (setting, value) in &service.settings { li { code { (setting) " " (value) } } }
                }
            }
        }
    }
}
