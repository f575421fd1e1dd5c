//! Changes in the configuration are planned, applied, and then no longer planned.

use serde_json::json;

use crate::support::{Fixture, RULE, snapshot};

const OTHER: &str = "[state]\nparameter = \"/homelab/other\"\n\n[function]";

#[track_caller]
fn applied(fixture: &Fixture, expected: &[&str]) {
    assert_eq!(fixture.plan(), expected);
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0]);
}

#[test]
fn renaming_the_state_parameter_deletes_the_previous_parameters() {
    let fixture = Fixture::deployed();
    fixture.edit("[function]", OTHER);
    let plan = fixture.with_code(&["plan"]).run();
    snapshot!(plan.stdout, @r#"
      ~ update role      plex-remote-health-role
          policy: ...[ACCOUNT]:parameter/homelab/plex_remote_status"},{"Sid":"HistoryUsEast1","Effect":"Allow","Action":["ssm:Get... -> ...[ACCOUNT]:parameter/homelab/other"},{"Sid":"HistoryUsEast1","Effect":"Allow","Action":["ssm:GetParameter","s...
      + create parameter /homelab/other
      + create secret    /homelab/other_secrets
      + create parameter /homelab/other_history
      ~ update function  plex-remote-health
          code: [DIGEST] -> [DIGEST]
      - delete parameter /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
      - delete parameter /homelab/plex_remote_status
      ~ update function  plex-remote-health
          state_parameter: /homelab/plex_remote_status -> /homelab/other
    3 to create, 3 to update, 3 to delete
    [COST]
    "#);
    fixture.up().ended(0);
    let parameters: Vec<String> =
        fixture.inventory().into_iter().filter(|item| item.starts_with("parameter")).collect();
    let all = ["", "_history", "_secrets"].map(|end| format!("parameter /homelab/other{end}"));
    assert_eq!(parameters, all);
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn down_deletes_the_previous_parameters_even_if_up_never_ran_with_the_new_name() {
    let fixture = Fixture::deployed();
    fixture.edit("[function]", OTHER);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

/// The stand-in for Plex is on this machine, like the emulator: there is no warning about it.
#[test]
fn targets_that_aws_cannot_reach_are_warned_of_before_the_question() {
    let fixture = Fixture::new();
    let plan = |fixture: &Fixture| fixture.with_code(&["plan"]).run().ended(0).stderr;
    assert!(!plan(&fixture).contains("warning"), "{}", plan(&fixture));
    fixture.edit("control = []", "control = [\"https://192.168.1.5\"]");
    let warning = "`control`: `192.168.1.5` is a private address that AWS cannot reach; use the public name or \
                   address\n";
    assert!(plan(&fixture).contains(warning), "{}", plan(&fixture));
    let up = fixture.up().ended(0);
    assert_eq!(up.stderr.matches("warning:").count(), 1, "{}", up.whole());
    assert!(up.stderr.contains(warning), "{}", up.whole());
}

#[test]
fn a_changed_schedule_is_applied() {
    let fixture = Fixture::deployed();
    fixture.edit("rate(5 minutes)", "cron(0/10 * * * ? *)");
    applied(&fixture, &["update schedule (expression, retry_policy)"]);
    let rule = fixture.aws("events", "describe_rule", json!({"Name": RULE}));
    assert_eq!(rule["ScheduleExpression"], "cron(0/10 * * * ? *)");
    let status = fixture.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!(status["schedule"], "cron(0/10 * * * ? *)");
}

#[test]
fn changed_settings_of_the_function_are_applied() {
    let fixture = Fixture::deployed();
    fixture.edit("[function]", "[function]\nmemory_mb = 256\ntimeout_s = 40\nlog_retention_days = 30");
    applied(&fixture, &["update log_group (retention_days)", "update function (memory_mb, timeout_s)"]);
}

#[test]
fn a_new_target_is_deployed_with_the_code_and_notified() {
    let fixture = Fixture::deployed();
    let target =
        format!("[[target]]\nname = \"requests\"\nkind = \"plex\"\nurl = \"{}\"\n\n", fixture.plex.url());
    fixture.edit("[notify", &format!("{target}[notify"));
    applied(&fixture, &["create parameter", "update function (code)"]);
    let messages = fixture.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].title.as_deref(), Some("Monitoring started: Requests is up"));
    let status = fixture.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!(status["targets"][0]["name"], "plex");
    assert_eq!(status["targets"][1]["name"], "requests");
}

#[test]
fn without_notifications_the_secret_is_deleted() {
    let fixture = Fixture::deployed();
    fixture.without_notifications();
    applied(&fixture, &["update role (policy)", "update function (code)", "delete secret"]);
    assert!(!fixture.inventory().iter().any(|item| item.ends_with("_secrets")));
    fixture.plex.break_it();
    let reply = fixture.invoke().ended(0).json();
    assert_eq!((&reply["current"], &reply["problems"]), (&json!("down"), &json!([])));
    assert!(fixture.phone.take_new().is_empty());
}
