//! The status page: changes of each of its parts by another client are detected, named and repaired.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Fixture, Ran};

const PAGE: &str = "plex-remote-health-page";
const ROLE: &str = "plex-remote-health-page-role";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A fixture whose configuration has a page.
fn configured() -> Fixture {
    let fixture = Fixture::new();
    fixture.edit("[function]", "[page]\ntitle = \"Home\"\n\n[function]");
    fixture
}

/// After a call by another client, the plan has exactly the `expected` steps, and `up` leaves nothing to do.
#[track_caller]
fn repaired(fixture: &Fixture, operation: &str, parameters: Value, expected: &[&str]) {
    fixture.aws("lambda", operation, parameters);
    assert_eq!(fixture.plan(), expected, "after {operation}");
    fixture.with_code(&["status", "--exit-code"]).run().ended(3);
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0], "after {operation} and `up`");
}

fn url_of(fixture: &Fixture) -> Value {
    fixture.aws("lambda", "get_function_url_config", json!({"FunctionName": PAGE}))
}

/// Both statements of the page's policy, as `Sid: action, condition`.
fn statements(fixture: &Fixture) -> Vec<String> {
    let policy = fixture.aws("lambda", "get_policy", json!({"FunctionName": PAGE}));
    let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
    let text = |statement: &Value| {
        let [sid, action] = ["Sid", "Action"].map(|key| statement[key].as_str().unwrap());
        format!("{sid}: {action}, {}", statement["Condition"])
    };
    policy["Statement"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn changes_of_the_url_and_its_statements_are_detected_and_repaired_at_the_same_address() {
    let fixture = configured().with_deployment();
    let address = url_of(&fixture)["FunctionUrl"].clone();
    let both = statements(&fixture);
    assert_eq!(
        both,
        [
            r#"plex-remote-health-page-url: lambda:InvokeFunctionUrl, {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#,
            r#"plex-remote-health-page-invoke: lambda:InvokeFunction, {"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#,
        ]
    );
    for (change, field) in [
        (json!({"FunctionName": PAGE, "AuthType": "AWS_IAM"}), "auth"),
        (json!({"FunctionName": PAGE, "InvokeMode": "RESPONSE_STREAM"}), "invoke_mode"),
        (json!({"FunctionName": PAGE, "Cors": {"AllowOrigins": ["*"]}}), "cors"),
    ] {
        let expected = format!("update function_url ({field})");
        repaired(&fixture, "update_function_url_config", change, &[&expected]);
    }
    for (statement, field) in [("page-url", "url_permission"), ("page-invoke", "invoke_permission")] {
        let change = json!({"FunctionName": PAGE, "StatementId": format!("plex-remote-health-{statement}")});
        repaired(&fixture, "remove_permission", change, &[&format!("update function_url ({field})")]);
    }
    assert_eq!(url_of(&fixture)["FunctionUrl"], address);
    assert_eq!(statements(&fixture), both);

    // Deleted by hand, the address is lost.
    repaired(
        &fixture,
        "delete_function_url_config",
        json!({"FunctionName": PAGE}),
        &["update function_url (url)"],
    );
    assert_ne!(url_of(&fixture)["FunctionUrl"], address);
}

#[test]
fn changes_of_the_pages_function_are_detected_and_repaired() {
    let fixture = configured().with_deployment();
    let off = json!({"FunctionName": PAGE, "ReservedConcurrentExecutions": 0});
    repaired(&fixture, "put_function_concurrency", off, &["update function (health, concurrency)"]);
    let without_limit = json!({"FunctionName": PAGE});
    repaired(&fixture, "delete_function_concurrency", without_limit, &["update function (concurrency)"]);
    let text = json!({"FunctionName": PAGE, "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/other"}});
    repaired(&fixture, "update_function_configuration", text, &["update function (logging)"]);
    let handler = json!({"FunctionName": PAGE, "Handler": "monitor"});
    repaired(&fixture, "update_function_configuration", handler, &["update function (handler)"]);
    let deleted = json!({"FunctionName": PAGE});
    repaired(&fixture, "delete_function", deleted, &["create function", "create function_url"]);
}

/// The calls of a command that change a function URL.
fn about_urls(ran: &Ran) -> Vec<&str> {
    ran.writes().into_iter().filter(|call| call.contains("FunctionUrl")).collect()
}

#[test]
fn a_function_with_the_pages_name_is_adopted_only_on_request() {
    let fixture = configured();
    let zip = plexmon_deploy::artifact::pack(b"#!/bin/sh\n", "{}").unwrap();
    fixture.aws("iam", "create_role", json!({"RoleName": ROLE, "AssumeRolePolicyDocument": TRUST}));
    let function = json!({
        "FunctionName": PAGE, "Runtime": "provided.al2023", "Handler": "bootstrap",
        "Role": fixture.arn("iam", &format!("role/{ROLE}")), "Code": {"ZipFile": {"base64": BASE64.encode(zip.bytes)}},
    });
    fixture.aws("lambda", "create_function", function);
    fixture.aws("lambda", "create_function_url_config", json!({"FunctionName": PAGE, "AuthType": "AWS_IAM"}));
    let address = url_of(&fixture)["FunctionUrl"].clone();
    let refused = fixture.up().ended(1);
    assert!(
        refused.stderr.contains("role `plex-remote-health-page-role` already exists"),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.writes(), [""; 0]);
    let adopted = fixture.with_code(&["up", "--yes", "--adopt", "-v"]).run().ended(0);
    assert_eq!(about_urls(&adopted), ["lambda:UpdateFunctionUrlConfig"]);
    assert_eq!(url_of(&fixture)["FunctionUrl"], address);
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}
