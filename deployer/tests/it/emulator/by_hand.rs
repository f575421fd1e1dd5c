//! Deletions by another client: of one resource, or of any set of them.

use serde_json::{Value, json};

use crate::support::{Fixture, HISTORY, LOG_GROUP, NAME, ROLE, RULE, SECRETS, STATE};

/// The resources of a deployment. The permission belongs to the function, so the rule comes before the function.
const THINGS: [&str; 5] = ["role", "log group", "parameters", "schedule", "function"];

/// All 31 sets of at least one resource.
pub fn subsets() -> impl Iterator<Item = Vec<&'static str>> {
    let chosen = |subset: u32| {
        let things = THINGS.iter().enumerate().filter(move |(bit, _)| subset >> bit & 1 == 1);
        things.map(|(_, thing)| *thing).collect()
    };
    (1..1 << THINGS.len()).map(chosen)
}

/// Delete a resource as another client would.
pub fn delete(fixture: &Fixture, thing: &str) {
    let calls: Vec<(&str, &str, Value)> = match thing {
        "role" => vec![
            (
                "iam",
                "delete_role_policy",
                json!({"RoleName": ROLE, "PolicyName": "plex-remote-health-inline"}),
            ),
            ("iam", "delete_role", json!({"RoleName": ROLE})),
        ],
        "log group" => vec![("logs", "delete_log_group", json!({"logGroupName": LOG_GROUP}))],
        "state" => vec![("ssm", "delete_parameter", json!({"Name": STATE}))],
        "history" => vec![("ssm", "delete_parameter", json!({"Name": HISTORY}))],
        "secret" => vec![("ssm", "delete_parameter", json!({"Name": SECRETS}))],
        "parameters" => vec![("ssm", "delete_parameters", json!({"Names": [STATE, SECRETS, HISTORY]}))],
        "function" => vec![("lambda", "delete_function", json!({"FunctionName": NAME}))],
        "rule" => rule(),
        "schedule" => {
            let permission = json!({"FunctionName": NAME, "StatementId": "plex-remote-health-events"});
            [rule(), vec![("lambda", "remove_permission", permission)]].concat()
        }
        other => panic!("{other} is not a thing"),
    };
    for (service, operation, parameters) in calls {
        fixture.aws(service, operation, parameters);
    }
}

/// The rule with its target, which must be deleted first.
fn rule() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("events", "remove_targets", json!({"Rule": RULE, "Ids": ["lambda"]})),
        ("events", "delete_rule", json!({"Name": RULE})),
    ]
}
