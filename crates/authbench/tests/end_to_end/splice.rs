//! `authbench splice`

use crate::support::{Desk, finished};

const DOCUMENT: &str = "\
# Title

<!-- authbench:answer latest -->
An old answer.
<!-- authbench:end -->

Between.

<!-- authbench:noise results/latest/run.json -->
<!-- authbench:end -->
The end without a line feed";

fn desk_with(document: &str) -> Desk {
    let desk = Desk::with(finished());
    desk.write("README.md", document);
    desk
}

#[test]
fn marks_are_filled_and_the_text_around_them_stays() {
    let desk = desk_with(DOCUMENT);
    desk.authbench("splice README.md").run().succeeded().said(&["updated: README.md"]);
    let text = desk.read("README.md");
    assert!(text.starts_with("# Title\n\n<!-- authbench:answer latest -->\n"), "{text}");
    assert!(text.contains("<!-- authbench:end -->\n\nBetween.\n\n<!-- authbench:noise "), "{text}");
    assert!(text.ends_with("\n<!-- authbench:end -->\nThe end without a line feed"), "{text}");
    assert!(text.contains("To authorise one request takes **") && !text.contains("An old answer."), "{text}");
    assert!(text.contains("| `jwt-hs256~twin` |"), "{text}");

    desk.authbench("splice README.md")
        .run()
        .succeeded()
        .said(&["all figures are those of the recorded runs"]);
    assert_eq!(desk.read("README.md"), text, "once is enough");
}

#[test]
fn a_check_fails_on_stale_figures_changes_nothing_and_passes_on_fresh_ones() {
    let desk = desk_with(DOCUMENT);
    desk.authbench("splice --check README.md").run().failed_saying(&["README.md", "authbench splice"]);
    assert_eq!(desk.read("README.md"), DOCUMENT);
    desk.authbench("splice README.md").run().succeeded();
    desk.authbench("splice --check README.md").run().succeeded();

    desk.write("README.md", desk.read("README.md").replacen("takes **", "takes **1", 1));
    desk.authbench("splice --check README.md").run().failed_saying(&["README.md"]);
}

#[test]
fn every_block_can_be_had_and_an_unknown_one_is_answered_with_the_list() {
    let desk = desk_with("");
    let mark = |block: &str| format!("<!-- authbench:{block} latest -->\n<!-- authbench:end -->\n");
    for block in ["answer", "ratios", "noise", "criterion", "machine"] {
        desk.write("README.md", mark(block));
        desk.authbench("splice README.md").run().succeeded();
        assert!(desk.read("README.md").len() > mark(block).len() + 50, "{block}");
    }
    desk.write("README.md", mark("haiku"));
    let told = desk.authbench("splice README.md").run();
    told.failed_saying(&["README.md", "haiku", "answer", "ratios", "noise", "criterion", "machine"]);
}

#[test]
fn a_broken_mark_a_missing_run_and_a_missing_document_are_named() {
    for (document, named) in [
        ("<!-- authbench:answer latest -->\nno end", "has no `<!-- authbench:end -->`"),
        ("<!-- authbench:answer -->\n<!-- authbench:end -->", "is no mark"),
        ("<!-- authbench:end -->", "is no mark"),
        ("<!-- authbench:answer nowhere -->\n<!-- authbench:end -->", "nowhere"),
    ] {
        let desk = desk_with(document);
        desk.authbench("splice README.md").run().failed_saying(&["README.md", named]);
        assert_eq!(desk.read("README.md"), document);
    }
    Desk::new().authbench("splice MISSING.md").run().failed_saying(&["MISSING.md"]);
}

#[test]
fn a_mark_whose_end_was_forgotten_does_not_swallow_the_text_up_to_the_next() {
    let document = "<!-- authbench:answer latest -->\nPrecious.\n<!-- authbench:noise latest -->\n<!-- authbench:end -->\n";
    let desk = desk_with(document);
    desk.authbench("splice README.md").run().failed_saying(&["README.md", "authbench:answer"]);
    assert_eq!(desk.read("README.md"), document);
}
