//! The status page beside a monitor that is deployed: from every state of its parts, with every kind of fault at every
//! step, also where the configuration no longer has a page.

use plexmon_deploy::resources::{Binding, Concurrency};
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::initial_states::{Condition, make_consistent, pick};
use super::memory::StepFault;
use super::runs::{Direction, check_from};
use crate::plan::deployment::{Deployment, Only as _};

/// All combinations of the page's role, log group, function and URL: 3 to the power of 4.
fn all(deployment: &Deployment) -> impl Iterator<Item = ([Condition; 4], Stack)> + '_ {
    let conditions = [Condition::Absent, Condition::Outdated, Condition::Desired];
    (0..3_usize.pow(4)).map(move |number| {
        let of_part = [0, 1, 2, 3].map(|index| conditions[number / 3_usize.pow(index) % 3]);
        (of_part, of(deployment, of_part))
    })
}

fn of(deployment: &Deployment, conditions: [Condition; 4]) -> Stack {
    let [role, log_group, function, url] = conditions;
    let desired = &deployment.desired;
    let mut outdated = desired.clone();
    make_outdated(&mut outdated);
    let mut stack = desired.clone();
    stack.roles.truncate(1);
    stack.log_groups.truncate(1);
    stack.functions.truncate(1);
    stack.roles.extend(pick(role, &outdated.roles[1..], &desired.roles[1..]));
    stack.log_groups.extend(pick(log_group, &outdated.log_groups[1..], &desired.log_groups[1..]));
    stack.functions.extend(pick(function, &outdated.functions[1..], &desired.functions[1..]));
    stack.function_urls = pick(url, &outdated.function_urls, &desired.function_urls);
    make_consistent(&mut stack);
    stack
}

fn make_outdated(stack: &mut Stack) {
    stack.roles[1].policy = None;
    stack.log_groups[1].retention_days = None;
    let page = stack.the_page();
    page.binding = Binding::Unknown;
    page.concurrency = Some(Concurrency::Reserved(0));
    page.logging = None;
    let url = stack.the_url();
    let config = url.url.as_mut().unwrap();
    config.auth = "AWS_IAM".to_owned();
    config.cors = Some(json!({ "allow_origins": ["*"] }));
    url.url_permission = None;
    url.invoke_permission.as_mut().unwrap().principal = "arn:aws:iam::123456789012:root".to_owned();
}

async fn check(direction: Direction) {
    let deployment = Deployment::usual().with_page();
    let mut runs = 0;
    for (conditions, observed) in all(&deployment) {
        for fault in [StepFault::Refused, StepFault::HalfDone, StepFault::LostReply] {
            let from = format!("{conditions:?}");
            runs += check_from(&deployment, &from, &observed, direction, fault).await;
        }
    }
    assert!(runs > 500, "only {runs} runs");
}

#[tokio::test]
async fn up_completes_the_page_after_any_fault() {
    check(Direction::Up).await;
}

#[tokio::test]
async fn down_removes_a_page_with_missing_parts_after_any_fault() {
    check(Direction::Down).await;
}

/// `up` without [page]: the monitor stays.
#[tokio::test]
async fn a_page_that_is_no_longer_configured_is_removed_after_any_fault() {
    let (with_page, without) = (Deployment::usual().with_page(), Deployment::usual());
    for (conditions, observed) in all(&with_page) {
        for fault in [StepFault::Refused, StepFault::HalfDone, StepFault::LostReply] {
            check_from(&without, &format!("{conditions:?}"), &observed, Direction::Up, fault).await;
        }
    }
}

/// Only the statements of a URL are left, because it was deleted by hand.
#[tokio::test]
async fn a_url_that_was_deleted_by_hand_is_created_again_or_its_statements_are_removed() {
    let deployment = Deployment::usual().with_page();
    let observed = deployment.drifted(|stack| stack.the_url().url = None);
    for fault in [StepFault::Refused, StepFault::HalfDone, StepFault::LostReply] {
        for direction in [Direction::Up, Direction::Down] {
            assert!(check_from(&deployment, "statements", &observed, direction, fault).await > 0);
        }
        let without = Deployment::usual();
        assert!(check_from(&without, "statements", &observed, Direction::Up, fault).await > 0);
    }
}
