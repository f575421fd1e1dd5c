//! "Already exists" may be our own success: the SDK retries a call whose response was lost.

use insta::assert_snapshot;
use serde_json::json;

use super::answers::{function_json, json_of, policy_json, role_xml};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::Only as _;

/// A rig that loses the first response to `operation`, and returns `refusal` to every later call.
fn lost(operation: &str, refusal: Answer) -> Rig {
    let rig = Rig::new();
    rig.fake.in_turn(operation, [Answer::Lost, refusal]);
    rig
}

fn lost_role() -> Rig {
    let message = "Role with name plex-remote-health-role already exists.";
    lost("iam:CreateRole", refused("EntityAlreadyExists", message))
}

fn lost_function() -> Rig {
    let message = "Function already exist: plex-remote-health";
    lost("lambda:CreateFunction", refused("ResourceConflictException", message))
}

#[tokio::test(start_paused = true)]
async fn an_existing_role_with_our_tag_counts_as_created() {
    let rig = lost_role();
    rig.fake.always("iam:GetRole", Answer::Xml(role_xml("{}", Some("plex-remote-health"))));
    assert_eq!(rig.repair(|stack| stack.roles.clear()).await, "done");
    assert_eq!(rig.writes(), ["iam:CreateRole", "iam:CreateRole", "iam:PutRolePolicy"]);
}

#[tokio::test(start_paused = true)]
async fn an_existing_role_without_a_tag_does_not() {
    let rig = lost_role();
    rig.fake.always("iam:GetRole", Answer::Xml(role_xml("{}", None)));
    assert_snapshot!(rig.repair(|stack| stack.roles.clear()).await, @"
    error: could not create role `plex-remote-health-role`
      cause: iam:CreateRole was refused (EntityAlreadyExists): Role with name plex-remote-health-role already exists.
    ");
    assert_eq!(rig.writes(), ["iam:CreateRole", "iam:CreateRole"]);
}

#[tokio::test(start_paused = true)]
async fn an_existing_function_with_our_tags_counts_as_created() {
    let rig = lost_function();
    rig.fake.always("lambda:GetFunction", json_of(function_json(&rig.deployment)));
    assert_eq!(rig.repair(|stack| stack.functions.clear()).await, "done");
}

#[tokio::test(start_paused = true)]
async fn an_existing_function_with_other_code_does_not() {
    let rig = lost_function();
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:code"] = json!("fedcba9876543210");
    rig.fake.always("lambda:GetFunction", json_of(function));
    assert_snapshot!(rig.repair(|stack| stack.functions.clear()).await, @"
    error: could not create function `plex-remote-health`
      cause: lambda:CreateFunction was refused (ResourceConflictException): Function already exist: plex-remote-health
    ");
}

fn lost_permission() -> Rig {
    let message = "The statement id (plex-remote-health-events) provided already exists. Please provide a new \
                   statement id, or remove the existing statement.";
    lost("lambda:AddPermission", refused("ResourceConflictException", message))
}

#[tokio::test(start_paused = true)]
async fn an_existing_permission_as_desired_counts_as_granted() {
    let rig = lost_permission();
    let rule = rig.deployment.account.rule(&rig.deployment.desired.schedules[0].name);
    rig.fake.always("lambda:GetPolicy", json_of(policy_json(&rig.deployment, &rule)));
    assert_eq!(rig.repair(|stack| stack.the_schedule().permission = None).await, "done");
    assert_eq!(rig.writes(), ["lambda:AddPermission", "lambda:AddPermission"]);
}

#[tokio::test(start_paused = true)]
async fn a_permission_for_another_rule_is_replaced() {
    let rig = Rig::new();
    let exists = refused("ResourceConflictException", "The statement id provided already exists.");
    rig.fake.in_turn("lambda:AddPermission", [exists, json_of(json!({}))]);
    let other = rig.deployment.account.rule("another-rule");
    rig.fake.always("lambda:GetPolicy", json_of(policy_json(&rig.deployment, &other)));
    assert_eq!(rig.repair(|stack| stack.the_schedule().permission = None).await, "done");
    assert_eq!(rig.writes(), ["lambda:AddPermission", "lambda:RemovePermission", "lambda:AddPermission"]);
}

#[tokio::test(start_paused = true)]
async fn an_existing_log_group_still_gets_its_retention() {
    let message = "The specified log group already exists";
    let rig = lost("logs:CreateLogGroup", refused("ResourceAlreadyExistsException", message));
    assert_eq!(rig.repair(|stack| stack.log_groups.clear()).await, "done");
    assert_eq!(rig.writes().last().unwrap(), "logs:PutRetentionPolicy");
}

/// A write without any response: its result is unknown, and the error says so.
#[tokio::test(start_paused = true)]
async fn a_connection_that_always_breaks_is_an_error_with_a_hint() {
    let rig = Rig::new();
    rig.fake.always("iam:CreateRole", Answer::Lost);
    assert_snapshot!(rig.repair(|stack| stack.roles.clear()).await, @"
    error: could not create role `plex-remote-health-role`
      cause: iam:CreateRole got no answer: connection reset by peer

    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again: it continues
    ");
}
