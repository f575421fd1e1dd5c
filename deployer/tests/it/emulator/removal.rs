//! `down` deletes all of our resources, however many are left, and nothing else.

use serde_json::json;

use super::by_hand::{delete, subsets};
use crate::support::{Fixture, HISTORY, LOG_GROUP, NAME, STATE, snapshot};

#[test]
fn down_deletes_everything_and_then_has_nothing_to_do() {
    let fixture = Fixture::deployed();
    fixture.invoke().ended(0);
    let down = fixture.deploy(&["down", "--yes", "--no-wait"]).run().ended(0);
    snapshot!(down.stdout, @"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
    0 to create, 0 to update, 7 to delete
    7 resources deleted; checked again: nothing of plex-remote-health is left
    ");
    assert_eq!(fixture.inventory(), [""; 0]);
    let tagged = fixture.aws("resourcegroupstaggingapi", "get_resources", json!({}));
    assert_eq!(tagged["ResourceTagMappingList"], json!([]));

    let again = fixture.down();
    assert_eq!(again.writes(), [""; 0]);
    snapshot!(again.ended(0).stdout, @"nothing to remove: no resources of plex-remote-health were found");
    let status = fixture.with_code(&["status", "--exit-code"]).run();
    assert_eq!(status.code, Some(4));
}

#[test]
fn down_in_an_empty_account_is_done_at_once() {
    let fixture = Fixture::new();
    let down = fixture.down().ended(0);
    assert_eq!(down.writes(), [""; 0]);
    snapshot!(down.stdout, @"nothing to remove: no resources of plex-remote-health were found");
    let down = fixture.deploy(&["down", "--yes", "--no-wait", "--json"]).run().ended(0).json();
    let digest = &down["digest"];
    let cost = &down["cost"];
    assert_eq!(
        down,
        json!({"digest": digest, "steps": [], "proven": true, "monthly_cost_usd": 0.0, "cost": cost})
    );
    assert!(cost["parts"].as_array().unwrap().iter().all(|part| part["used"] == 0.0), "{cost}");
    assert_eq!(digest.as_str().map(str::len), Some(64));
}

#[test]
fn down_can_keep_the_state_and_the_logs() {
    let fixture = Fixture::deployed();
    let down = fixture.deploy(&["down", "--yes", "--no-wait", "--keep-state", "--keep-logs"]).run().ended(0);
    snapshot!(down.stdout, @"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete secret    /homelab/plex_remote_status_secrets
      . keep   parameter /homelab/plex_remote_status (--keep-state)
      . keep   parameter /homelab/plex_remote_status_history (--keep-state)
      . keep   log group /aws/lambda/plex-remote-health (--keep-logs)
    0 to create, 0 to update, 4 to delete
    4 resources deleted; checked again: nothing else of plex-remote-health is left
    ");
    let kept =
        [format!("log group {LOG_GROUP}"), format!("parameter {STATE}"), format!("parameter {HISTORY}")];
    assert_eq!(fixture.inventory(), kept);

    // Deployed again, it knows that Plex was up, so there is nothing to notify.
    fixture.up().ended(0);
    assert!(fixture.phone.take_new().is_empty());
    let down = fixture.deploy(&["down", "--yes", "--no-wait", "--keep-logs", "--json"]).run().ended(0).json();
    let parts = down["cost"]["parts"].as_array().unwrap();
    let used = parts.iter().filter(|part| part["used"] != 0.0).map(|part| part["item"].as_str().unwrap());
    assert_eq!(used.collect::<Vec<_>>(), ["logs"], "what is left costs something");
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn resources_of_others_are_not_touched() {
    let fixture = Fixture::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    // Names that start like ours.
    fixture.aws(
        "iam",
        "create_role",
        json!({"RoleName": format!("{NAME}-role-2"), "AssumeRolePolicyDocument": trust}),
    );
    fixture.aws("logs", "create_log_group", json!({"logGroupName": format!("{LOG_GROUP}-2")}));
    fixture.aws(
        "events",
        "put_rule",
        json!({"Name": format!("{NAME}-schedule-2"), "ScheduleExpression": "rate(1 day)"}),
    );
    fixture.aws(
        "ssm",
        "put_parameter",
        json!({"Name": format!("{STATE}_2"), "Value": "x", "Type": "String"}),
    );
    fixture.aws("ssm", "put_parameter", json!({"Name": "/homelab/other", "Value": "x", "Type": "String"}));
    let zip = plexmon_deploy::artifact::pack(b"#!/bin/sh\n", "{}").unwrap();
    fixture.aws(
        "lambda",
        "create_function",
        json!({
            "FunctionName": format!("{NAME}-2"), "Runtime": "provided.al2023", "Handler": "bootstrap",
            "Role": fixture.arn("iam", &format!("role/{NAME}-role-2")),
            "Code": {"ZipFile": {"base64": base64(&zip.bytes)}},
        }),
    );
    let before = fixture.inventory();
    assert_eq!(before.len(), 6, "{before:?}");
    fixture.up().ended(0);
    assert_eq!(fixture.inventory().len(), 13);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), before);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// `down` completes a removal of which any part was already done: all 31 combinations.
mod whatever_is_gone_already {
    use super::*;

    fn down_deletes_the_rest(subsets: impl Iterator<Item = Vec<&'static str>>) {
        let fixture = Fixture::new();
        for gone in subsets {
            fixture.up().ended(0);
            for thing in &gone {
                delete(&fixture, thing);
            }
            fixture.down().ended(0);
            assert_eq!(fixture.inventory(), [""; 0], "after {gone:?} had been deleted");
        }
    }

    #[test]
    fn with_the_function() {
        down_deletes_the_rest(subsets().filter(|gone| !gone.contains(&"function")));
    }

    #[test]
    fn without_the_function() {
        down_deletes_the_rest(subsets().filter(|gone| gone.contains(&"function")));
    }
}
