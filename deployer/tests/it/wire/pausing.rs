//! `pause` and `resume` require confirmation by the function: a check that saves at the same time may undo them.

use insta::assert_snapshot;
use plexmon_deploy::commands::pause::{request_pause, request_resume};
use plexmon_function::time;
use serde_json::{Value, json};

use super::answers::json_of;
use super::fake::{Answer, refused};
use super::rig::Rig;

/// The reply of a run; `None` is that of a function of an earlier release, or of one that is not paused.
fn reply(paused_until: Option<u64>) -> Answer {
    let mut reply = json!({ "previous": "up", "current": "up", "http": 200, "targets": [] });
    if let Some(until) = paused_until {
        reply["paused_until"] = json!(until);
    }
    json_of(reply)
}

fn events(rig: &Rig) -> Vec<Value> {
    rig.fake.sent("lambda:Invoke")
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_the_function_reports_is_confirmed() {
    let rig = Rig::new();
    rig.fake.always("lambda:Invoke", reply(Some(2_000_000_000)));
    let answer = request_pause(&rig.session(), 2_000_000_000).await.unwrap();
    assert_eq!((answer.paused_until, answer.confirmed), (Some(2_000_000_000), true));
    assert_eq!(events(&rig), [json!({ "source": "plexmon-deploy", "pause_until": 2_000_000_000_u64 })]);
}

/// A shorter pause of another client was saved at the same time.
#[tokio::test(start_paused = true)]
async fn a_pause_that_was_undone_is_requested_again() {
    let rig = Rig::new();
    rig.fake.in_turn("lambda:Invoke", [reply(Some(1_900_000_000)), reply(Some(2_000_000_000))]);
    assert!(request_pause(&rig.session(), 2_000_000_000).await.unwrap().confirmed);
    assert_eq!(events(&rig).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_always_undone_is_an_error() {
    let rig = Rig::new();
    rig.fake.always("lambda:Invoke", reply(Some(1_900_000_000)));
    assert_snapshot!(request_pause(&rig.session(), 2_000_000_000).await.unwrap_err(), @"
    error: the function is not paused for as long as requested
      cause: requested 3 times, but another run saved its state each time

    hint: run the same command again; `plexmon-deploy status` shows whether it is paused
    ");
    assert_eq!(events(&rig).len(), 3);
}

/// The state of a function that reports nothing.
fn with_state(paused_until: Option<u64>) -> Rig {
    let rig = Rig::new();
    super::answers::deployed(&rig.fake, &rig.deployment, &crate::plan::deployment::secrets());
    let mut state = json!({ "status": "up", "ts": 1, "version": 1 });
    if let Some(until) = paused_until {
        state["paused_until"] = json!(until);
    }
    rig.fake.on("ssm:GetParameter", move |request| {
        json_of(json!({ "Parameter": { "Name": request.body["Name"], "Value": state.to_string() } }))
    });
    rig.fake.always("lambda:Invoke", reply(None));
    rig
}

/// A function of an earlier release does not report it.
#[tokio::test(start_paused = true)]
async fn without_a_report_of_the_function_its_state_confirms_the_pause() {
    let rig = with_state(Some(2_000_000_000));
    assert!(request_pause(&rig.session(), 2_000_000_000).await.unwrap().confirmed);
    assert_eq!(events(&rig).len(), 1);
    let error = request_resume(&with_state(Some(time::now() + 3600)).session()).await.unwrap_err();
    assert_eq!(error.message(), "the function is still paused");

    let rig = with_state(None);
    assert!(request_resume(&rig.session()).await.unwrap().confirmed);
    assert_eq!(events(&rig).len(), 1);
    let error = request_pause(&with_state(None).session(), 2_000_000_000).await.unwrap_err();
    assert_eq!(error.message(), "the function is not paused for as long as requested");
}

#[tokio::test(start_paused = true)]
async fn with_an_unreadable_state_nothing_is_confirmed() {
    let rig = Rig::new();
    rig.fake.always("lambda:Invoke", reply(None));
    rig.fake.always("ssm:GetParameter", refused("AccessDeniedException", "You may not do that."));
    let answer = request_pause(&rig.session(), 2_000_000_000).await.unwrap();
    assert_eq!((answer.paused_until, answer.confirmed), (Some(2_000_000_000), false));
    let answer = request_resume(&rig.session()).await.unwrap();
    assert_eq!((answer.paused_until, answer.confirmed), (None, false));
    assert_eq!(events(&rig).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_does_not_end_is_ended_again() {
    let later = time::now() + 3600;
    let rig = with_state(None);
    rig.fake.in_turn("lambda:Invoke", [reply(Some(later)), reply(None)]);
    assert_eq!(request_resume(&rig.session()).await.unwrap().paused_until, None);
    assert_eq!(events(&rig).len(), 2);

    let rig = Rig::new();
    rig.fake.always("lambda:Invoke", reply(Some(later)));
    let error = request_resume(&rig.session()).await.unwrap_err();
    assert_eq!(error.message(), "the function is still paused");
    assert_eq!(events(&rig).len(), 3);
}
