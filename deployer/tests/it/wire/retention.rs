//! A retention policy of the account: `DescribeLogGroups` returns its days, not those of the group.

use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::{self, json_of};
use super::rig::Rig;
use crate::plan::deployment::{Only as _, secrets};

fn deployed() -> Rig {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    rig
}

/// From now on, a policy of the account sets the log group's retention; `None` means unlimited.
fn account_policy(rig: &Rig, days: Option<u32>) {
    let mut group = json!({ "logGroupName": rig.deployment.names.monitor.log_group, "retentionPolicyName": "for-auditors" });
    if let Some(days) = days {
        group["retentionInDays"] = json!(days);
    }
    rig.fake.always("logs:DescribeLogGroups", json_of(json!({ "logGroups": [group] })));
}

#[tokio::test(start_paused = true)]
async fn the_retention_of_an_account_policy_is_reported_and_is_not_drift() {
    let rig = deployed();
    for days in [Some(365), None] {
        account_policy(&rig, days);
        let observed = rig.observe(false).await.unwrap();
        let plan = rig.deployment.up(&observed.stack).unwrap();
        assert!(plan.is_empty(), "{plan}");
        assert!(plan.to_string().contains("for-auditors"), "{plan}");
        assert!(!rig.deployment.down(&observed.stack).unwrap().to_string().contains("for-auditors"));
    }
    assert!(!rig.fake.operations().iter().any(|call| call.contains("AccountPolic")), "no call of its own");
}

/// Setting the group's own retention would succeed and have no effect.
#[tokio::test(start_paused = true)]
async fn under_an_account_policy_a_log_group_is_only_tagged() {
    let rig = deployed();
    account_policy(&rig, Some(365));
    let mut observed = rig.observe(false).await.unwrap().stack;
    observed.the_log_group().owner = None;
    assert_eq!(rig.adopt(&observed).await, "done");
    assert_eq!(rig.writes(), ["logs:TagResource"]);
}

#[tokio::test(start_paused = true)]
async fn without_an_account_policy_the_retention_is_corrected() {
    let rig = Rig::new();
    for days in [Some(365), None] {
        let other = |stack: &mut Stack| stack.the_log_group().retention_days = days;
        assert_eq!(rig.repair(other).await, "done");
    }
    assert_eq!(rig.writes(), ["logs:PutRetentionPolicy"; 2]);
    assert_eq!(rig.fake.sent("logs:PutRetentionPolicy")[1]["retentionInDays"], 14);
}
