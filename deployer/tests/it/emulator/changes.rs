//! Changes in the configuration are planned, applied, and then no longer planned.

use serde_json::json;

use crate::support::{RULE, World, snapshot};

const OTHER: &str = "[state]\nparameter = \"/homelab/other\"\n\n[function]";

#[track_caller]
fn applied(world: &World, expected: &[&str]) {
    assert_eq!(world.plan(), expected);
    world.up().ended(0);
    assert_eq!(world.plan(), [""; 0]);
}

#[test]
fn renaming_the_state_parameter_deletes_the_previous_parameters() {
    let world = World::deployed();
    world.edit("[function]", OTHER);
    let plan = world.with_code(&["plan"]).run();
    snapshot!(plan.stdout, @r#"
      ~ update role      plex-remote-health-role
          policy: ...[ACCOUNT]:parameter/homelab/plex_remote_status"},{"Sid":"SecretsUsEast1","Effect":"Allow","Action":"ssm:GetP... -> ...[ACCOUNT]:parameter/homelab/other"},{"Sid":"SecretsUsEast1","Effect":"Allow","Action":"ssm:GetParameter","Re...
      + create parameter /homelab/other
      + create secret    /homelab/other_secrets
      ~ update function  plex-remote-health
          code: [DIGEST] -> [DIGEST]
      - delete parameter /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status
      ~ update function  plex-remote-health
          state_parameter: /homelab/plex_remote_status -> /homelab/other
    2 to create, 3 to update, 2 to delete
    "#);
    world.up().ended(0);
    let parameters: Vec<String> =
        world.inventory().into_iter().filter(|item| item.starts_with("parameter")).collect();
    assert_eq!(parameters, ["parameter /homelab/other", "parameter /homelab/other_secrets"]);
    assert_eq!(world.plan(), [""; 0]);
    world.down().ended(0);
    assert_eq!(world.inventory(), [""; 0]);
}

#[test]
fn down_deletes_the_previous_parameters_even_if_up_never_ran_with_the_new_name() {
    let world = World::deployed();
    world.edit("[function]", OTHER);
    world.down().ended(0);
    assert_eq!(world.inventory(), [""; 0]);
}

/// The stand-in for Plex is on this machine, like the emulator: there is no warning about it.
#[test]
fn targets_that_aws_cannot_reach_are_warned_of_before_the_question() {
    let world = World::new();
    let plan = |world: &World| world.with_code(&["plan"]).run().ended(0).stderr;
    assert!(!plan(&world).contains("warning"), "{}", plan(&world));
    world.edit("control = []", "control = [\"https://192.168.1.5\"]");
    let warning = "`control`: `192.168.1.5` is a private address that AWS cannot reach; use the name or address \
                   by which the internet reaches it\n";
    assert!(plan(&world).contains(warning), "{}", plan(&world));
    let up = world.up().ended(0);
    assert_eq!(up.stderr.matches("warning:").count(), 1, "{}", up.whole());
    assert!(up.stderr.contains(warning), "{}", up.whole());
}

#[test]
fn a_changed_schedule_is_applied() {
    let world = World::deployed();
    world.edit("rate(5 minutes)", "cron(0/10 * * * ? *)");
    applied(&world, &["update schedule (expression, retry_policy)"]);
    let rule = world.aws("events", "describe_rule", json!({"Name": RULE}));
    assert_eq!(rule["ScheduleExpression"], "cron(0/10 * * * ? *)");
    let status = world.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!(status["schedule"], "cron(0/10 * * * ? *)");
}

#[test]
fn changed_settings_of_the_function_are_applied() {
    let world = World::deployed();
    world.edit("[function]", "[function]\nmemory_mb = 256\ntimeout_s = 40\nlog_retention_days = 30");
    applied(&world, &["update log_group (retention_days)", "update function (memory_mb, timeout_s)"]);
}

#[test]
fn a_new_target_is_deployed_with_the_code_and_notified() {
    let world = World::deployed();
    let target =
        format!("[[target]]\nname = \"requests\"\nkind = \"plex\"\nurl = \"{}\"\n\n", world.plex.url());
    world.edit("[notify", &format!("{target}[notify"));
    applied(&world, &["update function (code)"]);
    let messages = world.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].title.as_deref(), Some("Monitoring started: Requests is up"));
    let status = world.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!(status["targets"][0]["name"], "plex");
    assert_eq!(status["targets"][1]["name"], "requests");
}

#[test]
fn without_notifications_the_secret_is_deleted() {
    let world = World::deployed();
    world.without_notifications();
    applied(&world, &["update role (policy)", "update function (code)", "delete secret"]);
    assert!(!world.inventory().iter().any(|item| item.ends_with("_secrets")));
    world.plex.break_it();
    let reply = world.invoke().ended(0).json();
    assert_eq!((&reply["current"], &reply["problems"]), (&json!("down"), &json!([])));
    assert!(world.phone.take_new().is_empty());
}
