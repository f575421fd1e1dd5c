//! A statement in a function's policy that allows something to call the function.

use serde::Serialize;
use serde_json::{Map, Value};

const EVENTS: &str = "events.amazonaws.com";
const ANYONE: &str = "*";
const INVOKE: &str = "lambda:InvokeFunction";
const INVOKE_URL: &str = "lambda:InvokeFunctionUrl";
/// A function URL without authentication.
const NO_AUTH: &str = "NONE";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    pub principal: String,
    pub action: String,
    /// The ARN of the rule that may call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The authentication of the function URL that may be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_auth: Option<String>,
    /// `true` if only calls through a function URL are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via_url: Option<String>,
    /// Conditions that we do not set; a `SourceAccount`, for example, would prevent the rule from invoking.
    #[serde(skip_serializing_if = "Option::is_none", rename = "further")]
    pub conditions: Option<Value>,
}

impl Permission {
    fn new(principal: &str, action: &str) -> Self {
        Self {
            principal: principal.to_owned(),
            action: action.to_owned(),
            source: None,
            url_auth: None,
            via_url: None,
            conditions: None,
        }
    }

    /// Return the permission for the rule with this ARN.
    pub fn for_rule(arn: String) -> Self {
        Self { source: Some(arn), ..Self::new(EVENTS, INVOKE) }
    }

    /// Return the permission for anyone to call a function URL.
    pub fn to_call_url() -> Self {
        Self { url_auth: Some(NO_AUTH.to_owned()), ..Self::new(ANYONE, INVOKE_URL) }
    }

    /// Return the permission for anyone to invoke the function by calling its URL. Since October 2025, AWS demands it
    /// beside [`to_call_url`](Self::to_call_url).
    pub fn to_invoke_via_url() -> Self {
        Self { via_url: Some(true.to_string()), ..Self::new(ANYONE, INVOKE) }
    }
}

/// Read the statement with this id. AWS answers with `ArnLike` for a rule; its own description says `StringLike`.
pub fn statement(policy: &str, id: &str) -> Option<Permission> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let statements = policy.get("Statement")?.as_array()?;
    let statement = statements.iter().find(|statement| statement["Sid"] == id)?;
    let of = |key: &str| statement.get(key);
    let mut conditions = Conditions::new(of("Condition"));
    let source = conditions.take(&["ArnLike", "StringLike", "ArnEquals", "StringEquals"], "aws:SourceArn");
    let url_auth = conditions.take(&["StringEquals"], "lambda:FunctionUrlAuthType");
    let via_url = conditions.take(&["Bool"], "lambda:InvokedViaFunctionUrl");
    // `AddPermission` only allows, but other calls can write statements that forbid.
    if let Some(effect) = of("Effect").filter(|effect| *effect != "Allow") {
        conditions.0.insert("Effect".to_owned(), effect.clone());
    }
    let principal = of("Principal").map(|principal| {
        let named = ["Service", "AWS"].iter().find_map(|kind| principal.get(kind));
        text(named.unwrap_or(principal))
    });
    Some(Permission {
        principal: principal.unwrap_or_default(),
        action: of("Action").map(text).unwrap_or_default(),
        source,
        url_auth,
        via_url,
        conditions: conditions.rest(),
    })
}

/// The conditions of a statement: operators, each with keys and values.
struct Conditions(Map<String, Value>);

impl Conditions {
    fn new(value: Option<&Value>) -> Self {
        Self(value.and_then(Value::as_object).cloned().unwrap_or_default())
    }

    /// Remove the condition with this key, which AWS writes in varying case, and return its value.
    fn take(&mut self, operators: &[&str], key: &str) -> Option<String> {
        let mut taken = None;
        for operator in operators {
            let Some(keys) = self.0.get_mut(*operator).and_then(Value::as_object_mut) else { continue };
            let name = keys.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned();
            if let Some(value) = name.and_then(|name| keys.remove(&name)) {
                taken = Some(text(&value));
            }
        }
        taken
    }

    /// Return what was not taken.
    fn rest(mut self) -> Option<Value> {
        self.0.retain(|_, keys| keys.as_object().is_none_or(|keys| !keys.is_empty()));
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }
}

/// Return a text as it is, also if it is the only one in a list, and anything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.len() == 1 => text(&values[0]),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(statement: Value) -> Permission {
        let policy = json!({ "Statement": [{ "Sid": "other" }, statement] }).to_string();
        super::statement(&policy, "ours").unwrap()
    }

    #[test]
    fn both_statements_of_a_public_url_are_read_as_aws_stores_them() {
        let url = read(json!({
            "Sid": "ours", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl",
            "Condition": { "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } },
        }));
        assert_eq!(url, Permission::to_call_url());
        let invoke = read(json!({
            "Sid": "ours", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction",
            "Condition": { "Bool": { "lambda:InvokedViaFunctionUrl": "true" } },
        }));
        assert_eq!(invoke, Permission::to_invoke_via_url());
    }

    #[test]
    fn other_spellings_of_the_same_statement_are_equal() {
        let invoke = read(json!({
            "Sid": "ours", "Effect": "Allow", "Principal": { "AWS": ["*"] }, "Action": ["lambda:InvokeFunction"],
            "Condition": { "Bool": { "LAMBDA:invokedViaFunctionUrl": true }, "StringEquals": {} },
        }));
        assert_eq!(invoke, Permission::to_invoke_via_url());
    }

    #[test]
    fn a_statement_with_another_content_differs() {
        let ours = json!({
            "Sid": "ours", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction",
            "Condition": { "Bool": { "lambda:InvokedViaFunctionUrl": "true" } },
        });
        let changes = [
            ("/Effect", json!("Deny")),
            ("/Principal", json!({ "AWS": "arn:aws:iam::111122223333:root" })),
            ("/Action", json!("lambda:*")),
            ("/Condition", json!({})),
            ("/Condition/Bool/lambda:InvokedViaFunctionUrl", json!("false")),
            ("/Condition/Bool", json!({ "aws:SecureTransport": "true" })),
            ("/Condition", json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } })),
        ];
        for (place, value) in changes {
            let mut other = ours.clone();
            *other.pointer_mut(place).unwrap() = value;
            assert_ne!(read(other), Permission::to_invoke_via_url(), "{place}");
        }
        assert_eq!(read(ours), Permission::to_invoke_via_url());
    }
}
