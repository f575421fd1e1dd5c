//! Removing: "not there" is success, and what others have added is not ours to take.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::{function_json, json_of};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::world::Only as _;

fn only_role(stack: &mut Stack) {
    *stack = Stack { roles: stack.roles.clone(), ..Stack::nothing() };
}

fn only_schedule(stack: &mut Stack) {
    *stack = Stack { schedules: stack.schedules.clone(), ..Stack::nothing() };
}

fn only_function(stack: &mut Stack) {
    *stack = Stack { functions: stack.functions.clone(), ..Stack::nothing() };
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_already_is_removed_without_a_word() {
    let rig = Rig::new();
    for (operation, code) in [
        ("iam:DeleteRolePolicy", "NoSuchEntity"),
        ("iam:DeleteRole", "NoSuchEntity"),
        ("logs:DeleteLogGroup", "ResourceNotFoundException"),
        ("lambda:DeleteFunction", "ResourceNotFoundException"),
        ("events:RemoveTargets", "ResourceNotFoundException"),
        ("events:DeleteRule", "ResourceNotFoundException"),
    ] {
        rig.fake.always(operation, refused(code, "It is not there."));
    }
    let names = [rig.world.names.state_parameter.clone(), rig.world.names.secrets_parameter()];
    rig.fake.always("ssm:DeleteParameters", Answer::Json(json!({ "InvalidParameters": names })));
    assert_eq!(rig.down(|_| {}).await, "done");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

/// It is a right of its own, which policies from before may lack.
#[tokio::test(start_paused = true)]
async fn parameters_that_may_not_go_together_go_one_by_one() {
    let rig = Rig::new();
    rig.fake.always("ssm:DeleteParameters", refused("AccessDeniedException", "You may not do that."));
    assert_eq!(rig.down(|_| {}).await, "done");
    assert_eq!(rig.fake.sent("ssm:DeleteParameter").len(), 2);
    rig.fake.always("ssm:DeleteParameter", refused("AccessDeniedException", "Nor that."));
    let error = rig.down(|_| {}).await;
    assert!(
        error.contains("hint: the credentials in use need `ssm:DeleteParameter` on this resource"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_goes_alone_is_no_error_if_it_is_gone() {
    let rig = Rig::new();
    rig.fake.always("ssm:DeleteParameter", refused("ParameterNotFound", "It is not there."));
    let only_state =
        |stack: &mut Stack| *stack = Stack { parameters: stack.parameters.clone(), ..Stack::nothing() };
    assert_eq!(rig.down(only_state).await, "done");
    assert_eq!(rig.writes(), ["ssm:DeleteParameter"]);
}

#[tokio::test(start_paused = true)]
async fn one_refusal_does_not_keep_the_rest_from_going() {
    let rig = Rig::new();
    rig.fake.always("lambda:DeleteFunction", refused("AccessDeniedException", "You may not do that."));
    assert_snapshot!(rig.down(|_| {}).await, @"
    error: could not delete function `plex-remote-health`
      cause: lambda:DeleteFunction was refused (AccessDeniedException): You may not do that.

    hint: the credentials in use need `lambda:DeleteFunction` on this resource
    ");
    assert!(rig.writes().iter().any(|write| write == "iam:DeleteRole"), "{:?}", rig.writes());
}

/// A role to which others have attached a policy each of the two kinds.
fn attached() -> Rig {
    let rig = Rig::new();
    let message = "Cannot delete entity, must detach all policies first.";
    rig.fake.in_turn("iam:DeleteRole", [refused("DeleteConflict", message), Answer::Xml(String::new())]);
    rig.fake.always(
        "iam:ListAttachedRolePolicies",
        Answer::Xml(
            "<AttachedPolicies><member><PolicyName>ReadOnlyAccess</PolicyName>\
             <PolicyArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PolicyArn></member></AttachedPolicies>\
             <IsTruncated>false</IsTruncated>"
                .to_owned(),
        ),
    );
    rig.fake.always(
        "iam:ListRolePolicies",
        Answer::Xml(
            "<PolicyNames><member>by-hand</member></PolicyNames><IsTruncated>false</IsTruncated>".to_owned(),
        ),
    );
    rig
}

#[tokio::test(start_paused = true)]
async fn policies_attached_by_others_are_listed_and_left() {
    let rig = attached();
    assert_snapshot!(rig.down(only_role).await, @"
    error: could not delete role `plex-remote-health-role`
      cause: others have attached policies to it: arn:aws:iam::aws:policy/ReadOnlyAccess, by-hand

    hint: detach them, or run `plexmon-deploy down --force` to have them detached
    ");
    assert_eq!(rig.writes(), ["iam:DeleteRolePolicy", "iam:DeleteRole"]);
}

#[tokio::test(start_paused = true)]
async fn with_force_they_are_detached() {
    let mut rig = attached();
    rig.force = true;
    assert_eq!(rig.down(only_role).await, "done");
    assert_eq!(
        rig.writes(),
        [
            "iam:DeleteRolePolicy",
            "iam:DeleteRole",
            "iam:DetachRolePolicy",
            "iam:DeleteRolePolicy",
            "iam:DeleteRole"
        ]
    );
    assert_eq!(rig.fake.sent("iam:DeleteRolePolicy")[1]["PolicyName"], "by-hand");
}

/// IAM may need a moment to see that the policy is gone.
#[tokio::test(start_paused = true)]
async fn a_role_whose_policy_has_just_gone_is_tried_again() {
    let rig = Rig::new();
    let conflict = || refused("DeleteConflict", "Cannot delete entity, must delete policies first.");
    rig.fake.in_turn("iam:DeleteRole", [conflict(), conflict(), Answer::Xml(String::new())]);
    let none =
        "<PolicyNames></PolicyNames><AttachedPolicies></AttachedPolicies><IsTruncated>false</IsTruncated>";
    rig.fake.always("iam:ListAttachedRolePolicies", Answer::Xml(none.to_owned()));
    rig.fake.always("iam:ListRolePolicies", Answer::Xml(none.to_owned()));
    assert_eq!(rig.down(only_role).await, "done");
}

#[tokio::test(start_paused = true)]
async fn a_rule_whose_target_has_just_gone_is_tried_again() {
    let rig = Rig::new();
    let message = "Rule can't be deleted since it has targets.";
    rig.fake.until(
        Duration::from_secs(4),
        "events:DeleteRule",
        refused("ValidationException", message),
        json_of(json!({})),
    );
    assert_eq!(rig.down(only_schedule).await, "done");
    assert!(rig.fake.elapsed() <= Duration::from_secs(5), "{:?}", rig.fake.elapsed());
}

#[tokio::test(start_paused = true)]
async fn another_validation_error_is_not() {
    let rig = Rig::new();
    rig.fake.always("events:DeleteRule", refused("ValidationException", "The name is too long."));
    assert_snapshot!(rig.down(only_schedule).await, @"
    error: could not delete schedule `plex-remote-health-schedule`
      cause: events:DeleteRule was refused (ValidationException): The name is too long.
    ");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_rule_to_which_others_gave_targets_stays() {
    let rig = Rig::new();
    let shared = |stack: &mut Stack| {
        only_schedule(stack);
        stack.the_schedule().others = vec!["theirs".to_owned()];
    };
    assert_eq!(rig.down(shared).await, "done");
    assert_eq!(rig.writes(), ["events:RemoveTargets"]);
    assert_eq!(rig.fake.sent("events:RemoveTargets")[0]["Ids"], json!(["lambda"]));
}

/// What EventBridge says for a moment after `RemoveTargets` it says for good when others have a target there, too.
#[tokio::test(start_paused = true)]
async fn a_target_that_somebody_adds_after_the_look_keeps_the_rule_and_is_an_error() {
    let rig = Rig::new();
    let message = "Rule can't be deleted since it has targets.";
    rig.fake.always("events:DeleteRule", refused("ValidationException", message));
    assert_snapshot!(rig.down(only_schedule).await, @"
    error: could not delete schedule `plex-remote-health-schedule`
      cause: timed out after 60 s of waiting for EventBridge to release the rule's target
      cause: events:DeleteRule was refused (ValidationException): Rule can't be deleted since it has targets.

    hint: run the same command again: it continues where this one stopped
    ");
}

#[tokio::test(start_paused = true)]
async fn the_log_group_goes_after_the_function_which_is_seen_gone() {
    let rig = Rig::new();
    let there = json_of(function_json(&rig.world));
    let gone = refused("ResourceNotFoundException", "Function not found");
    rig.fake.until(Duration::from_secs(3), "lambda:GetFunction", there, gone);
    assert_eq!(rig.down(|_| {}).await, "done");
    let operations = rig.fake.operations();
    let at = |wanted: &str| operations.iter().position(|operation| operation == wanted).unwrap();
    for later in ["logs:DeleteLogGroup", "ssm:DeleteParameters"] {
        assert!(at("lambda:DeleteFunction") < at(later), "{operations:?}");
    }
    assert!(rig.fake.elapsed() >= Duration::from_secs(3), "{:?}", rig.fake.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_function_that_is_busy_is_deleted_later() {
    let rig = Rig::new();
    let busy = refused(
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
    rig.fake.until(Duration::from_secs(2), "lambda:DeleteFunction", busy, json_of(json!({})));
    assert_eq!(rig.down(only_function).await, "done");
}
