//! The role's policy as JSON: the least that the function needs, with statements of its own for each region.

use serde_json::{Value, json};

use crate::names::{Account, Names, any_part};

/// Its own state, its own secrets, its own log streams; not the right to make a log group, which would bring
/// the group back after it was removed.
pub fn statements(names: &Names, account: &Account, with_secrets: bool) -> Vec<Value> {
    let of = sid_suffix(&account.region);
    let mut statements = vec![
        json!({
            "Sid": format!("Log{of}"),
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("{}:*", account.log_group(&names.log_group())),
        }),
        json!({
            "Sid": format!("State{of}"),
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:PutParameter"],
            "Resource": state(names, account),
        }),
    ];
    if with_secrets {
        statements.push(json!({
            "Sid": format!("Secrets{of}"),
            "Effect": "Allow",
            "Action": "ssm:GetParameter",
            "Resource": account.parameter(&names.secrets_parameter()),
        }));
    }
    statements
}

/// The parameters of the state; more than the first only where they are needed.
fn state(names: &Names, account: &Account) -> Value {
    let first = account.parameter(&names.state_parameter);
    if names.state_parts.is_empty() {
        return first.into();
    }
    json!([first, account.parameter(&any_part(&names.state_parameter))])
}

pub fn document_of(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// `UsEast1`: it tells which region a statement is for. IAM allows letters and digits there.
fn sid_suffix(region: &str) -> String {
    let capitalised = |part: &str| {
        let mut rest = part.chars();
        rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect::<String>()
    };
    region.split('-').map(capitalised).collect()
}

/// Those of a policy's statements that are for this region.
pub fn statements_for(policy: Option<&Value>, region: &str) -> Vec<Value> {
    let suffix = sid_suffix(region);
    let all = policy.and_then(|policy| policy.get("Statement")).and_then(Value::as_array);
    let is_for = |statement: &&Value| {
        statement.get("Sid").and_then(Value::as_str).is_some_and(|sid| sid.ends_with(&suffix))
    };
    all.into_iter().flatten().filter(is_for).cloned().collect()
}

/// IAM gives documents percent-encoded. One that is no JSON stays as text, and so differs from ours.
pub fn document(encoded: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(decoded.into_owned()))
}
