//! Changes by another client are detected, named and repaired.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Fixture, HISTORY, LOG_GROUP, NAME, ROLE, RULE, SECRETS, STATE, snapshot};

const STATEMENT: &str = "plex-remote-health-events";

/// After a call by another client, the plan has exactly the `expected` steps, and `up` leaves nothing to do.
#[track_caller]
fn detected_and_repaired(
    fixture: &Fixture,
    service: &str,
    operation: &str,
    parameters: Value,
    expected: &[&str],
) {
    fixture.aws(service, operation, parameters);
    assert_eq!(fixture.plan(), expected, "after {operation}");
    fixture.with_code(&["status", "--exit-code"]).run().ended(3);
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0], "after {operation} and `up`");
    fixture.with_code(&["status", "--exit-code"]).run().ended(0);
}

#[test]
fn changes_of_the_role_are_detected_and_repaired() {
    let fixture = Fixture::deployed();
    let policy = json!({"RoleName": ROLE, "PolicyName": "plex-remote-health-inline"});
    detected_and_repaired(&fixture, "iam", "delete_role_policy", policy, &["update role (policy)"]);

    let wide = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let policy = json!({"RoleName": ROLE, "PolicyName": "plex-remote-health-inline", "PolicyDocument": wide});
    detected_and_repaired(&fixture, "iam", "put_role_policy", policy, &["update role (policy)"]);

    let anyone = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;
    let trust = json!({"RoleName": ROLE, "PolicyDocument": anyone});
    detected_and_repaired(&fixture, "iam", "update_assume_role_policy", trust, &["update role (trust)"]);
}

#[test]
fn changes_of_the_log_group_are_detected_and_repaired() {
    let fixture = Fixture::deployed();
    let retention = &["update log_group (retention_days)"];
    let group = json!({"logGroupName": LOG_GROUP});
    detected_and_repaired(&fixture, "logs", "delete_retention_policy", group, retention);
    let group = json!({"logGroupName": LOG_GROUP, "retentionInDays": 365});
    detected_and_repaired(&fixture, "logs", "put_retention_policy", group, retention);
}

#[test]
fn changes_of_the_secret_are_detected_and_repaired() {
    let fixture = Fixture::deployed();
    let other = json!({"Name": SECRETS, "Value": "{}", "Type": "SecureString", "Overwrite": true});
    fixture.aws("ssm", "put_parameter", other.clone());
    let plan = fixture.with_code(&["plan"]).run();
    snapshot!(plan.stdout, @r"
      ~ update secret    /homelab/plex_remote_status_secrets
          value: (hidden) -> (hidden)
    0 to create, 1 to update, 0 to delete
    [COST]
    ");
    detected_and_repaired(&fixture, "ssm", "put_parameter", other, &["update secret (value)"]);
}

#[test]
fn changes_of_the_state_are_not_drift() {
    let fixture = Fixture::deployed();
    for value in ["{}", "garbled", r#"{"status":"down","ts":1}"#] {
        let state = json!({"Name": STATE, "Value": value, "Type": "String", "Overwrite": true});
        fixture.aws("ssm", "put_parameter", state);
        assert_eq!(fixture.plan(), [""; 0], "{value}");
        fixture.invoke().ended(0);
        let status = fixture.with_code(&["status", "--json"]).run().ended(0).json();
        assert_eq!(status["targets"][0]["status"], "up", "{value}");
    }
}

#[test]
fn changes_of_the_history_are_not_drift() {
    let fixture = Fixture::deployed();
    let garbled = json!({"Name": HISTORY, "Value": "garbled", "Type": "String", "Overwrite": true});
    fixture.aws("ssm", "put_parameter", garbled);
    assert_eq!(fixture.plan(), [""; 0]);
}

#[test]
fn changes_of_the_schedule_are_detected_and_repaired() {
    let fixture = Fixture::deployed();
    detected_and_repaired(
        &fixture,
        "events",
        "disable_rule",
        json!({"Name": RULE}),
        &["update schedule (enabled)"],
    );

    let rule = json!({"Name": RULE, "ScheduleExpression": "rate(1 day)"});
    detected_and_repaired(&fixture, "events", "put_rule", rule, &["update schedule (expression)"]);

    let target = json!({"Rule": RULE, "Ids": ["lambda"]});
    detected_and_repaired(
        &fixture,
        "events",
        "remove_targets",
        target,
        &["update schedule (target, retry_policy)"],
    );

    let elsewhere = fixture.arn("lambda", "function:another");
    let target = json!({"Rule": RULE, "Targets": [{"Id": "lambda", "Arn": elsewhere}]});
    detected_and_repaired(
        &fixture,
        "events",
        "put_targets",
        target,
        &["update schedule (target, retry_policy)"],
    );

    let function = fixture.arn("lambda", &format!("function:{NAME}"));
    let target = json!({"Rule": RULE, "Targets": [{"Id": "lambda", "Arn": function}]});
    detected_and_repaired(&fixture, "events", "put_targets", target, &["update schedule (retry_policy)"]);
}

#[test]
fn changes_of_the_permission_are_detected_and_repaired() {
    let fixture = Fixture::deployed();
    let permission = json!({"FunctionName": NAME, "StatementId": STATEMENT});
    let expected = &["update schedule (permission)"];
    detected_and_repaired(&fixture, "lambda", "remove_permission", permission.clone(), expected);

    fixture.aws("lambda", "remove_permission", permission);
    let stale = json!({
        "FunctionName": NAME, "StatementId": STATEMENT, "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com", "SourceArn": fixture.arn("events", "rule/another"),
    });
    detected_and_repaired(&fixture, "lambda", "add_permission", stale, expected);
}

#[test]
fn changes_of_the_functions_configuration_are_detected_and_repaired() {
    let fixture = Fixture::deployed();
    let changes = [
        (json!({"FunctionName": NAME, "Timeout": 60}), "timeout_s"),
        (json!({"FunctionName": NAME, "MemorySize": 512}), "memory_mb"),
        (json!({"FunctionName": NAME, "Environment": {"Variables": {"LEFT": "behind"}}}), "environment"),
        (json!({"FunctionName": NAME, "Timeout": 61, "MemorySize": 513}), "memory_mb, timeout_s"),
    ];
    for (change, fields) in changes {
        let expected = format!("update function ({fields})");
        detected_and_repaired(&fixture, "lambda", "update_function_configuration", change, &[&expected]);
    }
    let function = json!({"FunctionName": NAME});
    let expected = &["update function (retries)"];
    detected_and_repaired(&fixture, "lambda", "delete_function_event_invoke_config", function, expected);
}

#[test]
fn changes_of_the_functions_code_and_tags_are_detected_and_repaired() {
    let fixture = Fixture::deployed();
    let zip = plexmon_deploy::artifact::pack(b"#!/bin/sh\nexit 1\n", "{}").unwrap();
    let code = json!({"FunctionName": NAME, "ZipFile": {"base64": BASE64.encode(zip.bytes)}});
    detected_and_repaired(&fixture, "lambda", "update_function_code", code, &["update function (code)"]);

    let arn = fixture.arn("lambda", &format!("function:{NAME}"));
    for (tag, field) in
        [("plexmon:code", "code"), ("plexmon:state", "state_parameter"), ("plexmon:role", "role_binding")]
    {
        let untag = json!({"Resource": arn, "TagKeys": [tag]});
        detected_and_repaired(
            &fixture,
            "lambda",
            "untag_resource",
            untag,
            &[&format!("update function ({field})")],
        );
    }
}

#[test]
fn plan_json_has_each_field_with_its_values() {
    let fixture = Fixture::deployed();
    fixture.aws("lambda", "update_function_configuration", json!({"FunctionName": NAME, "Timeout": 60}));
    fixture.aws("events", "disable_rule", json!({"Name": RULE}));
    let plan = fixture.with_code(&["plan", "--json"]).run().ended(0);
    snapshot!(plan.stdout, @r#"
    {
      "digest": "[DIGEST]",
      "place": {
        "deployment": "plex-remote-health",
        "partition": "aws",
        "account": "[ACCOUNT]",
        "region": "us-east-1"
      },
      "steps": [
        {
          "action": "update",
          "kind": "function",
          "name": "plex-remote-health",
          "region": "us-east-1",
          "needs": [],
          "changes": [
            {
              "field": "timeout_s",
              "from": 60,
              "to": 30
            }
          ]
        },
        {
          "action": "update",
          "kind": "schedule",
          "name": "plex-remote-health-schedule",
          "region": "us-east-1",
          "needs": [
            {
              "step": 0,
              "action": "update",
              "kind": "function",
              "name": "plex-remote-health",
              "region": "us-east-1",
              "until": "effective"
            }
          ],
          "changes": [
            {
              "field": "enabled",
              "from": false,
              "to": true
            }
          ]
        }
      ],
      "monthly_cost_usd": 0.0, "cost": "[COST]",
      "account_plan": null
    }
    "#);
    let status = fixture.with_code(&["status"]).run().ended(0);
    snapshot!(status.stdout, @r"
    plex-remote-health in account [ACCOUNT], region us-east-1
      deployed    yes, but not as configured (`plexmon-deploy up` updates it)
        would update function plex-remote-health (timeout_s)
        would update schedule plex-remote-health-schedule (enabled)
      code        exactly that of the given file
        function  [SHA256]
        zip       [SHA256]
      schedule    rate(5 minutes), disabled
      last check  [TIME] ago
      plex        up since [DATE]
        since [TIME] [UPTIME]
    ");
}

/// A file that was given with --bootstrap is not needed to read the status.
#[test]
fn code_given_by_hand_is_not_drift_without_its_file() {
    let fixture = Fixture::deployed();
    let status = fixture.deploy(&["status", "--exit-code"]).run().ended(0);
    assert!(status.stdout.contains("yes, as configured"), "{}", status.stdout);
    assert!(status.stdout.contains("its code was built elsewhere and is not compared"), "{}", status.stdout);
    let plan = fixture.deploy(&["plan", "--exit-code"]).run().ended(0);
    assert!(plan.stdout.contains("its code was built elsewhere and is not compared"), "{}", plan.stdout);
    assert_eq!(fixture.deploy(&["status", "--json"]).run().json()["in_sync"], true);
    // The settings are still compared.
    fixture.edit("tries = 1", "tries = 2");
    fixture.deploy(&["status", "--exit-code"]).run().ended(3);
    fixture.deploy(&["plan", "--exit-code"]).run().ended(3);
}
