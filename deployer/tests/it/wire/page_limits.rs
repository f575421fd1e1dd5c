//! The account's limits for the status page, read before anything is planned.

use insta::assert_snapshot;
use plexmon_deploy::commands::status::report;
use plexmon_deploy::error::Exit;
use plexmon_deploy::page_limits::PageLimits;
use plexmon_deploy::resources::Concurrency;
use plexmon_deploy::stack::ReadOptions;
use serde_json::{Value, json};

use super::answers::{function_json, json_of};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::{PAGE_REGION, REGION};

const SETTINGS: &str = "lambda:GetAccountSettings";

/// An account with this many executions that are not reserved.
fn unreserved(count: i32) -> Answer {
    json_of(json!({
        "AccountLimit": { "ConcurrentExecutions": count, "UnreservedConcurrentExecutions": count },
        "AccountUsage": { "FunctionCount": 1 },
    }))
}

async fn limits(rig: &Rig) -> PageLimits {
    let observed = rig.observe(false).await.unwrap();
    PageLimits::read(&rig.aws, &rig.deployment.config, &observed).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn in_the_monitors_region_a_new_account_is_refused_with_a_hint() {
    let rig = Rig::with_page_in(REGION);
    rig.fake.always(SETTINGS, unreserved(10));
    assert_snapshot!(limits(&rig).await.check().unwrap_err(), @r#"
    error: the account cannot reserve 2 concurrent runs for the status page in eu-central-1
      cause: the account has 10 unreserved concurrent executions there, and at least 10 must stay unreserved

    hint: set `region` in [page] to another region, where visitors cannot take runs away from the monitor; or set `concurrency = "unreserved"` there to serve the page without a limit
    "#);
    assert!(rig.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn in_another_region_the_page_does_without_a_reservation() {
    let rig = Rig::with_page();
    rig.fake.always(SETTINGS, unreserved(10));
    let limits = limits(&rig).await;
    limits.check().unwrap();
    assert_snapshot!(limits.warning().unwrap(), @r#"the status page is served without a limit: the account cannot reserve concurrency in us-east-1. Set `concurrency = "unreserved"` in [page] if that is intended"#);
    let config = limits.applied_to(rig.deployment.config.clone());
    assert_eq!(config.page.unwrap().concurrency, None);
    let asked: Vec<_> = rig.fake.requests().into_iter().filter(|sent| sent.operation == SETTINGS).collect();
    assert_eq!(asked.iter().map(|sent| sent.region.as_str()).collect::<Vec<_>>(), [PAGE_REGION]);
}

#[tokio::test(start_paused = true)]
async fn where_enough_is_left_nothing_changes() {
    for region in [REGION, PAGE_REGION] {
        let rig = Rig::with_page_in(region);
        rig.fake.always(SETTINGS, unreserved(12));
        let limits = limits(&rig).await;
        limits.check().unwrap();
        assert_eq!(limits.warning(), None);
        let config = limits.applied_to(rig.deployment.config.clone());
        assert_eq!(config.page.unwrap().concurrency, Some(2));
    }
}

/// The limits are not asked for again once the reservation exists, and never without a page or a reservation.
#[tokio::test(start_paused = true)]
async fn the_limits_are_read_only_if_they_matter() {
    let reserved = Rig::with_page();
    let page = page_json(&reserved, json!({ "ReservedConcurrentExecutions": 2 }));
    reserved.fake.always("lambda:GetFunction", json_of(page));
    let mut unlimited = Rig::with_page();
    unlimited.deployment.config.page.as_mut().unwrap().concurrency = None;
    for rig in [reserved, unlimited, Rig::new()] {
        rig.fake.always(SETTINGS, unreserved(10));
        limits(&rig).await.check().unwrap();
        assert!(rig.fake.sent(SETTINGS).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_smaller_reservation_than_before_is_possible_in_any_account() {
    let rig = Rig::with_page_in(REGION);
    rig.fake.always(SETTINGS, unreserved(10));
    let page = page_json(&rig, json!({ "ReservedConcurrentExecutions": 3 }));
    rig.fake.always("lambda:GetFunction", json_of(page));
    let limits = limits(&rig).await;
    limits.check().unwrap();
    assert_eq!(rig.fake.sent(SETTINGS).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_the_permission_to_read_them_the_reservation_is_tried() {
    let rig = Rig::with_page_in(REGION);
    let text = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: lambda:GetAccountSettings on \
                resource: * because no identity-based policy allows the lambda:GetAccountSettings action";
    rig.fake.always(SETTINGS, refused("AccessDeniedException", text));
    let limits = limits(&rig).await;
    limits.check().unwrap();
    let config = limits.applied_to(rig.deployment.config.clone());
    assert_eq!(config.page.unwrap().concurrency, Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_region_without_function_urls_is_refused_before_anything_is_created() {
    let rig = Rig::with_page();
    let text = "Unable to determine service/operation name to be authorized";
    rig.fake.always("lambda:GetFunctionUrlConfig", refused("AccessDeniedException", text));
    assert_snapshot!(limits(&rig).await.check().unwrap_err(), @"
    error: the status page cannot be served in us-east-1
      cause: Lambda has no function URLs in this region

    hint: set `region` in [page] to a region with function URLs, for example `us-east-1` or `eu-west-1`
    ");
    assert!(rig.fake.sent(SETTINGS).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_reservation_of_the_page_is_read_with_its_function() {
    for (concurrency, expected) in [
        (json!({ "ReservedConcurrentExecutions": 0 }), Concurrency::Reserved(0)),
        (Value::Null, Concurrency::Unreserved),
    ] {
        let rig = Rig::with_page();
        rig.fake.always("lambda:GetFunction", json_of(page_json(&rig, concurrency)));
        let observed = rig.observe(false).await.unwrap();
        let page = observed.stack.function(&rig.deployment.names.others[0]).unwrap();
        assert_eq!(page.concurrency, Some(expected));
    }
}

/// `status` shows what is deployed, and that the page cannot be.
#[tokio::test(start_paused = true)]
async fn plan_and_up_are_refused_and_status_reports_the_problem() {
    let rig = Rig::with_page_in(REGION);
    rig.fake.always(SETTINGS, unreserved(10));
    let session = rig.session();
    let view = session.view(ReadOptions::default()).await.unwrap();
    let error = view.plan(false).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    let report = serde_json::to_value(report(&session, &view).unwrap()).unwrap();
    assert_eq!(report["problems"], json!([error.message()]));
}

/// A page that is served without a reservation is as desired in the next run.
#[tokio::test(start_paused = true)]
async fn a_page_that_does_without_a_reservation_is_not_drift() {
    let rig = Rig::with_page();
    rig.fake.always(SETTINGS, unreserved(10));
    rig.fake.always("lambda:GetFunction", json_of(page_json(&rig, Value::Null)));
    let session = rig.session();
    let view = session.view(ReadOptions::default()).await.unwrap();
    let names = &rig.deployment.names.others[0];
    let [desired, observed] =
        [&view.desired, &view.observed.stack].map(|stack| stack.function(names).unwrap().concurrency);
    assert_eq!((desired, observed), (Some(Concurrency::Unreserved), Some(Concurrency::Unreserved)));
    session.warn(&view);
    assert!(rig.reported().contains("is served without a limit"), "{}", rig.reported());
}

fn page_json(rig: &Rig, concurrency: Value) -> Value {
    let mut function = function_json(&rig.deployment);
    function["Concurrency"] = concurrency;
    function
}
