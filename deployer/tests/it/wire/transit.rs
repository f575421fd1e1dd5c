//! Names that are not free yet, and services that are busy with another change.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use super::answers::{json_of, role_xml};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::Only as _;

fn exists() -> Answer {
    refused("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set overwrite.")
}

/// `up` within half a minute after `down`.
#[tokio::test(start_paused = true)]
async fn a_parameter_is_created_once_its_name_is_free() {
    let rig = Rig::new();
    rig.fake.until(Duration::from_secs(25), "ssm:PutParameter", exists(), json_of(json!({ "Version": 1 })));
    assert_eq!(rig.repair(|stack| drop(stack.parameters.remove(0))).await, "done");
    let elapsed = rig.fake.elapsed().as_secs_f64();
    assert!((25.0..=28.0).contains(&elapsed), "{elapsed}");
    assert!(
        rig.reported().contains("Parameter Store to release the name after its deletion"),
        "{}",
        rig.reported()
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_never_free_ends_with_the_last_error() {
    let rig = Rig::new();
    rig.fake.always("ssm:PutParameter", exists());
    assert_snapshot!(rig.repair(|stack| drop(stack.parameters.remove(0))).await, @"
    error: could not create parameter `/homelab/plex_remote_status`
      cause: timed out after 60 s of waiting for Parameter Store to release the name after its deletion
      cause: ssm:PutParameter was refused (ParameterAlreadyExists): The parameter already exists. To overwrite this value, set overwrite.

    hint: run the same command again: it continues where this one stopped
    ");
}

#[tokio::test(start_paused = true)]
async fn changing_a_role_is_retried_during_a_concurrent_change() {
    let rig = Rig::new();
    let busy = refused("ConcurrentModification", "The request was rejected because of concurrent changes");
    rig.fake.in_turn("iam:CreateRole", [busy, Answer::Xml(role_xml("{}", None))]);
    assert_eq!(rig.up().await, "done");
    assert_eq!(rig.fake.sent("iam:CreateRole").len(), 2);
}

fn there(rig: &Rig, value: &str) {
    rig.fake.always("ssm:PutParameter", exists());
    rig.fake.always("ssm:GetParameter", json_of(json!({ "Parameter": { "Value": value } })));
}

/// The function may have saved its state first, which is not overwritten.
#[tokio::test(start_paused = true)]
async fn a_state_created_by_the_function_is_only_tagged() {
    let rig = Rig::new();
    there(&rig, r#"{"status":"up","ts":1,"deployment":"plex-remote-health"}"#);
    assert_eq!(rig.repair(|stack| drop(stack.parameters.remove(0))).await, "done");
    assert_eq!(rig.writes(), ["ssm:PutParameter", "ssm:AddTagsToResource"]);
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_state_created_by_others_in_the_meantime_is_not_changed() {
    let rig = Rig::new();
    there(&rig, "mine");
    let error = rig.repair(|stack| drop(stack.parameters.remove(0))).await;
    assert!(error.contains("another program has created it in the meantime"), "{error}");
    assert_eq!(rig.writes(), ["ssm:PutParameter"]);
}

/// The response was lost, so it is unknown whether the value was saved: it is written again.
#[tokio::test(start_paused = true)]
async fn an_existing_secret_gets_its_value() {
    let rig = Rig::new();
    let made = json_of(json!({ "Version": 2 }));
    rig.fake.in_turn("ssm:PutParameter", [exists(), made]);
    rig.fake.always("ssm:GetParameter", json_of(json!({ "Parameter": { "Value": "(encrypted)" } })));
    let tag = json!([{ "Key": "plexmon:deployment", "Value": "plex-remote-health" }]);
    rig.fake.always("ssm:ListTagsForResource", json_of(json!({ "TagList": tag })));
    assert_eq!(rig.repair(|stack| stack.secrets.clear()).await, "done");
    assert_eq!(rig.writes(), ["ssm:PutParameter", "ssm:AddTagsToResource", "ssm:PutParameter"]);
}

#[tokio::test(start_paused = true)]
async fn parameters_are_created_in_the_free_tier_and_secrets_encrypted() {
    let rig = Rig::new();
    assert_eq!(rig.up().await, "done");
    let mut sent = rig.fake.sent("ssm:PutParameter");
    sent.sort_by_key(|body| body["Name"].to_string());
    assert_snapshot!(sent[0], @r#"{"Name":"/homelab/plex_remote_status","Value":"{\"status\":\"unknown\",\"ts\":0}","Type":"String","Tags":[{"Key":"plexmon:deployment","Value":"plex-remote-health"}],"Tier":"Standard"}"#);
    assert_snapshot!(sent[1], @r#"{"Name":"/homelab/plex_remote_status_history","Value":"{\"version\":1,\"deployment\":\"plex-remote-health\"}","Type":"String","Tags":[{"Key":"plexmon:deployment","Value":"plex-remote-health"}],"Tier":"Standard"}"#);
    assert_snapshot!(sent[2], @r#"{"Name":"/homelab/plex_remote_status_secrets","Value":"{\"pushover\":{\"token\":\"the-token-that-nobody-may-see\",\"user\":\"the-user-that-nobody-may-see\"}}","Type":"SecureString","Tags":[{"Key":"plexmon:deployment","Value":"plex-remote-health"}],"Tier":"Standard"}"#);
}

/// Tags and overwriting exclude each other.
#[tokio::test(start_paused = true)]
async fn a_changed_secret_is_overwritten_without_tags() {
    let rig = Rig::new();
    let old = plexmon_deploy::resources::Content::Unread;
    assert_eq!(rig.repair(|stack| stack.the_secret().content = old).await, "done");
    let sent = rig.fake.sent("ssm:PutParameter");
    assert_eq!((&sent[0]["Overwrite"], &sent[0]["Tags"]), (&json!(true), &json!(null)));
    assert_eq!(rig.writes(), ["ssm:PutParameter"]);
}

#[tokio::test(start_paused = true)]
async fn a_busy_log_group_is_retried() {
    let rig = Rig::new();
    let busy = || {
        let message =
            "A conflicting operation is currently in progress against this resource. Please try again.";
        refused("OperationAbortedException", message)
    };
    rig.fake.in_turn("logs:CreateLogGroup", [busy(), json_of(json!({}))]);
    rig.fake.in_turn("logs:PutRetentionPolicy", [busy(), busy(), json_of(json!({}))]);
    assert_eq!(rig.repair(|stack| stack.log_groups.clear()).await, "done");
    assert!(rig.fake.elapsed() < Duration::from_secs(2), "{:?}", rig.fake.elapsed());
}
