//! The policy of `permissions` is sufficient for a status page, and every action that it has because of the page is needed.

use std::collections::BTreeSet;

use super::policy::{Passed, printed, spare, unchecked};
use super::scenario::{Scenario, as_user, change_page};
use super::{PAGE, Right, in_the_emulators_names, rights, with_page};
use crate::support::{Caller, Fixture, in_parallel};

/// Whether a policy has this only because of a page, now or in an earlier configuration.
fn is_because_of_the_page((statement, _): &Right) -> bool {
    ["Page", "PageAccount"].contains(&statement.as_str())
}

/// The actions of a policy that are there because of the page and that the emulator does not check.
fn unchecked_because_of_the_page(audience: &str) -> BTreeSet<Right> {
    let mut rights = rights(&printed(&with_page().0, audience));
    rights.retain(is_because_of_the_page);
    assert!(!rights.is_empty(), "{audience}");
    unchecked(&rights)
}

#[test]
fn each_action_for_the_page_is_needed_by_up_and_down() {
    let expected = unchecked_because_of_the_page("up");
    assert_eq!(spare(&Scenario::WITH_PAGE, "up", is_because_of_the_page), expected);
}

#[test]
fn each_action_for_the_page_is_needed_by_status_and_page() {
    let expected = unchecked_because_of_the_page("status");
    assert_eq!(spare(&Scenario::LOOKING_WITH_PAGE, "status", is_because_of_the_page), expected);
}

fn user(fixture: &Fixture, audience: &str) -> Caller {
    fixture.user(&in_the_emulators_names(&printed(fixture, audience)))
}

/// The life of a page, with the policy that was printed before its beginning.
fn whole_life(page: &str) {
    let (fixture, names) = with_page();
    fixture.edit(PAGE, &format!("{PAGE}{page}\n"));
    let user = user(&fixture, "up");
    let up = || Scenario::UpWithPage.run(&fixture, &user).ended(0);
    let status = || as_user(fixture.with_code(&["status", "--exit-code"]), &user).run();
    up();
    let again = up();
    assert_eq!(again.writes(), [""; 0], "{}", again.whole());
    status().ended(0);
    if page.is_empty() {
        change_page(&fixture, &names);
        status().ended(3);
        up();
        status().ended(0);
    }
    Scenario::Page.run(&fixture, &user).ended(0);
    Scenario::Announce.run(&fixture, &user).ended(0);
    as_user(fixture.deploy(&["announce", "--clear"]), &user).run().ended(0);
    Scenario::DownWithPage.run(&fixture, &user).ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn the_policy_with_a_page_is_sufficient_from_up_to_down() {
    in_parallel(vec!["", "region = \"eu-west-1\""], whole_life);
}

#[test]
fn the_policy_without_a_page_is_sufficient_to_remove_one() {
    in_parallel(vec![Scenario::UpWithoutPage, Scenario::DownWithoutPage], |scenario| {
        let passed = Passed::through(scenario, "up");
        let left = passed.fixture.inventory();
        assert!(!left.iter().any(|name| name.contains("-page")), "{scenario:?}: {left:?}");
        assert_eq!(left.is_empty(), scenario == Scenario::DownWithoutPage, "{left:?}");
    });
}

#[test]
fn the_policy_for_status_is_sufficient_to_see_the_page_and_changes_nothing() {
    let (fixture, _) = with_page();
    let fixture = fixture.with_deployment();
    let user = user(&fixture, "status");
    as_user(fixture.with_code(&["status", "--exit-code"]), &user).run().ended(0);
    as_user(fixture.with_code(&["plan", "--exit-code"]), &user).run().ended(0);
    Scenario::Page.run(&fixture, &user).ended(0);
    as_user(fixture.deploy(&["announce"]), &user).run().ended(0);
    let folder = fixture.home().join("files");
    as_user(fixture.deploy(&["page", "--out"]).args([&folder]), &user).run().ended(0);
    let before = fixture.inventory();
    for scenario in [Scenario::Announce, Scenario::DownWithPage] {
        let ran = scenario.run(&fixture, &user).ended(1);
        assert!(ran.stderr.contains("AccessDenied"), "{}", ran.whole());
    }
    assert_eq!(fixture.inventory(), before);
    assert_eq!(fixture.plan(), [""; 0]);
}
