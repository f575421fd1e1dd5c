//! A second function in another region: its calls go there, and it is bound to its own role.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::resources::Binding;
use serde_json::{Value, json};

use super::answers::{self, ROLE_ID, function_json, json_of, role_xml};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::{PAGE, PAGE_REGION, REGION, secrets};

/// Each role gets an id of its own.
fn with_role_ids(rig: &Rig) {
    rig.fake.on("iam:CreateRole", |request| {
        let name = request.body["RoleName"].as_str().unwrap();
        Answer::Xml(role_xml("{}", None).replace(ROLE_ID, &format!("id-of-{name}")))
    });
}

/// The monitor is the only function that exists.
fn monitor_in_its_region(rig: &Rig) {
    let monitor = function_json(&rig.deployment);
    rig.fake.on("lambda:GetFunction", move |request| {
        if request.region == REGION {
            json_of(monitor.clone())
        } else {
            refused("ResourceNotFoundException", "Function not found")
        }
    });
}

/// Return the requests to one region, in order.
fn sent_to(rig: &Rig, region: &str) -> String {
    let requests = rig.fake.requests();
    let sent = requests.iter().filter(|request| request.region == region);
    sent.map(|request| format!("{}\n", request.operation)).collect()
}

#[tokio::test(start_paused = true)]
async fn each_function_is_created_in_its_region_in_as_many_rounds_as_one() {
    let rig = Rig::with_page();
    with_role_ids(&rig);
    rig.fake.take(Duration::from_secs(1));
    assert_eq!(rig.up().await, "done");
    let rounds: String = rig.fake.rounds().iter().map(|round| round.join(" ") + "\n").collect();
    assert_snapshot!(rounds, @"
    iam:CreateRole iam:CreateRole logs:CreateLogGroup ssm:PutParameter ssm:PutParameter ssm:PutParameter events:PutRule ssm:PutParameter
    iam:PutRolePolicy iam:PutRolePolicy logs:PutRetentionPolicy logs:CreateLogGroup lambda:CreateFunction
    logs:PutRetentionPolicy lambda:GetFunctionConfiguration lambda:PutFunctionEventInvokeConfig lambda:CreateFunction lambda:AddPermission events:PutTargets
    lambda:GetFunctionConfiguration lambda:PutFunctionEventInvokeConfig lambda:PutFunctionConcurrency
    lambda:CreateFunctionUrlConfig
    lambda:AddPermission
    lambda:AddPermission
    ");
    assert_snapshot!(sent_to(&rig, PAGE_REGION), @"
    logs:CreateLogGroup
    logs:PutRetentionPolicy
    lambda:CreateFunction
    lambda:GetFunctionConfiguration
    lambda:PutFunctionEventInvokeConfig
    lambda:PutFunctionConcurrency
    lambda:CreateFunctionUrlConfig
    lambda:AddPermission
    lambda:AddPermission
    ");
}

#[tokio::test(start_paused = true)]
async fn each_function_is_bound_to_its_own_role() {
    let rig = Rig::with_page();
    with_role_ids(&rig);
    assert_eq!(rig.up().await, "done");
    let mut bound: Vec<(Value, Value, Value)> = rig
        .fake
        .sent("lambda:CreateFunction")
        .into_iter()
        .map(|sent| {
            (sent["FunctionName"].clone(), sent["Role"].clone(), sent["Tags"]["plexmon:role"].clone())
        })
        .collect();
    bound.sort_by_key(|(function, ..)| function.to_string());
    let role = |name: &str| json!(format!("arn:aws:iam::123456789012:role/{name}-role"));
    let id = |name: &str| json!(format!("id-of-{name}-role"));
    let monitor = "plex-remote-health";
    assert_eq!(bound, [(json!(monitor), role(monitor), id(monitor)), (json!(PAGE), role(PAGE), id(PAGE))]);
}

#[tokio::test(start_paused = true)]
async fn a_function_is_not_delayed_by_the_role_of_another() {
    let rig = Rig::with_page();
    let busy = refused("ConcurrentModification", "The request was rejected because of concurrent changes");
    rig.fake.on("iam:CreateRole", move |request| {
        let is_page = request.body["RoleName"] == json!(format!("{PAGE}-role"));
        if is_page && request.at < Duration::from_secs(20) {
            return busy.clone();
        }
        Answer::Xml(role_xml("{}", None))
    });
    assert_eq!(rig.up().await, "done");
    let requests = rig.fake.requests();
    let created = requests.iter().filter(|request| request.operation == "lambda:CreateFunction");
    let created: Vec<_> = created.map(|request| (request.region.as_str(), request.at.as_secs())).collect();
    assert_eq!(created[0], (REGION, 0));
    assert!(created[1].0 == PAGE_REGION && created[1].1 >= 20, "{created:?}");
}

/// "Not found" is retried for a new resource, and an error for another instance of the same kind.
#[tokio::test(start_paused = true)]
async fn only_resources_created_by_this_run_may_be_unknown_to_aws() {
    let rig = Rig::with_page();
    let missing = refused("ResourceNotFoundException", "Function not found");
    rig.fake.on("lambda:PutFunctionEventInvokeConfig", move |request| {
        if request.region == REGION { missing.clone() } else { json_of(json!({})) }
    });
    // The page is new, the monitor is not.
    let error = rig
        .repair(|stack| {
            stack.functions.remove(1);
            stack.functions[0].retries = None;
        })
        .await;
    assert!(error.contains("could not update function `plex-remote-health`"), "{error}");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn all_regions_are_read_in_one_round() {
    let rig = Rig::with_page();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    rig.fake.delay_until(23);
    monitor_in_its_region(&rig);
    rig.fake.on("iam:GetRole", |request| {
        let is_page = request.body["RoleName"] == json!(format!("{PAGE}-role"));
        if is_page {
            refused("NoSuchEntity", "no role")
        } else {
            Answer::Xml(role_xml("{}", Some("plex-remote-health")))
        }
    });
    let observed = rig.observe(false).await.unwrap();
    assert_eq!(sent_to(&rig, PAGE_REGION).lines().count(), 5);
    let found: Vec<_> =
        observed.stack.functions.iter().map(|one| (one.name.as_str(), one.region.as_str())).collect();
    assert_eq!(found, [("plex-remote-health", REGION)]);
    assert_eq!(observed.role_ids.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_function_is_compared_with_its_own_role() {
    let rig = Rig::with_page();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    rig.fake.on("iam:GetRole", |request| {
        let name = request.body["RoleName"].as_str().unwrap();
        let role = role_xml("{}", Some("plex-remote-health")).replace(ROLE_ID, &format!("id-of-{name}"));
        let region = if name.starts_with(PAGE) { PAGE_REGION } else { REGION };
        Answer::Xml(role.replace(REGION, region))
    });
    let monitor = function_json(&rig.deployment);
    rig.fake.on("lambda:GetFunction", move |request| {
        let name = if request.region == REGION { "plex-remote-health" } else { PAGE };
        let mut function = monitor.clone();
        function["Configuration"]["FunctionName"] = json!(name);
        function["Configuration"]["Role"] = json!(format!("arn:aws:iam::123456789012:role/{name}-role"));
        function["Tags"]["plexmon:role"] = json!(format!("id-of-{name}-role"));
        json_of(function)
    });
    let observed = rig.observe(false).await.unwrap();
    let bindings: Vec<_> =
        observed.stack.functions.iter().map(|one| (one.name.as_str(), one.binding)).collect();
    assert_eq!(bindings, [("plex-remote-health", Binding::Current), (PAGE, Binding::Current)]);
}

/// Return the region and the ARN of each request for `operation`.
fn arns(rig: &Rig, operation: &str) -> Vec<(String, Value)> {
    let requests = rig.fake.requests().into_iter().filter(|request| request.operation == operation);
    requests.map(|request| (request.region, request.body["resourceArn"].clone())).collect()
}

/// The log group of the page, in its region.
fn page_log_group() -> (String, Value) {
    let arn = format!("arn:aws:logs:{PAGE_REGION}:123456789012:log-group:/aws/lambda/{PAGE}");
    (PAGE_REGION.to_owned(), json!(arn))
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_a_log_group_is_read_in_its_region() {
    let rig = Rig::with_page();
    rig.fake.on("logs:DescribeLogGroups", |request| {
        let group = json!({ "logGroupName": format!("/aws/lambda/{PAGE}") });
        json_of(json!({ "logGroups": if request.region == REGION { vec![] } else { vec![group] } }))
    });
    let tags = json!({ "tags": { "plexmon:deployment": "plex-remote-health" } });
    rig.fake.always("logs:ListTagsForResource", json_of(tags));
    let observed = rig.observe(false).await.unwrap();
    let owners: Vec<_> = observed.stack.log_groups.iter().map(|group| group.owner.as_deref()).collect();
    assert_eq!(owners, [Some("plex-remote-health")]);
    assert_eq!(arns(&rig, "logs:ListTagsForResource"), [page_log_group()]);
}

#[tokio::test(start_paused = true)]
async fn a_log_group_does_not_belong_to_a_function_of_the_same_name_elsewhere() {
    let name = "plex-remote-health";
    let rig = Rig::with_function(name, PAGE_REGION);
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    monitor_in_its_region(&rig);
    let group = json!({ "logGroupName": format!("/aws/lambda/{name}") });
    rig.fake.always("logs:DescribeLogGroups", json_of(json!({ "logGroups": [group] })));
    rig.fake.always("logs:ListTagsForResource", json_of(json!({ "tags": {} })));
    let observed = rig.observe(false).await.unwrap();
    let owners: Vec<_> = observed
        .stack
        .log_groups
        .iter()
        .map(|group| (group.region.as_str(), group.owner.as_deref()))
        .collect();
    assert_eq!(owners, [(REGION, Some(name)), (PAGE_REGION, None)]);
}

#[tokio::test(start_paused = true)]
async fn a_log_group_is_tagged_in_its_region() {
    let rig = Rig::with_page();
    assert_eq!(rig.repair(|stack| stack.log_groups[1].owner = None).await, "done");
    assert_eq!(arns(&rig, "logs:TagResource"), [page_log_group()]);
}

#[tokio::test(start_paused = true)]
async fn both_functions_are_deleted_from_their_regions() {
    let rig = Rig::with_page();
    assert_eq!(rig.down(|_| {}).await, "done");
    assert_snapshot!(sent_to(&rig, PAGE_REGION), @"
    lambda:DeleteFunctionUrlConfig
    lambda:DeleteFunction
    lambda:GetFunction
    logs:DeleteLogGroup
    ");
    assert_eq!(rig.fake.sent("iam:DeleteRole").len(), 2);
    assert_eq!(rig.fake.sent("iam:DeleteRolePolicy")[1]["PolicyName"], json!(format!("{PAGE}-inline")));
}
