//! The plan that was reviewed, against the plan as it is now: the same, or different in ways that are described.

use insta::assert_snapshot;
use plexmon_deploy::names::Account;
use plexmon_deploy::plan::{Document, Expected, NotADocument, Plan, parse_digest};
use plexmon_deploy::stack::Stack;
use serde_json::{Value, json};

use super::deployment::{Deployment, Only as _, json};
use crate::convergence::initial_states::all;

fn drifted(change: impl FnOnce(&mut Stack)) -> Plan {
    let deployment = Deployment::usual();
    deployment.up(&deployment.drifted(change)).unwrap()
}

fn reviewed(plan: &Plan) -> Expected {
    Expected::Document(Document::parse(&json(plan)).unwrap())
}

fn differences(reviewed_plan: &Plan, now: &Plan) -> String {
    let expected = reviewed(reviewed_plan);
    assert!(!expected.is(now));
    expected.differences(now).join("\n")
}

/// Whatever a plan has, its document is recognized.
#[test]
fn a_plan_is_the_one_that_its_own_document_describes() {
    let deployment = Deployment::usual();
    for (conditions, observed) in all(&deployment).step_by(7) {
        for plan in [deployment.adopt(&observed).unwrap(), deployment.down(&observed).unwrap()] {
            let (document, digest) = (reviewed(&plan), Expected::Digest(plan.digest()));
            assert!(document.is(&plan) && digest.is(&plan), "{conditions:?}");
        }
    }
}

#[test]
fn other_values_other_steps_and_missing_steps_are_described() {
    let before = drifted(|stack| {
        stack.the_function().memory_mb = 512;
        stack.log_groups.clear();
    });
    let now = drifted(|stack| {
        stack.the_function().memory_mb = 256;
        stack.the_function().timeout_s = 10;
        stack.the_schedule().target = None;
    });
    assert_snapshot!(differences(&before, &now), @r#"
    no longer planned: create log group /aws/lambda/plex-remote-health in eu-central-1
    planned differently: update function plex-remote-health in eu-central-1
    expected memory_mb: 512 -> 128
    now      memory_mb: 256 -> 128
    now      timeout_s: 10 -> 30
    it waits for other steps than expected
    planned in addition: update schedule plex-remote-health-schedule in eu-central-1
    target: (none) -> arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
    retry_policy: (none) -> {"max_age_s":150,"attempts":5}
    "#);
    assert_snapshot!(differences(&now, &before), @"
    planned differently: update function plex-remote-health in eu-central-1
    expected memory_mb: 256 -> 128
    expected timeout_s: 10 -> 30
    now      memory_mb: 512 -> 128
    it waits for other steps than expected
    no longer planned: update schedule plex-remote-health-schedule in eu-central-1
    planned in addition: create log group /aws/lambda/plex-remote-health in eu-central-1
    ");
}

#[test]
fn another_order_is_described() {
    let before = Deployment::usual().up(&Stack::nothing()).unwrap();
    let mut now = before.clone();
    now.steps[5].needs.clear();
    assert_snapshot!(differences(&before, &now), @"
    planned differently: create function plex-remote-health in eu-central-1
    it waits for other steps than expected
    ");
    let mut now = before.clone();
    now.steps.swap(0, 1);
    assert_snapshot!(differences(&before, &now), @"the order of the steps");
}

#[test]
fn a_plan_for_another_place_is_described_by_its_place() {
    let mut elsewhere = Deployment::usual();
    elsewhere.account =
        Account::from_caller("arn:aws:iam::210987654321:user/me", "210987654321", "us-east-1");
    let before = elsewhere.up(&Stack::nothing()).unwrap();
    let now = Deployment::usual().up(&Stack::nothing()).unwrap();
    assert_snapshot!(differences(&before, &now), @"the expected plan is for plex-remote-health in account 210987654321, region us-east-1, this one for plex-remote-health in account 123456789012, region eu-central-1");
}

#[test]
fn from_a_digest_alone_no_difference_is_known() {
    let now = drifted(|stack| stack.the_function().memory_mb = 256);
    let expected = Expected::Digest("0".repeat(64));
    assert!(!expected.is(&now));
    assert_eq!(expected.differences(&now), [""; 0]);
}

#[test]
fn a_digest_has_64_hexadecimal_characters() {
    let digest = drifted(|_| {}).digest();
    assert_eq!(parse_digest(&digest.to_uppercase()), Some(digest.clone()));
    for other in ["", "plan.json", &digest[1..], &format!("{digest}0"), &digest.replace(&digest[..1], "g")] {
        assert_eq!(parse_digest(other), None, "{other}");
    }
}

#[test]
fn a_document_that_was_edited_is_not_believed() {
    let plan = Deployment::usual().up(&Stack::nothing()).unwrap();
    let edited = |edit: fn(&mut Value)| {
        let mut document = serde_json::to_value(&plan).unwrap();
        edit(&mut document);
        Document::parse(&document.to_string())
    };
    assert!(edited(|_| {}).is_ok());
    assert_eq!(edited(|document| document["steps"][0]["name"] = json!("other")), Err(NotADocument::Altered));
    assert_eq!(edited(|document| document["place"]["account"] = json!("other")), Err(NotADocument::Altered));
    assert_eq!(
        edited(|document| drop(document["steps"].as_array_mut().unwrap().pop())),
        Err(NotADocument::Altered)
    );
    assert_eq!(edited(|document| document["digest"] = json!("0".repeat(64))), Err(NotADocument::Altered));
    for text in ["", "[]", "{}", "{\"digest\":1}", "\u{feff}{}"] {
        assert!(matches!(Document::parse(text), Err(NotADocument::Malformed(_))), "{text}");
    }
}
