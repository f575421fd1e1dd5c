//! Parameter Store accepts three writes per second, and refuses the rest.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use plexmon_deploy::resources::Parameter;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::json_of;
use super::fake::refused;
use super::rig::Rig;

/// A configuration whose state needs this number of parameters.
fn rig_with(parts: usize) -> Rig {
    let mut rig = Rig::new();
    rig.deployment = rig.deployment.once_in(parts);
    rig
}

/// Count the requests of the last second, and refuse those that exceed the limit of AWS.
fn limited(rig: &Rig) -> Arc<Mutex<usize>> {
    let refusals = Arc::new(Mutex::new(0));
    let counted = refusals.clone();
    let mut accepted: Vec<Duration> = Vec::new();
    rig.fake.on("ssm:PutParameter", move |request| {
        // A little more than three, because a token bucket allows bursts.
        let recent = accepted.iter().filter(|at| request.at - **at < Duration::from_secs(1)).count();
        if recent >= 5 {
            *counted.lock().unwrap() += 1;
            return refused("ThrottlingException", "Rate exceeded");
        }
        accepted.push(request.at);
        json_of(json!({ "Version": 1 }))
    });
    refusals
}

#[tokio::test(start_paused = true)]
async fn forty_parameters_are_created_without_a_refusal() {
    let rig = rig_with(40);
    let refusals = limited(&rig);
    assert_eq!(rig.up().await, "done");
    assert_eq!(*refusals.lock().unwrap(), 0);
    assert_eq!(rig.fake.sent("ssm:PutParameter").len(), 42);
    let elapsed = rig.fake.elapsed();
    assert!((12..=15).contains(&elapsed.as_secs()), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn adopting_many_parameters_is_paced_too() {
    let rig = rig_with(40);
    let others = |stack: &mut Stack| {
        for part in &mut stack.parameters[1..40] {
            part.owner = Some("another".to_owned());
        }
    };
    assert_eq!(rig.adopt(&rig.deployment.drifted(others)).await, "done");
    assert_eq!(rig.fake.sent("ssm:AddTagsToResource").len(), 39);
    let elapsed = rig.fake.elapsed();
    assert!((12..=15).contains(&elapsed.as_secs()), "{elapsed:?}");
}

/// Other clients may exhaust the quota of the account for a while.
#[tokio::test(start_paused = true)]
async fn long_throttling_is_waited_for() {
    for (operation, code) in [
        ("ssm:PutParameter", "ThrottlingException"),
        ("iam:CreateRole", "Throttling"),
        ("lambda:CreateFunction", "TooManyRequestsException"),
        ("lambda:GetFunctionConfiguration", "TooManyRequestsException"),
        ("events:PutRule", "ThrottlingException"),
    ] {
        let rig = Rig::new();
        let success = super::answers::usual(operation);
        rig.fake.until(Duration::from_secs(45), operation, refused(code, "Rate exceeded"), success);
        assert_eq!(rig.up().await, "done", "{operation}");
        let elapsed = rig.fake.elapsed();
        assert!((45..=60).contains(&elapsed.as_secs()), "{operation}: {elapsed:?}");
        assert!(rig.reported().contains("AWS to accept more calls"), "{operation}");
    }
}

/// Reads are throttled, too: each parameter needs two calls.
#[tokio::test(start_paused = true)]
async fn reading_many_parameters_waits_out_throttling() {
    let rig = rig_with(40);
    super::answers::deployed(&rig.fake, &rig.deployment, &crate::plan::deployment::secrets());
    let names: Vec<String> = rig.deployment.names.state_parts.clone();
    rig.fake.on("ssm:GetParameter", move |request| {
        if request.at < Duration::from_secs(20) {
            return refused("ThrottlingException", "Rate exceeded");
        }
        let is_missing = |name: &str| name.ends_with("_history2") || name.ends_with("_announcements");
        if request.body["Name"].as_str().is_some_and(is_missing) {
            return refused("ParameterNotFound", "");
        }
        let is_part = names.iter().any(|name| request.body["Name"] == json!(name));
        let value = if is_part { r#"{"status":"up","ts":1}"# } else { "{}" };
        json_of(json!({ "Parameter": { "Name": request.body["Name"], "Value": value } }))
    });
    let observed = rig.observe(false).await.unwrap();
    assert_eq!(observed.stack.parameters.len(), 41);
    let owners: Vec<&Parameter> =
        observed.stack.parameters.iter().filter(|part| part.owner.is_none()).collect();
    assert_eq!(owners.len(), 0);
}
