//! Resources with our names but without our tag belong to others, until `--adopt` takes them over.

use serde_json::json;

use crate::support::{Fixture, HISTORY, LOG_GROUP, NAME, ROLE, RULE, SECRETS, STATE, snapshot};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn foreign_role(fixture: &Fixture) {
    fixture.aws("iam", "create_role", json!({"RoleName": ROLE, "AssumeRolePolicyDocument": TRUST}));
}

#[test]
fn a_foreign_role_stops_up_before_the_first_write() {
    let fixture = Fixture::new();
    foreign_role(&fixture);
    let up = fixture.up();
    assert_eq!(up.writes(), [""; 0]);
    let up = fixture.with_code(&["up", "--yes"]).run();
    snapshot!(up.whole(), @r"
    exit 1
    --- stderr
    error: role `plex-remote-health-role` already exists and is not managed by this deployment
      cause: it has no tag `plexmon:deployment`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
    assert_eq!(fixture.inventory(), [format!("role {ROLE}")]);
    fixture.with_code(&["plan"]).run().ended(1);
}

#[test]
fn adopt_takes_it_over_and_down_then_deletes_it() {
    let fixture = Fixture::new();
    foreign_role(&fixture);
    let up = fixture.with_code(&["up", "--yes", "--adopt"]).run();
    snapshot!(up.ended(0).stdout, @r#"
      ~ update role      plex-remote-health-role
          owner: (none) -> plex-remote-health
          policy: (none) -> {"Version":"2012-10-17","Statement":[{"Sid":"LogUsEast1","Effect":"Allow","Action":["logs:CreateLogS...
          regions: [] -> ["us-east-1"]
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    6 to create, 1 to update, 0 to delete
    [COST]
    seen from AWS:
      plex is up (HTTP 200, [TIME])
      pushover delivered: plex is up
    "#);
    assert_eq!(fixture.messages().len(), 1);
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

/// All resources with our names, as others might have created them.
fn foreign_everything(fixture: &Fixture) {
    foreign_role(fixture);
    let zip = plexmon_deploy::artifact::pack(b"#!/bin/sh\n", "{}").unwrap();
    let code = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(zip.bytes)
    };
    let role = fixture.arn("iam", &format!("role/{ROLE}"));
    let function = json!({
        "FunctionName": NAME, "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": role,
        "Code": {"ZipFile": {"base64": code}},
    });
    fixture.aws("lambda", "create_function", function);
    fixture.aws("logs", "create_log_group", json!({"logGroupName": LOG_GROUP}));
    fixture.aws("events", "put_rule", json!({"Name": RULE, "ScheduleExpression": "rate(1 day)"}));
    for name in [STATE, SECRETS, HISTORY] {
        fixture.aws("ssm", "put_parameter", json!({"Name": name, "Value": "theirs", "Type": "String"}));
    }
}

#[test]
fn down_keeps_foreign_resources_and_lists_them() {
    let fixture = Fixture::new();
    foreign_everything(&fixture);
    let before = fixture.inventory();
    assert_eq!(before.len(), 7);
    let down = fixture.down();
    assert_eq!(down.writes(), [""; 0]);
    snapshot!(down.ended(0).stdout, @"
      . keep   role      plex-remote-health-role (it has no tag `plexmon:deployment`)
      . keep   log group /aws/lambda/plex-remote-health (it has no tag `plexmon:deployment`)
      . keep   parameter /homelab/plex_remote_status (it has no tag `plexmon:deployment`)
      . keep   secret    /homelab/plex_remote_status_secrets (it has no tag `plexmon:deployment`)
      . keep   parameter /homelab/plex_remote_status_history (it has no tag `plexmon:deployment`)
      . keep   function  plex-remote-health (it has no tag `plexmon:deployment`)
      . keep   schedule  plex-remote-health-schedule (it has no tag `plexmon:deployment`)
    0 to create, 0 to update, 0 to delete
    nothing to remove: no resources of plex-remote-health were found
    ");
    assert_eq!(fixture.inventory(), before);
}

#[test]
fn everything_can_be_adopted() {
    let fixture = Fixture::new();
    foreign_everything(&fixture);
    fixture.with_code(&["up", "--yes", "--adopt"]).run().ended(0);
    assert_eq!(fixture.messages().len(), 1);
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn resources_of_another_deployment_are_foreign() {
    let fixture = Fixture::deployed();
    fixture.edit("region = ", "name = \"other\"\nregion = ");
    fixture.edit("[function]", "[state]\nparameter = \"/homelab/plex_remote_status\"\n\n[function]");
    let plan = fixture.with_code(&["plan"]).run();
    snapshot!(plan.ended(1).stderr, @r"
    error: parameter `/homelab/plex_remote_status` already exists and is not managed by this deployment
      cause: its tag `plexmon:deployment` says that it belongs to the deployment `plex-remote-health`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
    let down = fixture.down().ended(0);
    assert_eq!(down.writes(), [""; 0]);
}

#[test]
fn two_deployments_live_side_by_side() {
    let fixture = Fixture::deployed();
    let before = fixture.inventory();
    fixture.edit("region = ", "name = \"other\"\nregion = ");
    fixture.up().ended(0);
    assert_eq!(fixture.inventory().len(), 2 * before.len());
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), before);
}

#[test]
fn a_role_with_attached_policies_of_others_is_deleted_only_with_force() {
    let fixture = Fixture::deployed();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let policy = json!({"RoleName": ROLE, "PolicyName": "theirs", "PolicyDocument": document});
    fixture.aws("iam", "put_role_policy", policy);
    let down = fixture.deploy(&["down", "--yes", "--no-wait"]).run().ended(1);
    let (_, error) = down.stderr.split_once("error: ").unwrap();
    snapshot!(error, @"
    could not delete role `plex-remote-health-role`
      cause: it has policies that plexmon did not attach: theirs
      cause: 6 of 7 steps are done; run the same command again to continue

    hint: detach them, or run `plexmon-deploy down --force` to have them detached
    ");
    fixture.deploy(&["down", "--yes", "--no-wait", "--force"]).run().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}
