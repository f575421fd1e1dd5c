//! One difference of the function.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;

use crate::plan::deployment::{Deployment, Only as _, drift, json};

#[test]
fn a_missing_function_is_recreated_with_its_permission() {
    let missing = |stack: &mut Stack| {
        stack.functions.clear();
        stack.the_schedule().permission = None;
    };
    assert_snapshot!(drift(missing), @r#"
      + create function  plex-remote-health
      ~ update schedule  plex-remote-health-schedule
          permission: (none) -> {"principal":"events.amazonaws.com","action":"lambda:InvokeFunction","source":"arn:aws:events:eu-cen...
    1 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn changed_settings_of_the_function_are_listed() {
    let changed = |stack: &mut Stack| {
        let function = stack.the_function();
        function.memory_mb = 512;
        function.timeout_s = 3;
        function.handler = "lambda_function.lambda_handler".to_owned();
        function.runtime = "python3.12".to_owned();
        function.environment = BTreeSet::from(["PUSHOVER_TOKEN".to_owned(), "CHECK_URL".to_owned()]);
    };
    assert_snapshot!(drift(changed), @r#"
      ~ update function  plex-remote-health
          runtime: python3.12 -> provided.al2023
          handler: lambda_function.lambda_handler -> monitor
          memory_mb: 512 -> 128
          timeout_s: 3 -> 30
          environment: ["CHECK_URL","PUSHOVER_TOKEN"] -> []
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn changed_code_is_uploaded() {
    let deployment = Deployment::usual();
    let changed = "changed outside plexmon".to_owned();
    let plan = deployment.up(&deployment.drifted(|stack| stack.the_function().code = Some(changed))).unwrap();
    assert!(plan.needs_code());
    assert_snapshot!(plan, @"
      ~ update function  plex-remote-health
          code: changed outside plexmon -> 0123456789abcdef0123456789abcdef
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_changed_architecture_needs_the_code() {
    let deployment = Deployment::usual();
    let plan = deployment
        .up(&deployment.drifted(|stack| stack.the_function().architecture = "arm64".to_owned()))
        .unwrap();
    assert!(plan.needs_code());
    assert_snapshot!(plan, @"
      ~ update function  plex-remote-health
          architecture: arm64 -> x86_64
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn changed_memory_needs_no_code() {
    let deployment = Deployment::usual();
    let plan = deployment.up(&deployment.drifted(|stack| stack.the_function().memory_mb = 512)).unwrap();
    assert!(!plan.needs_code());
    assert_snapshot!(json(&plan), @r#"
    {
      "digest": "75d2cf9b096f107c41b3eec11dc5caea181f7450cbd11959a0436cb1ec9178ff",
      "place": {
        "deployment": "plex-remote-health",
        "partition": "aws",
        "account": "123456789012",
        "region": "eu-central-1"
      },
      "steps": [
        {
          "action": "update",
          "kind": "function",
          "name": "plex-remote-health",
          "region": "eu-central-1",
          "needs": [],
          "changes": [
            {
              "field": "memory_mb",
              "from": 512,
              "to": 128
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn missing_retries_are_set() {
    assert_snapshot!(drift(|stack| stack.the_function().retries = None), @r#"
      ~ update function  plex-remote-health
          retries: (none) -> {"attempts":0,"max_age_s":60}
    0 to create, 1 to update, 0 to delete
    "#);
}
