//! The page's function URL: both statements, the order of the calls, and what AWS may answer.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::resources::{FunctionUrl, Permission};
use plexmon_deploy::stack::Stack;
use serde_json::{Value, json};

use super::answers::json_of;
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::{Only as _, PAGE, PAGE_REGION};

const CREATE: &str = "lambda:CreateFunctionUrlConfig";
const RESERVE: &str = "lambda:PutFunctionConcurrency";

/// The answer about an operation that the region does not have.
fn not_offered() -> Answer {
    refused("AccessDeniedException", "Unable to determine service/operation name to be authorized")
}

fn without_page(stack: &mut Stack) {
    stack.functions.truncate(1);
    stack.function_urls.clear();
}

fn without_url(stack: &mut Stack) {
    stack.function_urls.clear();
}

fn lines(values: Vec<Value>) -> String {
    values.into_iter().map(|value| format!("{value}\n")).collect()
}

#[tokio::test(start_paused = true)]
async fn the_reservation_is_made_before_the_url_and_both_statements_are_added() {
    let rig = Rig::with_page();
    rig.fake.take(Duration::from_secs(1));
    assert_eq!(rig.repair(without_page).await, "done");
    let rounds: String = rig.fake.rounds().iter().map(|round| round.join(" ") + "\n").collect();
    assert_snapshot!(rounds, @"
    lambda:CreateFunction
    lambda:GetFunctionConfiguration lambda:PutFunctionEventInvokeConfig lambda:PutFunctionConcurrency
    lambda:CreateFunctionUrlConfig
    lambda:AddPermission
    lambda:AddPermission
    ");
    assert_snapshot!(lines(rig.fake.sent(RESERVE)), @r#"{"ReservedConcurrentExecutions":2}"#);
    assert_snapshot!(lines(rig.fake.sent(CREATE)), @r#"{"AuthType":"NONE","InvokeMode":"BUFFERED"}"#);
    assert_snapshot!(lines(rig.fake.sent("lambda:AddPermission")), @r#"
    {"Action":"lambda:InvokeFunctionUrl","FunctionUrlAuthType":"NONE","Principal":"*","StatementId":"plex-remote-health-page-url"}
    {"Action":"lambda:InvokeFunction","InvokedViaFunctionUrl":true,"Principal":"*","StatementId":"plex-remote-health-page-invoke"}
    "#);
    let function = &rig.fake.sent("lambda:CreateFunction")[0];
    assert_snapshot!(function["LoggingConfig"], @r#"{"LogFormat":"JSON","ApplicationLogLevel":"WARN","SystemLogLevel":"WARN","LogGroup":"/aws/lambda/plex-remote-health-page"}"#);
    assert!(rig.fake.requests().iter().all(|request| request.region == PAGE_REGION));
}

/// A new URL would have another address. What an update leaves out stays, so CORS is removed by an empty one.
#[tokio::test(start_paused = true)]
async fn changed_settings_are_repaired_in_place() {
    let changes: [fn(&mut Stack); 3] = [
        |stack| stack.the_url().url.as_mut().unwrap().auth = "AWS_IAM".to_owned(),
        |stack| stack.the_url().url.as_mut().unwrap().invoke_mode = "RESPONSE_STREAM".to_owned(),
        |stack| stack.the_url().url.as_mut().unwrap().cors = Some(json!({ "allow_origins": ["*"] })),
    ];
    for change in changes {
        let rig = Rig::with_page();
        assert_eq!(rig.repair(change).await, "done");
        assert_eq!(rig.writes(), ["lambda:UpdateFunctionUrlConfig"]);
        let sent = rig.fake.sent("lambda:UpdateFunctionUrlConfig");
        assert_eq!(sent, [json!({ "AuthType": "NONE", "InvokeMode": "BUFFERED", "Cors": {} })]);
    }
}

#[tokio::test(start_paused = true)]
async fn each_missing_statement_is_added_alone() {
    for statement in ["plex-remote-health-page-url", "plex-remote-health-page-invoke"] {
        let rig = Rig::with_page();
        let missing = |stack: &mut Stack| {
            let url = stack.the_url();
            match statement.ends_with("-url") {
                true => url.url_permission = None,
                false => url.invoke_permission = None,
            }
        };
        assert_eq!(rig.repair(missing).await, "done");
        assert_eq!(rig.writes(), ["lambda:AddPermission"]);
        assert_eq!(rig.fake.sent("lambda:AddPermission")[0]["StatementId"], statement);
    }
}

#[tokio::test(start_paused = true)]
async fn a_statement_with_another_content_is_replaced() {
    let rig = Rig::with_page();
    let narrow = |stack: &mut Stack| {
        let permission = stack.the_url().invoke_permission.as_mut().unwrap();
        permission.conditions = Some(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } }));
    };
    assert_eq!(rig.repair(narrow).await, "done");
    assert_eq!(rig.writes(), ["lambda:RemovePermission", "lambda:AddPermission"]);
    assert_eq!(rig.fake.sent("lambda:AddPermission")[0]["InvokedViaFunctionUrl"], true);
}

#[tokio::test(start_paused = true)]
async fn a_url_whose_confirmation_was_lost_counts_as_created() {
    let rig = Rig::with_page();
    let exists = "Failed to create function url config for [functionArn = arn]. Error message:  FunctionUrlConfig exists \
                  for this Lambda function";
    rig.fake.in_turn(CREATE, [Answer::Lost, refused("ResourceConflictException", exists)]);
    assert_eq!(rig.repair(without_url).await, "done");
    let update = "lambda:UpdateFunctionUrlConfig";
    assert_eq!(rig.writes(), [CREATE, CREATE, update, "lambda:AddPermission", "lambda:AddPermission"]);
}

#[tokio::test(start_paused = true)]
async fn a_statement_whose_confirmation_was_lost_is_not_added_twice() {
    let rig = Rig::with_page();
    let exists = "The statement id (plex-remote-health-page-url) provided already exists. Please provide a new statement \
                  id, or remove the existing statement.";
    rig.fake.in_turn(
        "lambda:AddPermission",
        [Answer::Lost, refused("ResourceConflictException", exists), json_of(json!({}))],
    );
    rig.fake.always("lambda:GetPolicy", json_of(policy("StringEquals", "lambda:FunctionUrlAuthType")));
    assert_eq!(rig.repair(|stack| stack.the_url().url_permission = None).await, "done");
    assert_eq!(rig.writes(), ["lambda:AddPermission", "lambda:AddPermission"]);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_lambda_does_not_know_yet_is_waited_for() {
    let rig = Rig::with_page();
    let unknown = refused("ResourceNotFoundException", "Function does not exist");
    rig.fake.until(Duration::from_secs(5), CREATE, unknown.clone(), json_of(json!({})));
    assert_eq!(rig.repair(without_page).await, "done");
    assert!(rig.fake.elapsed() >= Duration::from_secs(5));
    assert!(rig.reported().contains("the new function to become visible in Lambda"), "{}", rig.reported());
    // A function that this run has not created is missing.
    let rig = Rig::with_page();
    rig.fake.always(CREATE, unknown);
    assert!(rig.repair(without_url).await.contains("Function does not exist"));
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_are_repeated() {
    let rig = Rig::with_page();
    let throttled = || refused("TooManyRequestsException", "Rate exceeded");
    for operation in [CREATE, RESERVE, "lambda:AddPermission"] {
        rig.fake.until(Duration::from_secs(10), operation, throttled(), json_of(json!({})));
    }
    assert_eq!(rig.repair(without_page).await, "done");
    assert!(rig.fake.elapsed() >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_region_without_function_urls_is_an_error_with_a_hint() {
    let rig = Rig::with_page();
    rig.fake.always(CREATE, not_offered());
    assert_snapshot!(rig.repair(without_url).await, @"
    error: could not create function URL `plex-remote-health-page` in us-east-1
      cause: lambda:CreateFunctionUrlConfig was refused (AccessDeniedException): Unable to determine service/operation name to be authorized

    hint: set `region` in [page] to a region with function URLs, for example `us-east-1` or `eu-west-1`
    ");
    assert!(rig.fake.sent("lambda:AddPermission").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_the_organization_against_public_urls_is_explained() {
    let rig = Rig::with_page();
    let text = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: lambda:CreateFunctionUrlConfig on \
                resource: arn:aws:lambda:us-east-1:123456789012:function:plex-remote-health-page with an explicit deny in \
                a service control policy";
    rig.fake.always(CREATE, refused("AccessDeniedException", text));
    let error = rig.repair(without_url).await;
    assert!(error.contains("explicit deny in a service control policy"), "{error}");
    assert!(error.contains("hint: "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_url_is_removed_before_its_function_and_the_statements_with_it() {
    let rig = Rig::with_page();
    assert_eq!(rig.down(|_| {}).await, "done");
    let sent: Vec<_> = rig.fake.requests().into_iter().filter(|sent| sent.region == PAGE_REGION).collect();
    let sent: Vec<_> = sent.iter().map(|sent| sent.operation.as_str()).collect();
    assert_eq!(sent[..2], ["lambda:DeleteFunctionUrlConfig", "lambda:DeleteFunction"]);
    assert!(!sent.contains(&"lambda:RemovePermission"), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_url_whose_function_stays_is_removed_with_both_statements() {
    let rig = Rig::with_page();
    assert_eq!(rig.change(without_url).await, "done");
    let removed = "lambda:RemovePermission";
    assert_eq!(rig.writes(), ["lambda:DeleteFunctionUrlConfig", removed, removed]);
}

/// A policy with one statement for the page.
fn policy(operator: &str, key: &str) -> Value {
    let is_auth = key.eq_ignore_ascii_case("lambda:FunctionUrlAuthType");
    let (sid, action, value) = match is_auth {
        true => (format!("{PAGE}-url"), "lambda:InvokeFunctionUrl", "NONE"),
        false => (format!("{PAGE}-invoke"), "lambda:InvokeFunction", "true"),
    };
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": sid, "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "arn",
        "Condition": { operator: { key: value } },
    }] });
    json!({ "Policy": policy.to_string() })
}

fn config_json(cors: Value) -> Value {
    json!({
        "FunctionUrl": "https://abc.lambda-url.us-east-1.on.aws/", "FunctionArn": "arn", "AuthType": "NONE",
        "InvokeMode": "BUFFERED", "Cors": cors, "CreationTime": "2026-11-26T10:00:00Z",
        "LastModifiedTime": "2026-11-26T10:00:00Z",
    })
}

async fn read(rig: &Rig) -> Option<(FunctionUrl, Option<String>)> {
    use plexmon_deploy::resource::Resource as _;
    let names = rig.deployment.names.others[0].url.clone().unwrap();
    FunctionUrl::read(&names, &rig.aws.in_region(PAGE_REGION)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_url_is_read_with_its_address_and_normalised() {
    let rig = Rig::with_page();
    rig.fake.always(
        "lambda:GetFunctionUrlConfig",
        json_of(config_json(json!({ "AllowOrigins": [], "MaxAge": 0 }))),
    );
    rig.fake.always("lambda:GetPolicy", json_of(policy("Bool", "lambda:invokedviafunctionurl")));
    let (url, address) = read(&rig).await.unwrap();
    assert_eq!(address.as_deref(), Some("https://abc.lambda-url.us-east-1.on.aws/"));
    assert_eq!(url.url, rig.deployment.desired.function_urls[0].url);
    assert_eq!(url.url_permission, None);
    assert_eq!(url.invoke_permission.as_deref(), Some(&Permission::to_invoke_via_url()));
}

#[tokio::test(start_paused = true)]
async fn cors_that_was_set_by_hand_is_a_difference() {
    let rig = Rig::with_page();
    let cors =
        json!({ "AllowOrigins": ["*"], "AllowMethods": ["GET"], "AllowCredentials": true, "MaxAge": 60 });
    rig.fake.always("lambda:GetFunctionUrlConfig", json_of(config_json(cors)));
    let (url, _) = read(&rig).await.unwrap();
    let cors = json!({ "allow_origins": ["*"], "allow_methods": ["GET"], "allow_credentials": true, "max_age_s": 60 });
    assert_eq!(url.url.unwrap().cors, Some(cors));
}

/// Lambda keeps the statements of a URL that is deleted.
#[tokio::test(start_paused = true)]
async fn statements_without_a_url_are_found() {
    let rig = Rig::with_page();
    assert!(read(&rig).await.is_none());
    rig.fake.always("lambda:GetPolicy", json_of(policy("StringEquals", "lambda:FunctionUrlAuthType")));
    let (url, address) = read(&rig).await.unwrap();
    assert_eq!((url.url, address), (None, None));
    assert_eq!(url.url_permission.as_deref(), Some(&Permission::to_call_url()));
}
