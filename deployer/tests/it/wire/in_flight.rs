//! `down` during a run of the function: the state that this run saves at its end is deleted, too.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use plexmon_deploy::cli::Down;
use plexmon_deploy::commands::down::remove;
use plexmon_deploy::error::Exit;
use serde_json::{Value, json};

use super::answers::{self, json_of};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::deployment::secrets;

const DOWN: Down = Down { yes: true, keep_state: false, keep_logs: false, force: false, no_wait: false };

/// A deployment with a run in flight, which saves its state after `lasts`.
fn deployed_with_a_run(lasts: Duration) -> Rig {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let deleted: Arc<Mutex<Option<Duration>>> = Arc::default();
    let note = deleted.clone();
    rig.fake.on("lambda:DeleteFunction", move |request| {
        note.lock().unwrap().get_or_insert(request.at);
        json_of(json!({}))
    });
    for (operation, code) in [
        ("lambda:GetFunction", "ResourceNotFoundException"),
        ("lambda:GetPolicy", "ResourceNotFoundException"),
        ("iam:GetRole", "NoSuchEntity"),
        ("events:DescribeRule", "ResourceNotFoundException"),
        ("events:ListTargetsByRule", "ResourceNotFoundException"),
        ("ssm:ListTagsForResource", "InvalidResourceId"),
    ] {
        let deleted = deleted.clone();
        let is_over = move || deleted.lock().unwrap().is_some();
        rig.fake.once(operation, is_over, move |_| refused(code, "It does not exist."));
    }
    let is_over = {
        let deleted = deleted.clone();
        move || deleted.lock().unwrap().is_some()
    };
    rig.fake.once("logs:DescribeLogGroups", is_over.clone(), |_| json_of(json!({ "logGroups": [] })));
    // The run saves its state once; the state exists until it is deleted.
    let removed_again = Arc::new(Mutex::new(false));
    let (state, is_removed) = (rig.deployment.names.state_parameter.clone(), removed_again.clone());
    rig.fake.once("ssm:GetParameter", is_over, move |request| {
        let ended = deleted.lock().unwrap().unwrap() + lasts;
        if request.body["Name"] == json!(state) && request.at >= ended && !*is_removed.lock().unwrap() {
            let value = json!({ "status": "up", "ts": 1, "deployment": "plex-remote-health" }).to_string();
            return json_of(json!({ "Parameter": { "Name": state, "Value": value } }));
        }
        refused("ParameterNotFound", "")
    });
    rig.fake.on("ssm:DeleteParameter", move |_| {
        *removed_again.lock().unwrap() = true;
        json_of(json!({}))
    });
    rig
}

fn removed_alone(rig: &Rig) -> Vec<Value> {
    rig.fake.sent("ssm:DeleteParameter")
}

#[tokio::test(start_paused = true)]
async fn a_state_that_a_run_in_flight_writes_is_removed_too() {
    for seconds in [1, 12, 29] {
        let rig = deployed_with_a_run(Duration::from_secs(seconds));
        assert_eq!(remove(&rig.session(), &DOWN).await.unwrap(), Exit::Success);
        assert_eq!(removed_alone(&rig), [json!({ "Name": "/homelab/plex_remote_status" })]);
        assert!(rig.reported().contains("wait up to 30 s for a run in flight to end"), "{}", rig.reported());
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_limited_by_the_timeout_of_the_function() {
    let rig = deployed_with_a_run(Duration::from_secs(3600));
    assert_eq!(remove(&rig.session(), &DOWN).await.unwrap(), Exit::Success);
    assert_eq!(removed_alone(&rig), [] as [Value; 0]);
    let elapsed = rig.fake.elapsed().as_secs();
    assert!((30..=32).contains(&elapsed), "{elapsed}");
}

/// If the state is kept, or on request, `down` does not wait.
#[tokio::test(start_paused = true)]
async fn without_a_reason_to_wait_down_does_not_wait() {
    for down in [Down { no_wait: true, ..DOWN }, Down { keep_state: true, ..DOWN }] {
        let rig = deployed_with_a_run(Duration::from_secs(3600));
        assert_eq!(remove(&rig.session(), &down).await.unwrap(), Exit::Success);
        assert_eq!(rig.fake.elapsed().as_secs(), 0, "{down:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn remaining_resources_are_reported() {
    let rig = deployed_with_a_run(Duration::from_secs(3600));
    let rules = json!(["plex-remote-health-schedule", "plex-check"]);
    rig.fake.always("events:ListRuleNamesByTarget", json_of(json!({ "RuleNames": rules })));
    remove(&rig.session(), &DOWN).await.unwrap();
    assert!(rig.reported().contains("the KMS key `aws/ssm` remains"), "{}", rig.reported());
    // Once for each function: the fake has one under every name, also that of a page.
    let asked = rig.fake.sent("events:ListRuleNamesByTarget");
    let functions = ["plex-remote-health", "plex-remote-health-page"];
    let mut targets: Vec<_> = asked.iter().map(|body| body["TargetArn"].as_str().unwrap()).collect();
    targets.sort_unstable();
    assert_eq!(
        targets,
        functions.map(|name| format!("arn:aws:lambda:eu-central-1:123456789012:function:{name}"))
    );
}
