//! What someone could do who has taken over the page.

use serde_json::{Value, json};

use super::visitor::PAGE;
use super::{configured, up};
use crate::emulator::enforcement::in_the_emulators_names;
use crate::support::{Caller, Fixture, HISTORY, NAME, SECRETS, STATE};

const ROLE: &str = "plex-remote-health-page-role";

/// The keys that the function gets. Only Lambda may assume the role; the emulator accepts root instead.
fn keys_of_the_role(fixture: &Fixture) -> Caller {
    let policy = json!({ "RoleName": ROLE, "PolicyName": "plex-remote-health-page-inline" });
    let mut document = fixture.aws("iam", "get_role_policy", policy.clone())["PolicyDocument"].take();
    document = in_the_emulators_names(&document);
    let mut policy = policy;
    policy["PolicyDocument"] = json!(document.to_string());
    fixture.aws("iam", "put_role_policy", policy);
    let session =
        json!({ "RoleArn": fixture.arn("iam", &format!("role/{ROLE}")), "RoleSessionName": "attacker" });
    Caller::new(&fixture.aws("sts", "assume_role", session)["Credentials"])
}

#[test]
fn the_page_may_read_state_and_history_and_nothing_else() {
    let fixture = configured("");
    up(&fixture);
    let get = |name: &str| ("ssm", "get_parameter", json!({ "Name": name }));
    let put = |name: &str| json!({ "Name": name, "Value": "theirs", "Type": "String", "Overwrite": true });
    fixture.aws("ssm", "put_parameter", put("/homelab/other"));
    fixture.aws("ssm", "put_parameter", put(&format!("{STATE}_announcements")));
    let role = keys_of_the_role(&fixture);
    for name in [STATE, HISTORY, &format!("{STATE}_announcements")] {
        let (service, operation, parameters) = get(name);
        role.call(service, operation, parameters).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
    let attempts: Vec<(&str, &str, Value)> = vec![
        get(SECRETS),
        ("ssm", "get_parameter", json!({ "Name": SECRETS, "WithDecryption": true })),
        get("/homelab/other"),
        ("ssm", "get_parameters_by_path", json!({ "Path": "/homelab" })),
        ("ssm", "describe_parameters", json!({})),
        ("ssm", "put_parameter", put(STATE)),
        ("ssm", "put_parameter", put(HISTORY)),
        ("ssm", "put_parameter", put(&format!("{STATE}_announcements"))),
        ("ssm", "delete_parameter", json!({ "Name": STATE })),
        ("logs", "create_log_group", json!({ "logGroupName": "/aws/lambda/other" })),
        ("logs", "filter_log_events", json!({ "logGroupName": format!("/aws/lambda/{NAME}") })),
        ("lambda", "invoke", json!({ "FunctionName": NAME })),
        ("lambda", "invoke", json!({ "FunctionName": PAGE })),
        ("lambda", "update_function_configuration", json!({ "FunctionName": PAGE, "Timeout": 60 })),
        ("iam", "get_role", json!({ "RoleName": ROLE })),
        ("events", "put_rule", json!({ "Name": "other", "ScheduleExpression": "rate(1 minute)" })),
        ("s3", "list_buckets", json!({})),
    ];
    for (service, operation, parameters) in attempts {
        let what = format!("{service} {operation} {parameters}");
        let refusal = role.call(service, operation, parameters).expect_err(&what);
        assert!(refusal.starts_with("AccessDenied"), "{what}: {refusal}");
    }
}
