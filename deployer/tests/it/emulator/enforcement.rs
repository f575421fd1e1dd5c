//! The policies that we write are sufficient and minimal. The emulator enforces them.

mod page;
mod policy;
mod role;
mod scenario;

use serde_json::{Value, json};

use crate::support::Fixture;

/// The names of a deployment in AWS.
struct Names {
    function: String,
    /// The page's function.
    page: String,
    role: String,
    role_policy: String,
    rule: String,
    legacy_rule: String,
    log_group: String,
    state: String,
    secrets: String,
    history: String,
}

impl Names {
    fn of(fixture: &Fixture) -> Self {
        let name = fixture.unique_name();
        Self {
            role: format!("{name}-role"),
            role_policy: format!("{name}-inline"),
            rule: format!("{name}-schedule"),
            legacy_rule: format!("{name}-5min"),
            log_group: format!("/aws/lambda/{name}"),
            state: format!("/homelab/{name}"),
            secrets: format!("/homelab/{name}_secrets"),
            history: format!("/homelab/{name}_history"),
            page: format!("{name}-page"),
            function: name,
        }
    }
}

/// A fixture with a deployment of its own name.
fn named() -> (Fixture, Names) {
    let fixture = Fixture::named();
    let names = Names::of(&fixture);
    (fixture, names)
}

/// The same, deployed by a user with all permissions; the first message was taken from the phone.
fn deployed() -> (Fixture, Names) {
    let (fixture, names) = named();
    (fixture.with_deployment(), names)
}

/// A fixture whose configuration has a page.
fn with_page() -> (Fixture, Names) {
    let (fixture, names) = named();
    fixture.edit("[function]", &format!("{PAGE}[function]"));
    (fixture, names)
}

const PAGE: &str = "[page]\ntitle = \"Home\"\n\n";

/// Actions whose resource the emulator does not determine, so it requires permission for all resources.
const ON_ANYTHING: [&str; 6] = [
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "events:TagResource",
    "lambda:CreateFunction",
];

/// Actions, and those for which the emulator takes them.
const TAKEN_FOR: [(&str, &str); 3] = [
    ("lambda:DeleteFunctionConcurrency", "lambda:PutFunctionConcurrency"),
    ("lambda:DeleteFunctionUrlConfig", "lambda:CreateFunctionUrlConfig"),
    ("lambda:UpdateFunctionUrlConfig", "lambda:CreateFunctionUrlConfig"),
];

/// The emulator's name of an action.
fn in_the_emulators_name(action: &str) -> &str {
    TAKEN_FOR.iter().find(|(ours, _)| *ours == action).map_or(action, |(_, theirs)| theirs)
}

/// Translate a policy to the emulator's names of actions, and to its ARNs where they differ from those of AWS: the ARN of
/// a rule contains the name of its bus (AWS omits the default one), and that of a log group never ends in `:*`.
pub fn in_the_emulators_names(policy: &Value) -> Value {
    let mut statements = Vec::new();
    for statement in policy["Statement"].as_array().unwrap() {
        let resources: Vec<String> = many(&statement["Resource"])
            .iter()
            .map(|arn| arn.replace(":rule/", ":rule/default/").trim_end_matches(":*").to_owned())
            .collect();
        for action in many(&statement["Action"]) {
            let mut single = statement.clone();
            single["Resource"] =
                if ON_ANYTHING.contains(&action.as_str()) { json!("*") } else { json!(resources) };
            single["Action"] = json!(in_the_emulators_name(&action));
            statements.push(single);
        }
    }
    json!({"Version": policy["Version"], "Statement": statements})
}

/// Policies have one value or a list.
fn many(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    value.as_array().map_or_else(|| vec![text(value)], |values| values.iter().map(text).collect())
}

/// An action as a statement allows it: the statement's name and the action's.
pub type Right = (String, String);

pub fn rights(policy: &Value) -> Vec<Right> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let rights = statements.flat_map(|statement| {
        let name = statement["Sid"].as_str().unwrap().to_owned();
        many(&statement["Action"]).into_iter().map(move |action| (name.clone(), action))
    });
    rights.collect()
}

/// The policy without one action in one statement.
pub fn without(policy: &Value, (name, action): &Right) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().unwrap();
    for statement in &mut *statements {
        if statement["Sid"] == name.as_str() {
            let left: Vec<String> =
                many(&statement["Action"]).into_iter().filter(|each| each != action).collect();
            statement["Action"] = json!(left);
        }
    }
    statements.retain(|statement| !many(&statement["Action"]).is_empty());
    policy
}
