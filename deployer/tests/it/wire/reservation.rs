//! Concurrency and logging, which are managed for the page, and left to the owner for the monitor.

use insta::assert_snapshot;
use plexmon_deploy::resources::{Concurrency, Health};
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::{self, function_json, json_of};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::deployment::{Only as _, secrets};

const RESERVE: &str = "lambda:PutFunctionConcurrency";

#[tokio::test(start_paused = true)]
async fn a_page_that_was_switched_off_by_hand_gets_its_reservation_back() {
    let rig = Rig::with_page();
    let off = |stack: &mut Stack| {
        stack.the_page().concurrency = Some(Concurrency::Reserved(0));
        stack.the_page().health = Health::NoConcurrency;
    };
    assert_eq!(rig.repair(off).await, "done");
    assert_eq!(rig.writes(), [RESERVE]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_no_longer_configured_is_removed() {
    let mut rig = Rig::with_page();
    rig.deployment.desired.the_page().concurrency = Some(Concurrency::Unreserved);
    let limited = |stack: &mut Stack| stack.the_page().concurrency = Some(Concurrency::Reserved(2));
    assert_eq!(rig.repair(limited).await, "done");
    assert_eq!(rig.writes(), ["lambda:DeleteFunctionConcurrency"]);
}

#[tokio::test(start_paused = true)]
async fn changed_logging_is_repaired_with_the_configuration() {
    let rig = Rig::with_page();
    let plain = |stack: &mut Stack| stack.the_page().logging.as_mut().unwrap().format = "Text".to_owned();
    assert_eq!(rig.repair(plain).await, "done");
    assert_eq!(rig.writes(), ["lambda:UpdateFunctionConfiguration"]);
    let logging = &rig.fake.sent("lambda:UpdateFunctionConfiguration")[0]["LoggingConfig"];
    assert_eq!(logging["SystemLogLevel"], "WARN");
}

/// The owner may have set them.
#[tokio::test(start_paused = true)]
async fn the_monitor_keeps_its_own_logging_and_concurrency() {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let mut monitor = function_json(&rig.deployment);
    monitor["Concurrency"] = json!({ "ReservedConcurrentExecutions": 5 });
    monitor["Configuration"]["LoggingConfig"] = json!({ "LogFormat": "Text", "LogGroup": "/elsewhere" });
    rig.fake.always("lambda:GetFunction", json_of(monitor));
    let observed = rig.observe(false).await.unwrap();
    assert!(rig.deployment.up(&observed.stack).unwrap().is_empty());
    assert_eq!(rig.repair(|stack| stack.the_function().memory_mb = 512).await, "done");
    assert_eq!(rig.writes(), ["lambda:UpdateFunctionConfiguration"]);
    assert_eq!(rig.fake.sent("lambda:UpdateFunctionConfiguration")[0].get("LoggingConfig"), None);
}

/// A new account has 10 concurrent executions, all of which must stay unreserved.
#[tokio::test(start_paused = true)]
async fn without_the_reservation_there_is_no_url() {
    let rig = Rig::with_page();
    let text = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution \
                below its minimum value of [10].";
    rig.fake.always(RESERVE, refused("InvalidParameterValueException", text));
    let without_page = |stack: &mut Stack| {
        stack.functions.truncate(1);
        stack.function_urls.clear();
    };
    assert_snapshot!(rig.repair(without_page).await, @r#"
    error: could not create function `plex-remote-health-page` in us-east-1
      cause: the account cannot reserve 2 concurrent runs for the status page in us-east-1
      cause: lambda:PutFunctionConcurrency was refused (InvalidParameterValueException): Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].

    hint: set `region` in [page] to another region, where visitors cannot take runs away from the monitor; or set `concurrency = "unreserved"` there to serve the page without a limit
    "#);
    assert!(
        rig.fake.sent("lambda:CreateFunctionUrlConfig").is_empty()
            && rig.fake.sent("lambda:AddPermission").is_empty()
    );
}
