//! `down` beside a run in flight: what that run writes at its end is removed, too.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use plexmon_deploy::cli::Down;
use plexmon_deploy::commands::down::remove;
use plexmon_deploy::error::Exit;
use serde_json::{Value, json};

use super::answers::{self, json_of};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::world::secrets;

const DOWN: Down = Down { yes: true, keep_state: false, keep_logs: false, force: false, no_wait: false };

/// A deployment that goes when it is deleted, but for a run that writes its state so long after that.
fn deployed_with_a_run(lasts: Duration) -> Rig {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.world, &secrets());
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
    // The run writes once; what it has written stays until it is deleted.
    let removed_again = Arc::new(Mutex::new(false));
    let (state, is_removed) = (rig.world.names.state_parameter.clone(), removed_again.clone());
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
        assert!(rig.said().contains("wait up to 30 s for a run in flight to end"), "{}", rig.said());
    }
}

#[tokio::test(start_paused = true)]
async fn no_longer_is_waited_than_the_function_may_run() {
    let rig = deployed_with_a_run(Duration::from_secs(3600));
    assert_eq!(remove(&rig.session(), &DOWN).await.unwrap(), Exit::Success);
    assert_eq!(removed_alone(&rig), [] as [Value; 0]);
    let elapsed = rig.fake.elapsed().as_secs();
    assert!((30..=32).contains(&elapsed), "{elapsed}");
}

/// Where the state stays, or on request, nothing is waited for.
#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_where_it_does_not_matter() {
    for down in [Down { no_wait: true, ..DOWN }, Down { keep_state: true, ..DOWN }] {
        let rig = deployed_with_a_run(Duration::from_secs(3600));
        assert_eq!(remove(&rig.session(), &down).await.unwrap(), Exit::Success);
        assert_eq!(rig.fake.elapsed().as_secs(), 0, "{down:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_stays_is_said() {
    let rig = deployed_with_a_run(Duration::from_secs(3600));
    let rules = json!(["plex-remote-health-schedule", "plex-check"]);
    rig.fake.always("events:ListRuleNamesByTarget", json_of(json!({ "RuleNames": rules })));
    remove(&rig.session(), &DOWN).await.unwrap();
    assert!(rig.said().contains("the KMS key `aws/ssm` remains"), "{}", rig.said());
    assert_eq!(rig.fake.sent("events:ListRuleNamesByTarget").len(), 1);
}
