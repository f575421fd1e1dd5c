//! The page moves between regions, appears and disappears: whatever fails in between, and whatever the owner configures
//! next, nothing is left anywhere.

use plexmon_deploy::apply::StepOutcome;
use plexmon_deploy::config::SecretLookup;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::stack::Stack;

use super::memory::{Memory, StepFault};
use super::runs::{Direction, run, sorted};
use crate::plan::deployment::{CONFIG, Deployment, REGION, secrets};

/// Where the configuration wants the page; `None` for no page.
type Where = Option<&'static str>;

const ALL: [Where; 4] = [None, Some(REGION), Some("us-east-1"), Some("us-west-2")];

fn deployment(page: Where) -> Deployment {
    let page = page.map_or_else(String::new, |region| format!("\n[page]\nregion = \"{region}\"\n"));
    Deployment::of(&format!("{CONFIG}{page}"), &SecretLookup::All(secrets()))
}

/// Return everything as a run of this deployment refers to it: the page's role belongs to the configured region.
fn as_seen_by(deployment: &Deployment, mut all: Stack) -> Stack {
    let page = deployment.names.page_in("").role.role;
    let region = deployment.names.others.first().map_or(REGION, |page| page.region.as_str());
    for role in all.roles.iter_mut().filter(|role| role.name == page) {
        role.region = region.to_owned();
    }
    all
}

/// Return what a run reads: the regions of the configuration, and those that the role's tags name.
fn observed(deployment: &Deployment, all: &Stack) -> Stack {
    let page = deployment.names.page_in("").role.role;
    let is_read = |region: &str| {
        deployment.names.lambdas().any(|lambda| lambda.region == region)
            || all.roles.iter().any(|role| role.name == page && role.regions.contains(region))
    };
    let mut seen = all.clone();
    seen.functions.retain(|one| is_read(&one.region));
    seen.function_urls.retain(|one| is_read(&one.region));
    seen.log_groups.retain(|one| is_read(&one.region));
    seen
}

fn planned(deployment: &Deployment, direction: Direction, all: &Stack) -> Plan {
    plan(&direction.wanted(deployment), &observed(deployment, all), deployment.intent(false)).unwrap()
}

/// Run to the end, and prove that exactly what is wanted is left in all regions.
async fn completes(deployment: &Deployment, direction: Direction, from: Stack, story: &str) {
    let memory = Memory::new(as_seen_by(deployment, from));
    let rest = planned(deployment, direction, &memory.stack());
    for step in run(rest, &memory, direction).await {
        assert_eq!(step.outcome, StepOutcome::Done, "{story}: {step:?}");
    }
    let end = memory.stack().clone();
    assert_eq!(sorted(end.clone()), sorted(direction.wanted(deployment)), "{story}");
    assert!(planned(deployment, direction, &end).is_empty(), "{story}");
}

async fn check(fault: StepFault) {
    let mut runs = 0;
    for (from, to) in ALL.iter().flat_map(|from| ALL.iter().map(move |to| (*from, *to))) {
        let (before, after) = (deployment(from), deployment(to));
        for direction in [Direction::Up, Direction::Down] {
            let start = as_seen_by(&after, before.desired.clone());
            let first = planned(&after, direction, &start);
            for troubled in &first.steps {
                let memory = Memory::with_fault(start.clone(), fault, troubled);
                run(first.clone(), &memory, direction).await;
                let left = memory.stack().clone();
                for then in ALL {
                    let story =
                        format!("{from:?} -> {to:?} ({direction:?}), {fault:?} at {troubled:?}, {then:?}");
                    let deployment = deployment(then);
                    completes(&deployment, Direction::Up, left.clone(), &story).await;
                    completes(&deployment, Direction::Down, left.clone(), &story).await;
                    runs += 2;
                }
            }
        }
    }
    assert!(runs > 1000, "only {runs} runs");
}

#[tokio::test]
async fn a_page_that_moves_leaves_nothing_behind_after_any_refusal() {
    check(StepFault::Refused).await;
}

#[tokio::test]
async fn a_page_that_moves_leaves_nothing_behind_after_half_a_step() {
    check(StepFault::HalfDone).await;
}

#[tokio::test]
async fn a_page_that_moves_leaves_nothing_behind_after_a_lost_confirmation() {
    check(StepFault::LostReply).await;
}
