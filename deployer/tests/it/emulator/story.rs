//! The life of a deployment, from the first `up` on.

use std::path::Path;

use serde_json::Value;

use crate::support::{Fixture, NAME, cargo_environment, snapshot};

#[test]
fn up_deploys_and_notifies_once() {
    let fixture = Fixture::new();
    let up = fixture.with_code(&["up", "--yes"]).run().ended(0);
    snapshot!(up.stdout, @"
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    7 to create, 0 to update, 0 to delete
    [COST]
    seen from AWS:
      plex is up (HTTP 200, [TIME])
      pushover delivered: plex is up
    ");
    for done in ["create role", "create secret", "create function", "create schedule"] {
        assert!(up.stderr.contains(&format!("  done     {done}")), "{}", up.whole());
    }
    let messages = fixture.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].title.as_deref(), Some("Monitoring started: Plex is up"));
    assert_eq!(messages[0].priority, 0);
    assert_eq!(fixture.phone.refused(), [""; 0]);
    assert_eq!(fixture.plex.requests(), 1);
}

#[test]
fn a_second_up_writes_nothing() {
    let fixture = Fixture::deployed();
    assert_eq!(fixture.plan(), [""; 0]);
    let again = fixture.up().ended(0);
    snapshot!(again.stdout, @"
    nothing to do: AWS matches the configuration
    [COST]
    ");
    assert!(again.calls().contains(&"lambda:GetFunction"), "{:?}", again.calls());
    assert_eq!(again.writes(), [""; 0]);
    assert!(fixture.phone.take_new().is_empty());
}

#[test]
fn the_first_up_writes_each_resource_once() {
    let fixture = Fixture::new();
    let first = fixture.up();
    let mut writes = first.writes();
    writes.sort_unstable();
    snapshot!(writes.join("\n"), @"
    events:PutRule
    events:PutTargets
    iam:CreateRole
    iam:PutRolePolicy
    lambda:AddPermission
    lambda:CreateFunction
    lambda:Invoke
    lambda:PutFunctionEventInvokeConfig
    logs:CreateLogGroup
    logs:PutRetentionPolicy
    ssm:PutParameter
    ssm:PutParameter
    ssm:PutParameter
    ");
}

#[test]
fn up_builds_the_function_if_none_is_given() {
    let fixture = Fixture::new();
    let mut deploy = fixture.deploy(&["up", "--yes"]);
    for (name, value) in cargo_environment() {
        deploy = deploy.env(name, value);
    }
    let up = deploy.run().ended(0);
    assert!(up.stderr.contains("  building the function for "), "{}", up.whole());
    assert_eq!(fixture.messages().len(), 1);
    // Without a compiler: the identity of the code is known without building it.
    let plan = fixture.deploy(&["plan", "--exit-code"]).env("PATH", "/nowhere").run();
    snapshot!(plan.ended(0).stdout, @"
    nothing to do: AWS matches the configuration
    [COST]
    ");
}

#[test]
fn an_outage_and_its_end_are_notified_once() {
    let fixture = Fixture::deployed();
    fixture.plex.break_it();
    fixture.invoke().ended(0);
    let messages = fixture.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!((messages[0].title.as_deref(), messages[0].priority), (Some("Plex is DOWN"), 1));

    fixture.invoke().ended(0);
    assert!(fixture.phone.take_new().is_empty());
    let status = fixture.with_code(&["status"]).run().ended(0);
    snapshot!(status.stdout, @"
    plex-remote-health in account [ACCOUNT], region us-east-1
      deployed    yes, as configured
      code        exactly that of the given file
        function  [SHA256]
        zip       [SHA256]
      schedule    rate(5 minutes)
      last check  [TIME] ago
      plex        down since [DATE]: Plex is stopped; the proxy returns 502
        since [TIME] [UPTIME]
      app: the proxy works, but the app behind it does not respond correctly: check that it is running
    ");

    fixture.plex.repair();
    fixture.invoke().ended(0);
    let messages = fixture.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].title.as_deref().unwrap().starts_with("Plex RECOVERED after "));
    assert_eq!(messages[0].priority, 0);
    assert!(messages[0].message.starts_with("Down "), "{messages:?}");
    assert_eq!(fixture.phone.received().len(), 3);
}

#[test]
fn status_shows_the_deployment_and_the_last_check() {
    let fixture = Fixture::deployed();
    let status = fixture.with_code(&["status", "--exit-code"]).run().ended(0);
    snapshot!(status.whole(), @r"
    exit 0
    --- stdout
    plex-remote-health in account [ACCOUNT], region us-east-1
      deployed    yes, as configured
      code        exactly that of the given file
        function  [SHA256]
        zip       [SHA256]
      schedule    rate(5 minutes)
      last check  [TIME] ago
      plex        up since [DATE]
        since [TIME] [UPTIME]
    ");

    let status = fixture.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!((&status["deployed"], &status["in_sync"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!((&status["schedule"], &status["enabled"]), (&"rate(5 minutes)".into(), &Value::Bool(true)));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let recently = |time: &Value| time.as_u64().is_some_and(|time| now - time < 300);
    assert!(recently(&status["last_check"]), "{status}");
    let targets = status["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 1);
    assert_eq!((&targets[0]["name"], &targets[0]["status"]), (&"plex".into(), &"up".into()));
    assert!(recently(&targets[0]["since"]), "{status}");
}

#[test]
fn status_without_a_deployment_exits_with_4() {
    let fixture = Fixture::new();
    let status = fixture.with_code(&["status", "--exit-code"]).run();
    snapshot!(status.whole(), @r"
    exit 4
    --- stdout
    plex-remote-health in account [ACCOUNT], region us-east-1
      deployed    no (`plexmon-deploy up` deploys it)
    ");
    let status = fixture.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!(status["deployed"], false);
    assert_eq!(status["last_check"], Value::Null);
    assert_eq!(status["targets"], serde_json::json!([]));
}

#[test]
fn plan_shows_the_changes_of_up_and_exits_with_3() {
    let fixture = Fixture::new();
    let plan = fixture.with_code(&["plan", "--exit-code"]).run();
    snapshot!(plan.whole(), @"
    exit 3
    --- stdout
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    7 to create, 0 to update, 0 to delete
    [COST]
    --- stderr
    plex-remote-health in account [ACCOUNT], region us-east-1
    ");
    fixture.with_code(&["plan"]).run().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn up_and_down_print_their_steps_with_outcomes_as_json() {
    let fixture = Fixture::new();
    let up = fixture.with_code(&["up", "--yes", "--json"]).run().ended(0).json();
    assert_eq!(up["reply"]["current"], "up");
    let down = fixture.deploy(&["down", "--yes", "--no-wait", "--json"]).run().ended(0).json();
    assert_eq!(down["proven"], true);
    for (document, action) in [(up, "create"), (down, "delete")] {
        let steps = document["steps"].as_array().unwrap();
        assert_eq!(steps.len(), 7, "{document}");
        assert_eq!(document["monthly_cost_usd"], 0.0, "{document}");
        let runs = if action == "create" { 8766.0 } else { 0.0 };
        assert_eq!(document["cost"]["parts"][0]["used"], runs, "{document}");
        for step in steps {
            assert_eq!((&step["action"], &step["outcome"]), (&action.into(), &"done".into()), "{step}");
            assert!(step["kind"].is_string() && step["name"].is_string() && step["changes"].is_array());
        }
    }
}

#[test]
fn invoke_prints_the_reply_and_logs_shows_that_run() {
    let fixture = Fixture::deployed();
    let invoke = fixture.invoke().ended(0);
    let reply = invoke.json();
    assert_eq!((&reply["previous"], &reply["current"]), (&"up".into(), &"up".into()));
    assert_eq!(reply["http"], 200);

    let logs = fixture.deploy(&["logs", "--since", "10m"]).run().ended(0);
    assert!(logs.stdout.lines().count() >= 2, "{}", logs.whole());
    let events = fixture.deploy(&["logs", "--json"]).run().ended(0).json();
    let verdicts = events["events"].as_array().unwrap().iter().filter_map(|event| event["message"].as_str());
    let verdicts = verdicts.filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>();
    assert!(verdicts.len() >= 2, "{events}");
}

#[test]
fn invoke_and_logs_without_a_deployment_are_errors() {
    let fixture = Fixture::new();
    snapshot!(fixture.invoke().whole(), @r"
    exit 1
    --- stderr
    error: function `plex-remote-health` is not deployed in us-east-1

    hint: deploy it with `plexmon-deploy up`
    ");
    snapshot!(fixture.deploy(&["logs"]).run().whole(), @r"
    exit 1
    --- stderr
    error: log group `/aws/lambda/plex-remote-health` does not exist in us-east-1

    hint: deploy with `plexmon-deploy up`, or correct --region
    ");
}

#[test]
fn a_file_that_lambda_cannot_run_is_refused_before_the_first_write() {
    let fixture = Fixture::new();
    let script = fixture.write("bootstrap", "#!/bin/sh\n");
    let up = fixture.deploy(&["up", "--yes"]).args([Path::new("--bootstrap"), &script]).run();
    snapshot!(up.ended(1).stderr, @r"
    plex-remote-health in account [ACCOUNT], region us-east-1
    error: `[HOME]/bootstrap` cannot run on Lambda (x86_64)
      cause: it is not a Linux program

    hint: pass the compiled function, which cargo names `bootstrap`, with --bootstrap
    ");
    assert_eq!(fixture.inventory(), [""; 0], "{NAME}");
}
