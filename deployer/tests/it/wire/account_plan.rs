//! The plan of the account beside the reading of everything else, and the day on which AWS closes the account as a part
//! of the deployment.

use std::time::Duration;

use plexmon_deploy::artifact::{Zip, identity};
use plexmon_deploy::error::Exit;
use plexmon_deploy::interrupt::Interrupt;
use plexmon_deploy::resource::{Materials, OnFailure};
use plexmon_deploy::resources::Decrypt;
use plexmon_deploy::session::{ApplyOptions, Session, View};
use plexmon_deploy::stack::ReadOptions;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::answers::{self, ZIP_SHA256, function_json, json_of};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::secrets;

const OPERATION: &str = "freetier:GetAccountPlanState";
const READ: ReadOptions = ReadOptions { decrypt: Decrypt::IfAllowed, adopting: false, removing: false };

/// A deployment that is as configured, and whose settings say that the account is closed on this day.
fn deployed(recorded: Option<&str>) -> (Rig, Session) {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let session = rig.session();
    let architecture = session.config.function.architecture;
    let code = identity(&session.origin, &session.config.settings(), architecture).unwrap();
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:code"] = json!(code.to_string());
    if let Some(day) = recorded {
        function["Tags"]["plexmon:account-closes"] = json!(day);
    }
    rig.fake.always("lambda:GetFunction", json_of(function));
    (rig, session)
}

fn plan(kind: &str, ends: Option<&str>) -> Answer {
    let mut plan =
        json!({ "accountId": "123456789012", "accountPlanType": kind, "accountPlanStatus": "ACTIVE" });
    if let Some(ends) = ends {
        plan["accountPlanExpirationDate"] = json!(format!("{ends}T08:30:00Z"));
    }
    json_of(plan)
}

fn free(ends: &str) -> Answer {
    plan("FREE", Some(ends))
}

/// Return the view; the secrets are not part of these tests.
async fn view(session: &Session) -> View {
    let mut view = session.view(READ).await.unwrap();
    view.desired.secrets.clear();
    view.observed.stack.secrets.clear();
    view
}

/// Return what `up` would change, after this answer of AWS.
async fn change(recorded: Option<&str>, answer: Answer) -> String {
    let (rig, session) = deployed(recorded);
    rig.fake.always(OPERATION, answer);
    let view = view(&session).await;
    let plan = view.plan(false).unwrap();
    assert_eq!(plan.needs_code(), !plan.is_empty(), "{plan}");
    let changes = plan.steps.iter().flat_map(|step| &step.changes);
    changes.map(|change| format!("{}: {} -> {}", change.field, change.from, change.to)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_day_is_a_change_only_if_aws_says_another_one() {
    for (recorded, answer, expected) in [
        (None, free("2027-01-15"), r#"account_closes: null -> "2027-01-15""#),
        (Some("2027-01-15"), free("2027-01-15"), ""),
        (Some("2027-01-15"), free("2027-03-01"), r#"account_closes: "2027-01-15" -> "2027-03-01""#),
        (Some("2027-01-15"), plan("PAID", None), r#"account_closes: "2027-01-15" -> null"#),
        (Some("2027-01-15"), plan("PAID", Some("2027-03-01")), r#"account_closes: "2027-01-15" -> null"#),
        (Some("2027-01-15"), plan("FREE", None), ""),
        (Some("none"), plan("PAID", None), ""),
        (Some("none"), free("2027-01-15"), r#"account_closes: null -> "2027-01-15""#),
        (None, plan("PAID", None), ""),
        (None, plan("FREE", None), ""),
    ] {
        assert_eq!(change(recorded, answer.clone()).await, expected, "{recorded:?} {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_plan_changes_nothing() {
    for answer in [
        refused("AccessDeniedException", "not authorized"),
        refused("ResourceNotFoundException", ""),
        refused("ThrottlingException", ""),
        refused("UnknownOperationException", ""),
        Answer::Recorded { status: 500, code: Some("InternalServerException".to_owned()), message: None },
        Answer::Lost,
        Answer::Never,
        Answer::Garbage("<html>"),
        Answer::Garbage("{"),
        Answer::Garbage("[]"),
        json_of(json!({})),
        plan("GOLD", Some("2028-01-01")),
        free("0001-01-01"),
    ] {
        for recorded in [None, Some("2027-01-15"), Some("none"), Some("?")] {
            assert_eq!(change(recorded, answer.clone()).await, "", "{recorded:?} {answer:?}");
        }
    }
}

/// Apply the plan, and return the tags of the function and the operations that changed something.
async fn up(recorded: Option<&str>, answer: Answer) -> (Value, Vec<String>, View) {
    let (rig, session) = deployed(recorded);
    rig.fake.always(OPERATION, answer);
    let view = view(&session).await;
    let materials =
        Materials { zip: Some(Zip { bytes: b"zip".to_vec(), sha256: ZIP_SHA256.to_owned() }), secrets: None };
    let how = ApplyOptions { materials: &materials, on_failure: OnFailure::Stop, force: false };
    let applied = session.apply(view.plan(false).unwrap(), &view.observed, how).await;
    session.verdict(&applied).unwrap();
    (rig.fake.sent("lambda:TagResource")[0]["Tags"].clone(), rig.writes(), view)
}

#[tokio::test(start_paused = true)]
async fn a_changed_day_is_uploaded_and_recorded() {
    for (recorded, answer, tag, settings) in [
        (None, free("2027-01-15"), "2027-01-15", Some(1_799_971_200)),
        (Some("2027-01-15"), free("2027-01-16"), "2027-01-16", Some(1_800_057_600)),
        (Some("2027-01-15"), plan("PAID", None), "none", None),
    ] {
        let (tags, writes, view) = up(recorded, answer).await;
        assert_eq!(
            (&tags["plexmon:account-closes"], &tags["plexmon:zip"]),
            (&json!(tag), &json!(ZIP_SHA256))
        );
        assert_eq!(writes, ["lambda:UpdateFunctionCode", "lambda:TagResource"]);
        assert_eq!(view.settings().account_closes, settings);
    }
}

/// The settings that are packed with other changes keep the day.
#[tokio::test(start_paused = true)]
async fn an_upload_for_another_reason_keeps_the_recorded_day() {
    let (rig, mut session) = deployed(Some("2027-01-15"));
    rig.fake.always(OPERATION, Answer::Never);
    session.config.control.clear();
    let view = view(&session).await;
    let plan = view.plan(false).unwrap();
    let fields: Vec<&str> =
        plan.steps.iter().flat_map(|step| &step.changes).map(|change| change.field).collect();
    assert_eq!(fields, ["code"]);
    assert_eq!(view.settings().account_closes, Some(1_799_971_200));
    assert_eq!(view.desired.functions[0].account_closes.unwrap().to_string(), "2027-01-15");
}

#[tokio::test(start_paused = true)]
async fn the_plan_is_read_in_the_same_round() {
    let (rig, session) = deployed(None);
    rig.fake.take(Duration::from_secs(1));
    view(&session).await;
    let rounds = rig.fake.rounds();
    assert_eq!(rounds.len(), 1, "{rounds:?}");
    assert_eq!(rounds[0].iter().filter(|operation| *operation == OPERATION).count(), 1, "{rounds:?}");
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_waited_for_two_seconds_or_as_long_as_other_calls_take() {
    let (rig, session) = deployed(None);
    rig.fake.always(OPERATION, Answer::Never);
    assert!(view(&session).await.account_plan.is_none());
    assert_eq!(rig.fake.elapsed().as_secs(), 2);
    assert!(rig.reported().contains("no answer in time"), "{}", rig.reported());

    let (rig, session) = deployed(None);
    rig.fake.take(Duration::from_secs(5));
    rig.fake.always(OPERATION, free("2027-01-15"));
    assert!(view(&session).await.account_plan.is_some());
    assert_eq!(rig.fake.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_other_calls_is_reported_at_once() {
    let (rig, session) = deployed(None);
    rig.fake.always(OPERATION, Answer::Never);
    rig.fake.always("iam:GetRole", refused("AccessDenied", "not authorized"));
    assert!(session.view(READ).await.is_err());
    assert_eq!(rig.fake.elapsed().as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn ctrl_c_ends_the_wait() {
    let (rig, session) = deployed(None);
    let (presses, receiver) = watch::channel(0);
    let session = Session { interrupt: Interrupt::from_channel(receiver), ..session };
    rig.fake.on(OPERATION, move |_| {
        presses.send_replace(1);
        Answer::Never
    });
    let Err(error) = session.view(READ).await else { panic!("not interrupted") };
    assert_eq!(error.exit(), Exit::Interrupted);
    assert_eq!(rig.fake.elapsed().as_secs(), 0);
}
