//! The function's role allows what the function does, and nothing else.

use serde_json::{Value, json};

use super::{Names, deployed, in_the_emulators_names, rights, without};
use crate::support::{Caller, Fixture};

/// The keys that the function gets. Only Lambda may assume the role; the emulator accepts root instead.
fn keys_of_the_role(fixture: &Fixture, names: &Names) -> Caller {
    let role = fixture.arn("iam", &format!("role/{}", names.role));
    let session = json!({"RoleArn": role, "RoleSessionName": "attacker"});
    Caller::new(&fixture.aws("sts", "assume_role", session)["Credentials"])
}

fn policy(fixture: &Fixture, names: &Names) -> Value {
    let policy = json!({"RoleName": names.role, "PolicyName": names.role_policy});
    fixture.aws("iam", "get_role_policy", policy)["PolicyDocument"].take()
}

fn put_policy(fixture: &Fixture, names: &Names, policy: &Value) {
    let policy = json!({
        "RoleName": names.role, "PolicyName": names.role_policy, "PolicyDocument": policy.to_string(),
    });
    fixture.aws("iam", "put_role_policy", policy);
}

/// Let the stored state be that of the previous hour, so that the next run moves it to the history.
fn end_the_hour(fixture: &Fixture, names: &Names) {
    let stored = fixture.aws("ssm", "get_parameter", json!({"Name": names.state}));
    let mut state: Value = serde_json::from_str(stored["Parameter"]["Value"].as_str().unwrap()).unwrap();
    let hour = &mut state["history"]["hour"];
    *hour = json!(hour.as_u64().unwrap() - 1);
    let state = json!({"Name": names.state, "Value": state.to_string(), "Type": "String", "Overwrite": true});
    fixture.aws("ssm", "put_parameter", state);
}

#[test]
fn the_function_works_with_the_role_and_fails_without_any_of_its_actions() {
    let (fixture, names) = deployed();
    let whole = policy(&fixture, &names);
    let mut missed = Vec::new();
    for (right, timeout_s) in rights(&whole).into_iter().zip(40..) {
        // A new environment has no cached secrets.
        let change = json!({"FunctionName": names.function, "Timeout": timeout_s});
        fixture.aws("lambda", "update_function_configuration", change);
        put_policy(&fixture, &names, &without(&whole, &right));
        // There is something to save, something to notify, and something for the history.
        end_the_hour(&fixture, &names);
        fixture.plex.break_it();
        if fixture.invoke().whole().contains(&format!("not authorized to perform: {}", right.1)) {
            missed.push(format!("{} {}", right.0, right.1));
        }
        put_policy(&fixture, &names, &whole);
        let reply = fixture.invoke().ended(0).json();
        assert_eq!((&reply["current"], &reply["problems"]), (&json!("down"), &json!([])), "{right:?}");
        assert_eq!(fixture.messages().len(), 1, "{right:?}");
        fixture.plex.repair();
        fixture.invoke().ended(0);
        assert_eq!(fixture.messages().len(), 1, "{right:?}");
    }
    // Lambda writes the log with the role; the emulator without any.
    assert_eq!(
        missed,
        [
            "StateUsEast1 ssm:GetParameter",
            "StateUsEast1 ssm:PutParameter",
            "HistoryUsEast1 ssm:GetParameter",
            "HistoryUsEast1 ssm:PutParameter",
            "SecretsUsEast1 ssm:GetParameter",
        ]
    );
}

#[test]
fn everything_that_the_function_needs_is_allowed() {
    let (fixture, names) = deployed();
    put_policy(&fixture, &names, &in_the_emulators_names(&policy(&fixture, &names)));
    let role = keys_of_the_role(&fixture, &names);
    let stream = |more: Value| {
        let mut stream = json!({"logGroupName": names.log_group, "logStreamName": "stream"});
        stream.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        stream
    };
    let line = json!({"logEvents": [{"timestamp": 1_790_000_000_000_u64, "message": "a line"}]});
    for (service, operation, parameters) in [
        ("ssm", "get_parameter", json!({"Name": names.state})),
        (
            "ssm",
            "put_parameter",
            json!({"Name": names.state, "Value": "{}", "Type": "String", "Overwrite": true}),
        ),
        ("ssm", "get_parameter", json!({"Name": names.history})),
        (
            "ssm",
            "put_parameter",
            json!({"Name": format!("{}2", names.history), "Value": "{}", "Type": "String"}),
        ),
        ("ssm", "get_parameter", json!({"Name": names.secrets, "WithDecryption": true})),
        ("logs", "create_log_stream", stream(json!({}))),
        ("logs", "put_log_events", stream(line)),
    ] {
        role.call(service, operation, parameters).unwrap();
    }
}

/// What an attacker with the role's keys might try.
fn others(fixture: &Fixture, names: &Names) -> Vec<(&'static str, &'static str, Value)> {
    let Names { function, role, role_policy, rule, log_group, state, secrets, history, .. } = names;
    let arn = fixture.arn("iam", &format!("role/{role}"));
    let parameter =
        |name: &str| json!({"Name": name, "Value": "theirs", "Type": "String", "Overwrite": true});
    let wide = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let other_group = format!("{log_group}-2");
    vec![
        ("ssm", "get_parameter", json!({"Name": "/homelab/other"})),
        ("ssm", "get_parameter", json!({"Name": format!("{state}_2")})),
        ("ssm", "get_parameters_by_path", json!({"Path": "/homelab"})),
        ("ssm", "describe_parameters", json!({})),
        ("ssm", "put_parameter", parameter("/homelab/other")),
        ("ssm", "put_parameter", parameter(secrets)),
        ("ssm", "delete_parameter", json!({"Name": state})),
        ("ssm", "delete_parameter", json!({"Name": secrets})),
        ("ssm", "delete_parameter", json!({"Name": history})),
        ("logs", "create_log_group", json!({"logGroupName": other_group})),
        ("logs", "create_log_group", json!({"logGroupName": log_group})),
        ("logs", "create_log_stream", json!({"logGroupName": other_group, "logStreamName": "stream"})),
        ("logs", "filter_log_events", json!({"logGroupName": log_group})),
        ("logs", "delete_log_group", json!({"logGroupName": log_group})),
        (
            "iam",
            "put_role_policy",
            json!({"RoleName": role, "PolicyName": role_policy, "PolicyDocument": wide}),
        ),
        ("iam", "update_assume_role_policy", json!({"RoleName": role, "PolicyDocument": wide})),
        ("iam", "create_access_key", json!({"UserName": "admin"})),
        ("iam", "get_role", json!({"RoleName": role})),
        ("sts", "assume_role", json!({"RoleArn": arn, "RoleSessionName": "again"})),
        ("lambda", "invoke", json!({"FunctionName": function})),
        ("lambda", "get_function", json!({"FunctionName": function})),
        ("lambda", "update_function_configuration", json!({"FunctionName": function, "Timeout": 60})),
        ("lambda", "delete_function", json!({"FunctionName": function})),
        ("events", "put_rule", json!({"Name": rule, "ScheduleExpression": "rate(1 minute)"})),
        ("s3", "list_buckets", json!({})),
    ]
}

#[test]
fn everything_else_is_denied() {
    let (fixture, names) = deployed();
    let role = keys_of_the_role(&fixture, &names);
    put_policy(&fixture, &names, &in_the_emulators_names(&policy(&fixture, &names)));
    for name in ["/homelab/other", &format!("{}_2", names.state)] {
        fixture.aws("ssm", "put_parameter", json!({"Name": name, "Value": "x", "Type": "String"}));
    }
    for (service, operation, parameters) in others(&fixture, &names) {
        let what = format!("{service} {operation} {parameters}");
        let refusal = role.call(service, operation, parameters).expect_err(&what);
        assert!(refusal.starts_with("AccessDenied"), "{what}: {refusal}");
    }
}
