//! A role's policy as JSON: the minimal permissions of its function, with separate statements for each region.

use plexmon_function::contract::announcement;
use serde_json::{Value, json};

use crate::names::parameters::{any_history, any_part};
use crate::names::{LambdaKind, LambdaNames};
use crate::resource::Blueprint;

/// Return the statements that a function of this kind needs.
pub fn statements(blueprint: &Blueprint<'_>, lambda: &LambdaNames) -> Vec<Value> {
    match lambda.kind {
        LambdaKind::Monitor => monitor_statements(blueprint, lambda),
        LambdaKind::Page => page_statements(blueprint, lambda),
    }
}

/// Return the statement to write the function's own log. It does not allow creating a log group, which would recreate the
/// group after its deletion.
fn log_statement(blueprint: &Blueprint<'_>, lambda: &LambdaNames) -> Value {
    let log_group = blueprint.account_of(lambda).log_group(&lambda.log_group);
    json!({
        "Sid": format!("Log{}", sid_suffix(&lambda.region)),
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": format!("{log_group}:*"),
    })
}

/// Return the statements for the monitor: its own state, history, secrets and log streams.
fn monitor_statements(blueprint: &Blueprint<'_>, lambda: &LambdaNames) -> Vec<Value> {
    let of = sid_suffix(&lambda.region);
    let mut statements = vec![
        log_statement(blueprint, lambda),
        json!({
            "Sid": format!("State{of}"),
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:PutParameter"],
            "Resource": state(blueprint),
        }),
        json!({
            "Sid": format!("History{of}"),
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:PutParameter"],
            // Targets come and go: the function also creates parameters.
            "Resource": blueprint.account.parameter(&any_history(&blueprint.names.state_parameter)),
        }),
    ];
    if !blueprint.config.secrets.is_empty() {
        statements.push(json!({
            "Sid": format!("Secrets{of}"),
            "Effect": "Allow",
            "Action": "ssm:GetParameter",
            "Resource": blueprint.account.parameter(&blueprint.names.secrets_parameter()),
        }));
    }
    statements
}

/// Return the statements for the page: to read state, history and announcements, and to write its own log.
fn page_statements(blueprint: &Blueprint<'_>, lambda: &LambdaNames) -> Vec<Value> {
    let of = sid_suffix(&lambda.region);
    let (account, state) = (blueprint.account, &blueprint.names.state_parameter);
    let readable = [state.clone(), any_part(state), any_history(state), announcement::parameter(state)];
    vec![
        log_statement(blueprint, lambda),
        json!({
            "Sid": format!("Read{of}"),
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:GetParameters"],
            "Resource": readable.map(|name| account.parameter(&name)),
        }),
    ]
}

/// Return the ARNs of the state's parameters; more than the first only if they are needed.
fn state(blueprint: &Blueprint<'_>) -> Value {
    let (names, account) = (blueprint.names, blueprint.account);
    let first = account.parameter(&names.state_parameter);
    if names.state_parts.is_empty() {
        return first.into();
    }
    json!([first, account.parameter(&any_part(&names.state_parameter))])
}

pub fn document_of(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Return a suffix such as `UsEast1` that shows the region of a statement. IAM allows letters and digits there.
fn sid_suffix(region: &str) -> String {
    let capitalized = |part: &str| {
        let mut rest = part.chars();
        rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect::<String>()
    };
    region.split('-').map(capitalized).collect()
}

/// Return the statements of a policy that are for this region.
pub fn statements_for(policy: Option<&Value>, region: &str) -> Vec<Value> {
    let suffix = sid_suffix(region);
    let all = policy.and_then(|policy| policy.get("Statement")).and_then(Value::as_array);
    let is_for = |statement: &&Value| {
        statement.get("Sid").and_then(Value::as_str).is_some_and(|sid| sid.ends_with(&suffix))
    };
    all.into_iter().flatten().filter(is_for).cloned().collect()
}

/// Decode a document, which IAM returns percent-encoded. One that is not JSON stays text, and so differs from ours.
pub fn document(encoded: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(decoded.into_owned()))
}
