//! The rule's target: an event that Lambda does not accept is retried only until the next one is due.

use plexmon_deploy::resources::schedule::RetryPolicy;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::{self, json_of};
use super::rig::Rig;
use crate::plan::deployment::{CONFIG, Deployment, Only as _, secrets, text};

/// Return the target that is sent for this schedule.
async fn sent(schedule: &str) -> serde_json::Value {
    let mut rig = Rig::new();
    let config = format!("schedule = \"{schedule}\"\n{CONFIG}");
    rig.deployment = Deployment::of(&config, &plexmon_deploy::config::SecretLookup::All(secrets()));
    assert_eq!(rig.up().await, "done");
    rig.fake.sent("events:PutTargets")[0]["Targets"][0].clone()
}

/// EventBridge accepts 60 s to a day, and 0 to 185 attempts.
#[tokio::test(start_paused = true)]
async fn an_event_is_retried_for_half_an_interval_and_at_most_an_hour() {
    for (schedule, max_age_s) in [
        ("rate(1 minute)", 60),
        ("rate(2 minutes)", 60),
        ("cron(* * * * ? *)", 60),
        ("cron(0/10 * * * ? *)", 300),
        ("cron(0 8,20 * * ? *)", 3600),
        ("cron(0 8 1 1 ? 2099)", 3600),
        ("rate(5 minutes)", 150),
        ("rate(1 hour)", 1800),
        ("rate(3 hours)", 3600),
        ("rate(1 day)", 3600),
    ] {
        let target = sent(schedule).await;
        assert_eq!(target["RetryPolicy"]["MaximumEventAgeInSeconds"], max_age_s, "{schedule}");
        assert_eq!(target["RetryPolicy"]["MaximumRetryAttempts"], 5);
        assert_eq!((&target["Id"], target["Arn"].as_str().unwrap().is_empty()), (&json!("lambda"), false));
    }
}

/// Deployments of earlier releases have the default of EventBridge: 185 attempts within a day.
#[tokio::test(start_paused = true)]
async fn a_target_of_an_earlier_release_is_updated() {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let arn = rig.deployment.account.function(rig.deployment.names.function());
    let target = json!({ "Targets": [{ "Id": "lambda", "Arn": arn }] });
    rig.fake.always("events:ListTargetsByRule", json_of(target));
    let observed = rig.observe(false).await.unwrap().stack;
    insta::assert_snapshot!(text(rig.deployment.up(&observed)), @r#"
      ~ update schedule  plex-remote-health-schedule
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
    0 to create, 1 to update, 0 to delete
    "#);
    let without = |stack: &mut Stack| *stack = observed;
    assert_eq!(rig.repair(without).await, "done");
    assert_eq!(rig.writes(), ["events:PutTargets"]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_retry_policy_is_a_difference() {
    let rig = Rig::new();
    let changed = |stack: &mut Stack| {
        stack.the_schedule().target.as_mut().unwrap().retry =
            Some(RetryPolicy { max_age_s: 86_400, attempts: 185 });
    };
    assert_eq!(rig.repair(changed).await, "done");
    assert_eq!(
        rig.fake.sent("events:PutTargets")[0]["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"],
        150
    );
}
