//! The policies that we write hold: nothing in them is too little and nothing too much. The emulator enforces them.

mod policy;
mod role;
mod scenario;

use serde_json::{Value, json};

use crate::support::World;

/// What a deployment of its own name has in AWS.
struct Names {
    function: String,
    role: String,
    role_policy: String,
    rule: String,
    legacy_rule: String,
    log_group: String,
    state: String,
    secrets: String,
}

impl Names {
    fn of(world: &World) -> Self {
        let name = world.own_name();
        Self {
            role: format!("{name}-role"),
            role_policy: format!("{name}-inline"),
            rule: format!("{name}-schedule"),
            legacy_rule: format!("{name}-5min"),
            log_group: format!("/aws/lambda/{name}"),
            state: format!("/homelab/{name}"),
            secrets: format!("/homelab/{name}_secrets"),
            function: name,
        }
    }
}

/// A world whose deployment has these names.
fn named() -> (World, Names) {
    let world = World::named();
    let names = Names::of(&world);
    (world, names)
}

/// The same, with the monitor deployed by one who may do everything, and its first message taken from the phone.
fn deployed() -> (World, Names) {
    let (world, names) = named();
    (world.and_deployed(), names)
}

/// Actions for which the emulator does not find out what they are done to, and so asks for a right to everything.
const ON_ANYTHING: [&str; 6] = [
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "events:TagResource",
    "lambda:CreateFunction",
];

/// The same policy in the emulator's names, where these are not AWS's: a rule's ARN has the name of its bus in it
/// (AWS leaves out the default one), and a log group's never ends in `:*`.
fn in_the_emulators_names(policy: &Value) -> Value {
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
            single["Action"] = json!(action);
            statements.push(single);
        }
    }
    json!({"Version": policy["Version"], "Statement": statements})
}

/// Policies have one thing or a list of things.
fn many(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    value.as_array().map_or_else(|| vec![text(value)], |values| values.iter().map(text).collect())
}

/// An action as a statement allows it: the statement's name and the action's.
type Right = (String, String);

fn rights(policy: &Value) -> Vec<Right> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let rights = statements.flat_map(|statement| {
        let name = statement["Sid"].as_str().unwrap().to_owned();
        many(&statement["Action"]).into_iter().map(move |action| (name.clone(), action))
    });
    rights.collect()
}

/// The policy less one action in one statement.
fn without(policy: &Value, (name, action): &Right) -> Value {
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
