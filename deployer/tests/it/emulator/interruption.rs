//! The next run completes an `up` or `down` that was interrupted at any point.

use crate::support::{Fixture, Gate, snapshot, until};

/// A text in the request of each write of `up`, roughly in order.
const WRITES_OF_UP: [&str; 10] = [
    "Action=CreateRole",
    "Action=PutRolePolicy",
    "Logs_20140328.CreateLogGroup",
    "Logs_20140328.PutRetentionPolicy",
    "AmazonSSM.PutParameter",
    "POST /2015-03-31/functions HTTP",
    "PUT /2019-09-25/functions/plex-remote-health/event-invoke-config",
    "AWSEvents.PutRule",
    "POST /2015-03-31/functions/plex-remote-health/policy",
    "AWSEvents.PutTargets",
];

const WRITES_OF_DOWN: [&str; 7] = [
    "AWSEvents.RemoveTargets",
    "AWSEvents.DeleteRule",
    "DELETE /2015-03-31/functions/plex-remote-health",
    "Action=DeleteRolePolicy",
    "Action=DeleteRole&",
    "Logs_20140328.DeleteLogGroup",
    "AmazonSSM.DeleteParameter",
];

#[test]
fn up_killed_before_any_of_its_writes_is_completed_by_the_next() {
    for write in WRITES_OF_UP {
        let fixture = Fixture::new();
        let gate = Gate::before(write);
        let up = fixture.with_code(&["up", "--yes"]).env("AWS_ENDPOINT_URL", gate.url()).start();
        gate.wait();
        up.kill();
        drop(gate);
        assert_ne!(fixture.plan(), [""; 0], "{write}");
        fixture.up().ended(0);
        assert_eq!(fixture.plan(), [""; 0], "{write}");
        assert_eq!(fixture.messages().len(), 1, "{write}");
    }
}

#[test]
fn down_killed_before_any_of_its_writes_is_completed_by_the_next() {
    let fixture = Fixture::new();
    for write in WRITES_OF_DOWN {
        fixture.up().ended(0);
        let gate = Gate::before(write);
        let down = fixture.through(&gate, &["down", "--yes", "--no-wait"]).start();
        gate.wait();
        down.kill();
        drop(gate);
        assert_ne!(fixture.inventory(), [""; 0], "{write}");
        fixture.down().ended(0);
        assert_eq!(fixture.inventory(), [""; 0], "{write}");
    }
}

#[test]
fn ctrl_c_waits_for_the_call_in_flight_and_lists_what_is_not_done() {
    let fixture = Fixture::new();
    let gate = Gate::before("POST /2015-03-31/functions HTTP");
    let mut up = fixture.with_code(&["up", "--yes"]).env("AWS_ENDPOINT_URL", gate.url()).start();
    gate.wait();
    up.interrupt();
    gate.open();
    let up = up.end().ended(130);
    let (_, error) = up.stderr.split_once("error: ").unwrap();
    snapshot!(error, @"
    interrupted: 5 of 7 steps are done; run the same command again to continue
      cause: not done: create function plex-remote-health
      cause: not done: create schedule plex-remote-health-schedule
    ");
    assert!(up.stderr.contains("  not run  create schedule"), "{}", up.whole());
    assert_eq!(fixture.plan(), ["update schedule (target, retry_policy, permission)"]);
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0]);
    assert_eq!(fixture.messages().len(), 1);
}

#[test]
fn repeated_ctrl_c_abandons_the_call_in_flight() {
    let fixture = Fixture::new();
    let gate = Gate::before("POST /2015-03-31/functions HTTP");
    let mut up = fixture.with_code(&["up", "--yes", "--json"]).env("AWS_ENDPOINT_URL", gate.url()).start();
    gate.wait();
    // Two simultaneous signals may arrive as one.
    until("it has ended", || {
        up.interrupt();
        up.has_ended()
    });
    let up = up.end().ended(130);
    snapshot!(up.stderr.split_once("error: ").unwrap().1, @"
    interrupted: 5 of 7 steps are done; run the same command again to continue
      cause: not done: create function plex-remote-health
      cause: not done: create schedule plex-remote-health-schedule
    ");
    let document = up.json();
    let outcomes: Vec<&str> =
        document["steps"].as_array().unwrap().iter().map(|step| step["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["done", "done", "done", "done", "done", "interrupted", "not_run"]);
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0]);
}

#[test]
fn ctrl_c_during_reads_changes_nothing() {
    for command in ["up", "plan", "status"] {
        let fixture = Fixture::new();
        let gate = Gate::before("Action=GetCallerIdentity");
        let yes: &[&str] = if command == "up" { &["--yes"] } else { &[] };
        let args = [&[command], yes].concat();
        let mut looking = fixture.with_code(&args).env("AWS_ENDPOINT_URL", gate.url()).start();
        gate.wait();
        looking.interrupt();
        let ran = looking.end();
        assert_eq!(ran.whole(), "exit 130\n--- stderr\nerror: interrupted; nothing was changed");
        assert_eq!(fixture.inventory(), [""; 0]);
    }
}

#[test]
fn ctrl_c_in_down_is_continued_by_the_next_down() {
    let fixture = Fixture::deployed();
    let gate = Gate::before("DELETE /2015-03-31/functions/plex-remote-health");
    let mut down = fixture.through(&gate, &["down", "--yes", "--no-wait"]).start();
    gate.wait();
    down.interrupt();
    gate.open();
    let down = down.end().ended(130);
    snapshot!(down.stderr.split_once("error: ").unwrap().1, @"
    interrupted: 3 of 7 steps are done; run the same command again to continue
      cause: not done: delete log group /aws/lambda/plex-remote-health
      cause: not done: delete parameter /homelab/plex_remote_status
      cause: not done: delete secret /homelab/plex_remote_status_secrets
      cause: not done: delete parameter /homelab/plex_remote_status_history
    ");
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn two_concurrent_ups_do_not_panic_and_a_third_completes_them() {
    let fixture = Fixture::new();
    let both = [(); 2].map(|()| fixture.with_code(&["up", "--yes"]).start());
    for up in both {
        let up = up.end();
        assert!(matches!(up.code, Some(0 | 1)), "{}", up.whole());
        assert!(!up.stderr.contains("panicked"), "{}", up.whole());
    }
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn concurrent_up_and_down_do_not_panic_and_another_down_completes_them() {
    let fixture = Fixture::deployed();
    fixture.edit("[function]", "[function]\nmemory_mb = 256");
    let up = fixture.with_code(&["up", "--yes"]).start();
    let down = fixture.deploy(&["down", "--yes", "--no-wait"]).start();
    for ran in [up.end(), down.end()] {
        assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.whole());
        assert!(!ran.stderr.contains("panicked"), "{}", ran.whole());
    }
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}
