//! Reading: the responses of AWS become the observed stack, in one round of calls.

use insta::assert_snapshot;
use plexmon_deploy::resources::{Content, Decrypt};
use plexmon_deploy::stack::{ReadOptions, observe};
use serde_json::json;

use super::answers::{self, SIGNATURE, function_json, json_of, policy_json};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::deployment::{secrets, text};

fn deployed() -> Rig {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    rig
}

#[tokio::test(start_paused = true)]
async fn after_up_the_observed_stack_equals_the_desired_one_and_takes_one_round_to_read() {
    let rig = deployed();
    rig.fake.delay_until(18);
    let observed = rig.observe(false).await.unwrap();
    assert_eq!(observed.stack, rig.deployment.desired);
    assert!(rig.deployment.up(&observed.stack).unwrap().is_empty());
    assert_eq!(rig.writes(), Vec::<String>::new());
    let mut operations = rig.fake.operations();
    operations.sort();
    assert_snapshot!(operations.join("\n"), @"
    events:DescribeRule
    events:ListTargetsByRule
    iam:GetRole
    iam:GetRole
    iam:GetRolePolicy
    iam:GetRolePolicy
    lambda:GetFunction
    lambda:GetFunctionEventInvokeConfig
    lambda:GetPolicy
    logs:DescribeLogGroups
    ssm:GetParameter
    ssm:GetParameter
    ssm:GetParameter
    ssm:GetParameter
    ssm:GetParameter
    ssm:ListTagsForResource
    ssm:ListTagsForResource
    sts:GetCallerIdentity
    ");
}

#[tokio::test(start_paused = true)]
async fn an_empty_account_is_read_as_an_empty_stack() {
    let rig = Rig::new();
    rig.fake.delay_until(18);
    assert!(rig.observe(false).await.unwrap().stack.is_nothing());
}

#[tokio::test(start_paused = true)]
async fn adopting_our_own_resources_changes_nothing() {
    let rig = deployed();
    let observed = rig.observe(true).await.unwrap();
    assert_snapshot!(text(rig.deployment.adopt(&observed.stack)), @"0 to create, 0 to update, 0 to delete");
}

#[tokio::test(start_paused = true)]
async fn code_uploaded_by_others_is_a_difference() {
    let rig = deployed();
    let mut function = function_json(&rig.deployment);
    function["Configuration"]["CodeSha256"] = json!("AAAA");
    rig.fake.always("lambda:GetFunction", json_of(function));
    let observed = rig.observe(false).await.unwrap();
    assert_snapshot!(text(rig.deployment.up(&observed.stack)), @"
      ~ update function  plex-remote-health
          code: changed outside plexmon -> 0123456789abcdef0123456789abcdef
    0 to create, 1 to update, 0 to delete
    ");
}

#[tokio::test(start_paused = true)]
async fn a_recreated_role_is_recognised_by_its_id() {
    let rig = deployed();
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:role"] = json!("AROAANOTHERID");
    rig.fake.always("lambda:GetFunction", json_of(function));
    let observed = rig.observe(false).await.unwrap();
    assert_snapshot!(text(rig.deployment.up(&observed.stack)), @r#"
      - delete function  plex-remote-health
      + create function  plex-remote-health
      ~ update schedule  plex-remote-health-schedule
          permission: (none) -> {"principal":"events.amazonaws.com","action":"lambda:InvokeFunction","source":"arn:aws:events:eu-cen...
    1 to create, 1 to update, 1 to delete
    "#);
}

#[tokio::test(start_paused = true)]
async fn unreadable_tags_are_an_error() {
    let rig = deployed();
    let mut function = function_json(&rig.deployment);
    function.as_object_mut().unwrap().remove("Tags");
    function["TagsError"] = json!({
        "ErrorCode": "AccessDeniedException",
        "Message": "User: arn:aws:iam::123456789012:user/me is not authorized to perform: lambda:ListTags"
    });
    rig.fake.always("lambda:GetFunction", json_of(function));
    assert_snapshot!(rig.observe(false).await.unwrap_err(), @"
    error: could not read the tags of function `plex-remote-health`
      cause: User: arn:aws:iam::123456789012:user/me is not authorized to perform: lambda:ListTags

    hint: the credentials in use need `lambda:ListTags` on this function
    ");
}

/// Lambda returns the same error for "no policy" and for "no function".
#[tokio::test(start_paused = true)]
async fn a_function_without_a_policy_is_read_without_a_permission() {
    let rig = deployed();
    rig.fake.always("lambda:GetPolicy", refused("ResourceNotFoundException", "The resource does not exist."));
    let observed = rig.observe(false).await.unwrap();
    assert_snapshot!(text(rig.deployment.up(&observed.stack)), @r#"
      ~ update schedule  plex-remote-health-schedule
          permission: (none) -> {"principal":"events.amazonaws.com","action":"lambda:InvokeFunction","source":"arn:aws:events:eu-cen...
    0 to create, 1 to update, 0 to delete
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_statement_for_another_rule_is_a_difference() {
    let rig = deployed();
    let other = rig.deployment.account.rule("another-rule");
    rig.fake.always("lambda:GetPolicy", json_of(policy_json(&rig.deployment, &other)));
    let observed = rig.observe(false).await.unwrap();
    let permission = observed.stack.schedules[0].permission.as_ref().unwrap();
    assert_eq!(permission.source, Some(other));
    assert!(!rig.deployment.up(&observed.stack).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_missing_parameter_is_not_an_error() {
    let rig = deployed();
    rig.fake.always("ssm:GetParameter", refused("ParameterNotFound", ""));
    rig.fake.always("ssm:ListTagsForResource", refused("InvalidResourceId", ""));
    let observed = rig.observe(false).await.unwrap();
    assert_snapshot!(text(rig.deployment.up(&observed.stack)), @"
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
    3 to create, 0 to update, 0 to delete
    ");
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_eventbridge_rejects_as_invalid_is_read_as_missing() {
    let rig = deployed();
    rig.fake.always("events:DescribeRule", refused("ResourceNotFoundException", "no rule"));
    let not_found = refused("ValidationException", "Rule plex-remote-health-schedule not found");
    rig.fake.always("events:ListTargetsByRule", not_found);
    let observed = rig.observe(false).await.unwrap();
    assert_snapshot!(text(rig.deployment.up(&observed.stack)), @r#"
      ~ update schedule  plex-remote-health-schedule
          rule: (none) -> {"expression":"rate(5 minutes)","enabled":true}
          target: (none) -> arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
    0 to create, 1 to update, 0 to delete
    "#);
}

/// A caller with read access only learns from its tags that the secret exists.
#[tokio::test(start_paused = true)]
async fn an_unreadable_secret_is_known_to_exist() {
    let rig = deployed();
    let secret = rig.deployment.names.secrets_parameter();
    rig.fake.on("ssm:GetParameter", move |request| {
        if request.body["Name"] == json!(secret) {
            return refused("AccessDeniedException", "You may not do that.");
        }
        match request.body["Name"].as_str() {
            Some(name) if name.ends_with("_history2") || name.ends_with("_announcements") => {
                refused("ParameterNotFound", "")
            }
            _ => json_of(json!({ "Parameter": { "Name": request.body["Name"], "Value": "{}" } })),
        }
    });
    for decrypt in [Decrypt::No, Decrypt::IfAllowed] {
        let observed =
            observe(&rig.aws, &rig.deployment.names, ReadOptions { decrypt, ..ReadOptions::default() })
                .await
                .unwrap();
        let secret = &observed.stack.secrets[0];
        assert_eq!(secret.owner.as_deref(), Some("plex-remote-health"));
        assert_eq!(secret.content, Content::Denied);
        // The value is unknown, so no difference is reported.
        let plan = rig.deployment.up(&observed.stack).unwrap();
        assert!(plan.is_empty(), "{plan}");
    }
    // A command that changes resources requires the value.
    assert_snapshot!(rig.observe(false).await.unwrap_err(), @"
    error: ssm:GetParameter was refused (AccessDeniedException): You may not do that.

    hint: the credentials in use need `ssm:GetParameter` on this resource
    ");
}

/// The function's tag names the state parameter of an earlier configuration.
#[tokio::test(start_paused = true)]
async fn parameters_of_an_earlier_configuration_are_found_by_the_functions_tag() {
    let rig = deployed();
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:state"] = json!("/home/old");
    rig.fake.always("lambda:GetFunction", json_of(function));
    let tag = json!({ "TagList": [{ "Key": "plexmon:deployment", "Value": "plex-remote-health" }] });
    rig.fake.always("ssm:ListTagsForResource", json_of(tag));
    rig.fake.on("ssm:GetParameter", |request| {
        let name = request.body["Name"].as_str().unwrap();
        if name == "/home/old" || name == "/home/old_secrets" {
            json_of(json!({ "Parameter": { "Name": name, "Value": "{}" } }))
        } else {
            refused("ParameterNotFound", "")
        }
    });
    let observed = rig.observe(false).await.unwrap();
    assert_snapshot!(text(rig.deployment.up(&observed.stack)), @"
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      - delete parameter /home/old_secrets
      - delete parameter /home/old
      ~ update function  plex-remote-health
          state_parameter: /home/old -> /homelab/plex_remote_status
    3 to create, 1 to update, 2 to delete
    ");
}

#[tokio::test(start_paused = true)]
async fn the_rule_of_the_shell_steps_is_found_and_removed_when_adopting() {
    let rig = deployed();
    let rule = json!({ "Name": "old", "ScheduleExpression": "rate(5 minutes)", "State": "ENABLED" });
    rig.fake.always("events:DescribeRule", json_of(rule));
    let target =
        json!({ "Targets": [{ "Id": "lambda", "Arn": "arn:aws:lambda:eu-central-1:1:function:x" }] });
    rig.fake.always("events:ListTargetsByRule", json_of(target));
    rig.fake.always("events:ListTagsForResource", json_of(json!({ "Tags": [] })));
    let observed = rig.observe(true).await.unwrap();
    assert_snapshot!(text(rig.deployment.adopt(&observed.stack)), @r#"
      ~ update schedule  plex-remote-health-schedule
          owner: (none) -> plex-remote-health
          target: arn:aws:lambda:eu-central-1:1:function:x -> arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
      - delete schedule  plex-remote-health-5min
    0 to create, 1 to update, 1 to delete
    "#);
    assert_eq!(rig.adopt(&observed.stack).await, "done");
    assert_eq!(rig.fake.sent("events:DeleteRule"), [json!({ "Name": "plex-remote-health-5min" })]);
    assert_eq!(rig.fake.sent("lambda:RemovePermission").len(), 0, "the permission is the new rule's");
}

/// Anyone with this address can download the code.
#[tokio::test(start_paused = true)]
async fn the_address_of_the_code_is_never_shown() {
    let rig = deployed();
    let observed = rig.observe(true).await.unwrap();
    let function = function_json(&rig.deployment);
    assert!(function.to_string().contains(SIGNATURE));
    rig.fake.always("lambda:GetFunction", json_of(json!({ "Code": function["Code"] })));
    let error = rig.observe(false).await.unwrap_err();
    rig.fake.in_turn("lambda:GetFunction", [json_of(function), refused("ResourceNotFoundException", "gone")]);
    assert_eq!(rig.down(|_| {}).await, "done");
    let said = format!("{}{observed:?}{error}{error:?}", rig.reported());
    assert!(said.contains("lambda:GetFunction"), "calls are reported: {said}");
    assert!(!said.contains("X-Amz-Signature") && !said.contains("s3.amazonaws.com"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn obsolete_parts_are_found_by_the_count_in_the_state() {
    let rig = deployed();
    let state = rig.deployment.names.state_parameter.clone();
    let value =
        json!({ "status": "up", "ts": 1, "version": 1, "deployment": "plex-remote-health", "parts": 4 });
    rig.fake.on("ssm:GetParameter", move |request| {
        let name = request.body["Name"].as_str().unwrap();
        // The third one was deleted already, by a run that was interrupted.
        if ["_part3", "_history2", "_announcements"].iter().any(|missing| name.ends_with(missing)) {
            return refused("ParameterNotFound", "");
        }
        let value = match name {
            name if name == state => value.clone(),
            name if name.ends_with("_history") => json!({ "version": 1, "deployment": "plex-remote-health" }),
            _ => serde_json::to_value(secrets()).unwrap(),
        };
        json_of(json!({ "Parameter": { "Name": name, "Value": value.to_string() } }))
    });
    let observed = rig.observe(false).await.unwrap();
    assert_snapshot!(text(rig.deployment.up(&observed.stack)), @"
      - delete parameter /homelab/plex_remote_status_part2
      - delete parameter /homelab/plex_remote_status_part4
    0 to create, 0 to update, 2 to delete
    ");
    assert_eq!(observed.state_parts, [""; 0], "they are none of the configuration's");
}
