//! Conditions that prevent the function from running are detected, and repaired or reported.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::artifact::identity;
use plexmon_deploy::commands::status::report;
use plexmon_deploy::resources::{Decrypt, Health};
use plexmon_deploy::session::{Session, View};
use plexmon_deploy::stack::{ReadOptions, Stack};
use plexmon_deploy::text::{Page, Paint};
use serde_json::{Value, json};

use super::answers::{self, function_json, json_of, ready};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::{Only as _, secrets, text};

/// A deployment whose function has this condition.
fn with(configuration: Value) -> Rig {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let mut function = function_json(&rig.deployment);
    for (key, value) in configuration.as_object().unwrap() {
        function["Configuration"][key] = value.clone();
    }
    rig.fake.always("lambda:GetFunction", json_of(function));
    rig
}

fn failed() -> Value {
    json!({
        "State": "Failed", "StateReason": "The key is disabled.", "StateReasonCode": "DisabledKMSKey",
        "LastUpdateStatus": "Successful",
    })
}

async fn plan(rig: &Rig) -> String {
    text(rig.deployment.up(&rig.observe(false).await.unwrap().stack))
}

#[tokio::test(start_paused = true)]
async fn each_lasting_state_is_a_difference_with_its_reason() {
    assert_snapshot!(plan(&with(failed())).await, @"
      ~ update function  plex-remote-health
          health: failed: The key is disabled. (DisabledKMSKey) -> active
    0 to create, 1 to update, 0 to delete
    ");
    let update = json!({
        "State": "Active", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "No such layer.",
        "LastUpdateStatusReasonCode": "FunctionError",
    });
    assert_snapshot!(plan(&with(update)).await, @"
      ~ update function  plex-remote-health
          health: last update failed: No such layer. (FunctionError) -> active
    0 to create, 1 to update, 0 to delete
    ");
    let idle =
        json!({ "State": "Inactive", "StateReason": "The function is idle.", "StateReasonCode": "Idle" });
    assert_snapshot!(plan(&with(idle)).await, @"
      ~ update function  plex-remote-health
          health: inactive: The function is idle. (Idle) -> active
    0 to create, 1 to update, 0 to delete
    ");
    for state in ["Deactivating", "Deactivated", "ActiveNonInvocable", "Deleting", "SomethingNew"] {
        let plan = plan(&with(json!({ "State": state }))).await;
        assert!(plan.contains(&format!("health: stopped: {state}: no reason was given -> active")), "{plan}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_concurrency_of_zero_is_a_difference_and_another_one_is_not() {
    let rig = with(json!({}));
    let mut function = function_json(&rig.deployment);
    function["Concurrency"] = json!({ "ReservedConcurrentExecutions": 0 });
    rig.fake.always("lambda:GetFunction", json_of(function.clone()));
    let observed = rig.observe(false).await.unwrap().stack;
    assert_eq!(observed.functions[0].health, Health::NoConcurrency);
    let no_concurrency = |stack: &mut Stack| stack.the_function().health = Health::NoConcurrency;
    assert_eq!(rig.repair(no_concurrency).await, "done");
    assert_eq!(rig.writes(), ["lambda:DeleteFunctionConcurrency"]);
    // It lasts longer than a change that is in progress.
    let mut updating = function.clone();
    updating["Configuration"]["LastUpdateStatus"] = json!("InProgress");
    rig.fake.always("lambda:GetFunction", json_of(updating));
    let observed = rig.observe(false).await.unwrap().stack;
    assert_eq!(observed.functions[0].health, Health::NoConcurrency);

    function["Concurrency"] = json!({ "ReservedConcurrentExecutions": 1 });
    rig.fake.always("lambda:GetFunction", json_of(function));
    assert!(plan(&rig).await.starts_with("0 to create, 0 to update"));
}

/// It ends by itself, so it is not a difference.
#[tokio::test(start_paused = true)]
async fn an_update_in_progress_is_not_a_difference() {
    for configuration in [
        json!({ "State": "Pending", "StateReasonCode": "Creating" }),
        json!({ "State": "Active", "LastUpdateStatus": "InProgress" }),
        json!({ "State": "Failed", "LastUpdateStatus": "InProgress" }),
        json!({ "State": null, "LastUpdateStatus": null }),
    ] {
        let plan = plan(&with(configuration)).await;
        assert!(plan.starts_with("0 to create, 0 to update"), "{plan}");
    }
}

/// The deployed function, with the code that would be built here.
fn with_code_of(session: &Session, rig: &Rig) -> Value {
    let settings = session.config.settings();
    let code = identity(&session.origin, &settings, session.config.function.architecture);
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:code"] = json!(code.unwrap().to_string());
    function
}

#[tokio::test(start_paused = true)]
async fn status_reports_the_reason_and_is_not_in_sync() {
    let rig = with(failed());
    let session = rig.session();
    let mut function = with_code_of(&session, &rig);
    for (key, value) in failed().as_object().unwrap() {
        function["Configuration"][key] = value.clone();
    }
    rig.fake.always("lambda:GetFunction", json_of(function));
    let view = session
        .view(ReadOptions { decrypt: Decrypt::IfAllowed, adopting: false, removing: false })
        .await
        .unwrap();
    let report = report(&session, &view).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["deployed"], &json["in_sync"]), (&json!(true), &json!(false)));
    let changes = &json["drift"][0]["changes"];
    assert_eq!(
        (json["drift"].as_array().unwrap().len(), changes.as_array().unwrap().len()),
        (1, 1),
        "{json}"
    );
    assert_eq!(changes[0]["field"], "health");
    assert!(
        report.text(Page::unbounded(Paint::Plain)).contains("failed: The key is disabled. (DisabledKMSKey)"),
        "{json}"
    );
}

fn set(health: Health) -> impl FnOnce(&mut Stack) {
    |stack: &mut Stack| stack.the_function().health = health
}

/// The same code and the same configuration are sent again.
#[tokio::test(start_paused = true)]
async fn a_function_that_failed_gets_its_code_and_its_configuration_again() {
    for health in [Health::Failed("x".to_owned()), Health::UpdateFailed("x".to_owned())] {
        let rig = Rig::new();
        let updating = json_of(json!({ "State": "Failed", "LastUpdateStatus": "InProgress" }));
        rig.fake.in_turn("lambda:GetFunctionConfiguration", [updating, ready()]);
        assert_eq!(rig.repair(set(health)).await, "done");
        let mut writes = rig.writes();
        writes.sort();
        assert_eq!(
            writes,
            ["lambda:TagResource", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_still_fails_is_an_error_that_names_the_way_out() {
    let rig = Rig::new();
    rig.fake.always("lambda:GetFunctionConfiguration", json_of(failed()));
    assert_snapshot!(rig.repair(set(Health::Failed("x".to_owned()))).await, @"
    error: could not update function `plex-remote-health`
      cause: Lambda could not start the function
      cause: The key is disabled.

    hint: run the same command again; if it fails again, `plexmon-deploy down --keep-state` and then `plexmon-deploy up` create the function again
    ");
    assert_snapshot!(rig.repair(set(Health::Stopped("Deactivated: x".to_owned()))).await, @"
    error: could not update function `plex-remote-health`
      cause: Lambda has stopped the function (Deactivated: x)

    hint: `plexmon-deploy down --keep-state` and then `plexmon-deploy up` create it again
    ");
}

#[tokio::test(start_paused = true)]
async fn an_inactive_function_is_run_until_it_is_active() {
    let rig = Rig::new();
    let pending = refused(
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
    rig.fake.until(Duration::from_secs(10), "lambda:Invoke", pending, Answer::Json(json!({})));
    assert_eq!(rig.repair(set(Health::Inactive("x".to_owned()))).await, "done");
    assert!(rig.fake.elapsed() >= Duration::from_secs(10));
    assert_eq!(rig.fake.operations().last().unwrap(), "lambda:GetFunctionConfiguration");
}

/// `up` has nothing to update, and the function itself begins again.
#[tokio::test(start_paused = true)]
async fn a_history_that_cannot_be_read_is_a_problem_but_no_drift() {
    let rig = with(json!({}));
    let session = rig.session();
    rig.fake.always("lambda:GetFunction", json_of(with_code_of(&session, &rig)));
    let mut view =
        session.view(ReadOptions { decrypt: Decrypt::IfAllowed, ..ReadOptions::default() }).await.unwrap();
    let problems = |view: &View| {
        let json = serde_json::to_value(report(&session, view).unwrap()).unwrap();
        assert_eq!((&json["in_sync"], json["drift"].as_array().unwrap().len()), (&json!(true), 0), "{json}");
        json["problems"].as_array().unwrap().len()
    };
    assert_eq!(problems(&view), 0);
    view.observed.history = vec!["garbled".to_owned()];
    assert_eq!(problems(&view), 1);
}
