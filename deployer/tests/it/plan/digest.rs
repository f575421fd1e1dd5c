//! The digest identifies a plan: stable for the same plan, different for any other, and without secrets.

use std::collections::BTreeSet;

use plexmon_deploy::names::Account;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::resources::Content;
use plexmon_deploy::stack::Stack;
use serde_json::{Value, json};

use super::deployment::{CONFIG, Deployment, Only as _, REGION, missing_secrets};
use crate::convergence::initial_states::all;

fn drifted(change: impl FnOnce(&mut Stack)) -> Plan {
    let deployment = Deployment::usual();
    deployment.up(&deployment.drifted(change)).unwrap()
}

/// A constant, because it must be the same on every machine.
#[test]
fn the_digest_of_the_same_plan_is_always_the_same() {
    let plan = || drifted(|stack| stack.the_function().memory_mb = 512);
    assert_eq!(plan().digest(), plan().digest());
    insta::assert_snapshot!(plan().digest(), @"75d2cf9b096f107c41b3eec11dc5caea181f7450cbd11959a0436cb1ec9178ff");
}

#[test]
fn plans_that_differ_have_different_digests() {
    let deployment = Deployment::usual();
    let mut plans = BTreeSet::new();
    let mut digests = BTreeSet::new();
    for (_, observed) in all(&deployment).step_by(3) {
        for plan in [deployment.adopt(&observed).unwrap(), deployment.down(&observed).unwrap()] {
            plans.insert(serde_json::to_string(&plan.steps).unwrap());
            digests.insert(plan.digest());
        }
    }
    assert!(plans.len() > 300, "{}", plans.len());
    assert_eq!(digests.len(), plans.len());
}

#[test]
fn a_change_to_another_value_is_another_plan() {
    let memory = |memory| drifted(move |stack| stack.the_function().memory_mb = memory).digest();
    assert_ne!(memory(512), memory(256));
    let region = |region: &str| {
        let mut plan = drifted(|stack| stack.functions.clear());
        plan.steps[0].region = region.to_owned();
        plan.digest()
    };
    assert_ne!(region("eu-central-1"), region("us-east-1"));
    let mut without_needs = Deployment::usual().up(&Stack::nothing()).unwrap();
    let whole = without_needs.digest();
    without_needs.steps.iter_mut().for_each(|step| step.needs.clear());
    assert_ne!(whole, without_needs.digest());
}

/// A plan that was reviewed for one account must not be applied in another one, even if none of its steps has an ARN.
#[test]
fn the_same_steps_elsewhere_are_another_plan() {
    let usual = ("arn:aws:iam::123456789012:user/me", "123456789012", REGION, "plex-remote-health");
    let plan_at = |(arn, id, region, name): (&str, &str, &str, &str)| {
        let mut deployment = Deployment::usual();
        deployment.account = Account::from_caller(arn, id, region);
        name.clone_into(&mut deployment.names.deployment);
        let desired = Stack { parameters: deployment.desired.parameters.clone(), ..Stack::nothing() };
        plan(&desired, &Stack::nothing(), deployment.intent(false)).unwrap()
    };
    let plans = [
        usual,
        ("arn:aws-cn:iam::123456789012:user/me", usual.1, usual.2, usual.3),
        (usual.0, "210987654321", usual.2, usual.3),
        (usual.0, usual.1, "us-east-1", usual.3),
        (usual.0, usual.1, usual.2, "another"),
    ]
    .map(plan_at);
    assert!(plans.iter().all(|plan| !plan.is_empty() && plan.steps == plans[0].steps));
    let digests: BTreeSet<String> = plans.iter().map(Plan::digest).collect();
    assert_eq!(digests.len(), plans.len());
}

/// AWS returns documents as they were stored, but does not guarantee the order of their keys.
#[test]
fn the_order_of_keys_in_a_document_makes_no_difference() {
    let with = |document: Value| drifted(move |stack| stack.the_role().policy = Some(document)).digest();
    assert_eq!(
        with(json!({ "a": 1, "b": { "c": 2, "d": 3 } })),
        with(json!({ "b": { "d": 3, "c": 2 }, "a": 1 }))
    );
}

#[test]
fn the_digest_does_not_depend_on_secret_values() {
    let of = |deployment: Deployment, content: Content| {
        deployment.up(&deployment.drifted(|stack| stack.the_secret().content = content)).unwrap().digest()
    };
    let usual = |content| of(Deployment::usual(), content);
    assert_eq!(usual(Content::Digest("1".repeat(64))), usual(Content::Digest("2".repeat(64))));
    let unset = Deployment::of(CONFIG, &missing_secrets());
    assert_ne!(
        usual(Content::Unread),
        of(unset, Content::Unread),
        "one writes the secret, the other does not"
    );
}

#[test]
fn the_json_begins_with_the_digest() {
    let plan = Deployment::usual().up(&Stack::nothing()).unwrap();
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["digest"], plan.digest());
    assert_eq!(plan.digest().len(), 64);
    assert!(plan.digest().bytes().all(|byte| byte.is_ascii_hexdigit()));
}
