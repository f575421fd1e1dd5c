//! What someone could do who has taken over the page.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::visitor::{Answer, PAGE, Visitor};
use super::{configured, up};
use crate::emulator::enforcement::{in_the_emulators_names, rights, without};
use crate::support::{Caller, Fixture, HISTORY, NAME, SECRETS, STATE};

const ROLE: &str = "plex-remote-health-page-role";
const POLICY: &str = "plex-remote-health-page-inline";

/// Actions without which the page works in the emulator.
const UNCHECKED: [(&str, &str); 3] = [
    ("logs:CreateLogStream", "Lambda writes the log with the role; the emulator without any"),
    ("logs:PutLogEvents", "the same"),
    // The page then reads one parameter after the other.
    ("ssm:GetParameters", "the emulator grants it for all parameters or none"),
];

/// Return what a new environment of the page's function shows with this policy.
fn shown_with(fixture: &Fixture, visitor: &Visitor, policy: &Value) -> Answer {
    static TIMEOUT_S: AtomicU64 = AtomicU64::new(20);
    put_policy(fixture, policy);
    let timeout_s = TIMEOUT_S.fetch_add(1, Ordering::Relaxed);
    let change = json!({ "FunctionName": PAGE, "Timeout": timeout_s });
    fixture.aws("lambda", "update_function_configuration", change);
    visitor.get("/")
}

fn is_up(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains("data-target=\"plex\" data-status=\"up\"")
}

#[test]
fn the_page_works_with_its_role_and_fails_without_an_action_that_the_emulator_checks() {
    let fixture = configured("");
    up(&fixture);
    let visitor = Visitor::of(&fixture, PAGE);
    let whole = policy(&fixture);
    let answer = shown_with(&fixture, &visitor, &whole);
    assert!(is_up(&answer), "{answer:?}");
    let all = rights(&whole);
    assert_eq!(all.len(), UNCHECKED.len() + 1, "{all:?}");
    for right in all {
        let answer = shown_with(&fixture, &visitor, &without(&whole, &right));
        let is_unchecked = UNCHECKED.iter().any(|(action, _)| *action == right.1);
        assert_eq!(is_up(&answer), is_unchecked, "without {right:?}: {answer:?}");
    }
    let log = json!({ "logGroupName": format!("/aws/lambda/{PAGE}") });
    let log = fixture.aws("logs", "filter_log_events", log).to_string();
    assert!(log.contains("not authorized to perform: ssm:GetParameter "), "{log}");
}

/// The emulator allows reading several parameters at once only where all may be read.
#[test]
fn the_page_reads_several_parameters_at_once_where_it_may() {
    let fixture = configured("");
    up(&fixture);
    let several = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "*" }],
    });
    let answer = shown_with(&fixture, &Visitor::of(&fixture, PAGE), &several);
    assert!(is_up(&answer), "{answer:?}");
}

fn policy(fixture: &Fixture) -> Value {
    let policy = json!({ "RoleName": ROLE, "PolicyName": POLICY });
    fixture.aws("iam", "get_role_policy", policy)["PolicyDocument"].take()
}

fn put_policy(fixture: &Fixture, policy: &Value) {
    let policy = json!({ "RoleName": ROLE, "PolicyName": POLICY, "PolicyDocument": policy.to_string() });
    fixture.aws("iam", "put_role_policy", policy);
}

/// The keys that the function gets. Only Lambda may assume the role; the emulator accepts root instead.
fn keys_of_the_role(fixture: &Fixture) -> Caller {
    put_policy(fixture, &in_the_emulators_names(&policy(fixture)));
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
        ("ssm", "get_parameters", json!({ "Names": [SECRETS], "WithDecryption": true })),
        ("ssm", "get_parameter_history", json!({ "Name": SECRETS, "WithDecryption": true })),
        get("/homelab/other"),
        ("ssm", "get_parameters", json!({ "Names": ["/homelab/other"] })),
        ("ssm", "get_parameters_by_path", json!({ "Path": "/homelab" })),
        ("ssm", "describe_parameters", json!({})),
        ("ssm", "put_parameter", put("/homelab/other")),
        ("ssm", "put_parameter", put(SECRETS)),
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
