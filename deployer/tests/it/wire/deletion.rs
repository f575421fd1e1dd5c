//! Deletion: "not found" is success, and what others have added is kept.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::{function_json, json_of};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::{Deployment, Only as _};

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
async fn missing_resources_count_as_deleted() {
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
    let names = [rig.deployment.names.state_parameter.clone(), rig.deployment.names.secrets_parameter()];
    rig.fake.always("ssm:DeleteParameters", Answer::Json(json!({ "InvalidParameters": names })));
    assert_eq!(rig.down(|_| {}).await, "done");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

/// Batches require a permission of their own, which policies of earlier releases do not grant.
#[tokio::test(start_paused = true)]
async fn without_permission_for_batches_parameters_are_deleted_one_by_one() {
    let rig = Rig::new();
    rig.fake.always("ssm:DeleteParameters", refused("AccessDeniedException", "You may not do that."));
    assert_eq!(rig.down(|_| {}).await, "done");
    assert_eq!(rig.fake.sent("ssm:DeleteParameter").len(), 3);
    rig.fake.always("ssm:DeleteParameter", refused("AccessDeniedException", "Nor that."));
    let error = rig.down(|_| {}).await;
    assert!(
        error.contains("hint: the credentials in use need `ssm:DeleteParameter` on this resource"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn deleting_a_single_missing_parameter_is_not_an_error() {
    let rig = Rig::new();
    rig.fake.always("ssm:DeleteParameter", refused("ParameterNotFound", "It is not there."));
    let only_state = |stack: &mut Stack| {
        *stack = Stack { parameters: vec![stack.the_state().clone()], ..Stack::nothing() }
    };
    assert_eq!(rig.down(only_state).await, "done");
    assert_eq!(rig.writes(), ["ssm:DeleteParameter"]);
}

#[tokio::test(start_paused = true)]
async fn one_refusal_does_not_stop_other_deletions() {
    let rig = Rig::new();
    rig.fake.always("lambda:DeleteFunction", refused("AccessDeniedException", "You may not do that."));
    assert_snapshot!(rig.down(|_| {}).await, @"
    error: could not delete function `plex-remote-health`
      cause: lambda:DeleteFunction was refused (AccessDeniedException): You may not do that.

    hint: the credentials in use need `lambda:DeleteFunction` on this resource
    ");
    assert!(rig.writes().iter().any(|write| write == "iam:DeleteRole"), "{:?}", rig.writes());
}

/// The state's value has the number of parts, so it must exist as long as they do.
#[tokio::test(start_paused = true)]
async fn the_first_parameter_of_a_state_is_deleted_after_its_parts() {
    let mut rig = Rig::new();
    rig.deployment = Deployment::usual().once_in(3);
    assert_eq!(rig.down(|_| {}).await, "done");
    let deletions = rig.fake.requests().into_iter().filter(|one| one.operation.starts_with("ssm:Delete"));
    let deletions: String = deletions.map(|one| format!("{} {}\n", one.operation, one.body)).collect();
    assert_snapshot!(deletions, @r#"
    ssm:DeleteParameters {"Names":["/homelab/plex_remote_status_part2","/homelab/plex_remote_status_part3","/homelab/plex_remote_status_secrets","/homelab/plex_remote_status_history"]}
    ssm:DeleteParameter {"Name":"/homelab/plex_remote_status"}
    "#);
}

/// A role to which others have attached an inline policy and a managed one.
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
async fn policies_attached_by_others_are_listed_and_kept() {
    let rig = attached();
    assert_snapshot!(rig.down(only_role).await, @"
    error: could not delete role `plex-remote-health-role`
      cause: it has policies that plexmon did not attach: arn:aws:iam::aws:policy/ReadOnlyAccess, by-hand

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

/// IAM may take a moment to notice that the policy was deleted.
#[tokio::test(start_paused = true)]
async fn deleting_a_role_is_retried_while_its_policy_disappears() {
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
async fn deleting_a_rule_is_retried_while_its_target_disappears() {
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
async fn other_validation_errors_are_not_retried() {
    let rig = Rig::new();
    rig.fake.always("events:DeleteRule", refused("ValidationException", "The name is too long."));
    assert_snapshot!(rig.down(only_schedule).await, @"
    error: could not delete schedule `plex-remote-health-schedule`
      cause: events:DeleteRule was refused (ValidationException): The name is too long.
    ");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_rule_with_targets_of_others_is_kept() {
    let rig = Rig::new();
    let shared = |stack: &mut Stack| {
        only_schedule(stack);
        stack.the_schedule().others = vec!["theirs".to_owned()];
    };
    assert_eq!(rig.down(shared).await, "done");
    assert_eq!(rig.writes(), ["events:RemoveTargets"]);
    assert_eq!(rig.fake.sent("events:RemoveTargets")[0]["Ids"], json!(["lambda"]));
}

/// EventBridge returns the same error for a moment after `RemoveTargets`, and permanently while others have targets.
#[tokio::test(start_paused = true)]
async fn a_target_added_after_planning_keeps_the_rule_and_is_an_error() {
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
async fn the_log_group_is_deleted_after_the_function_is_confirmed_deleted() {
    let rig = Rig::new();
    let there = json_of(function_json(&rig.deployment));
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
async fn deleting_a_busy_function_is_retried() {
    let rig = Rig::new();
    let busy = refused(
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
    rig.fake.until(Duration::from_secs(2), "lambda:DeleteFunction", busy, json_of(json!({})));
    assert_eq!(rig.down(only_function).await, "done");
}
