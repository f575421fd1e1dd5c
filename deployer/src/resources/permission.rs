//! A statement in a function's policy that allows a rule to invoke it.

use serde::Serialize;
use serde_json::Value;

const PRINCIPAL: &str = "events.amazonaws.com";
const ACTION: &str = "lambda:InvokeFunction";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    pub principal: String,
    pub action: String,
    /// The rule's ARN.
    pub source: String,
    /// Conditions that we do not set; a `SourceAccount`, for example, would prevent the rule from invoking.
    #[serde(skip_serializing_if = "Option::is_none", rename = "further")]
    pub conditions: Option<Value>,
}

impl Permission {
    /// Return the permission for the rule with this ARN.
    pub fn for_rule(arn: String) -> Self {
        Self { principal: PRINCIPAL.to_owned(), action: ACTION.to_owned(), source: arn, conditions: None }
    }
}

/// Read the statement with this id. AWS answers with `ArnLike`; its own description says `StringLike`.
pub fn statement(policy: &str, id: &str) -> Option<Permission> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let statements = policy.get("Statement")?.as_array()?;
    let statement = statements.iter().find(|statement| statement["Sid"] == id)?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut conditions = statement.get("Condition").cloned().unwrap_or(Value::Null);
    let mut source = String::new();
    for operator in ["ArnLike", "StringLike", "ArnEquals", "StringEquals"] {
        let Some(keys) = conditions.get_mut(operator).and_then(Value::as_object_mut) else { continue };
        let key = keys.keys().find(|key| key.eq_ignore_ascii_case("aws:SourceArn")).cloned();
        if let Some(found) = key.and_then(|key| keys.remove(&key)) {
            source = text(&found);
        }
    }
    if let Some(operators) = conditions.as_object_mut() {
        operators.retain(|_, keys| keys.as_object().is_none_or(|keys| !keys.is_empty()));
    }
    let other_conditions = (!conditions.is_null()
        && conditions.as_object().is_none_or(|rest| !rest.is_empty()))
    .then_some(conditions);
    let principal =
        statement.get("Principal").map(|principal| text(principal.get("Service").unwrap_or(principal)));
    Some(Permission {
        principal: principal.unwrap_or_default(),
        action: statement.get("Action").map(text).unwrap_or_default(),
        source,
        conditions: other_conditions,
    })
}
