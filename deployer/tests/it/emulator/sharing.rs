//! A rule of ours with a target of another owner: that target is never touched, and the rule is kept for it.

use serde_json::json;

use crate::support::{Fixture, RULE, snapshot};

fn shared() -> Fixture {
    let fixture = Fixture::deployed();
    let theirs = json!([{"Id": "theirs", "Arn": fixture.arn("lambda", "function:another")}]);
    fixture.aws("events", "put_targets", json!({"Rule": RULE, "Targets": theirs}));
    fixture
}

/// Ids of the rule's targets.
fn targets(fixture: &Fixture) -> Vec<String> {
    let answer = fixture.aws("events", "list_targets_by_rule", json!({"Rule": RULE}));
    let mut ids: Vec<String> = answer["Targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| target["Id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn up_keeps_their_target() {
    let fixture = shared();
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.edit("rate(5 minutes)", "rate(10 minutes)");
    fixture.up().ended(0);
    assert_eq!(targets(&fixture), ["lambda", "theirs"]);
    fixture.aws("events", "remove_targets", json!({"Rule": RULE, "Ids": ["lambda"]}));
    fixture.up().ended(0);
    assert_eq!(targets(&fixture), ["lambda", "theirs"]);
}

#[test]
fn down_removes_our_target_and_keeps_the_rule_for_theirs() {
    let fixture = shared();
    let down = fixture.deploy(&["down", "--yes", "--no-wait"]).run().ended(0);
    snapshot!(down.stdout, @r#"
      ~ update schedule  plex-remote-health-schedule
          target: arn:aws:lambda:us-east-1:[ACCOUNT]:function:plex-remote-health -> (none)
          retry_policy: {"max_age_s":150,"attempts":5} -> (none)
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
      . keep   schedule  plex-remote-health-schedule (others added targets to it: theirs)
    0 to create, 1 to update, 6 to delete
    7 resources deleted; checked again: nothing else of plex-remote-health is left
    "#);
    assert_eq!(fixture.inventory(), [format!("rule {RULE}")]);
    assert_eq!(targets(&fixture), ["theirs"]);

    let again = fixture.down();
    assert_eq!(again.writes(), [""; 0]);
    snapshot!(again.ended(0).stdout, @"
      . keep   schedule  plex-remote-health-schedule (others added targets to it: theirs)
    0 to create, 0 to update, 0 to delete
    nothing to remove: no resources of plex-remote-health were found
    ");

    // `up` adds our target again; when theirs is deleted, `down` deletes the rule.
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0]);
    assert_eq!(targets(&fixture), ["lambda", "theirs"]);
    fixture.aws("events", "remove_targets", json!({"Rule": RULE, "Ids": ["theirs"]}));
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}
