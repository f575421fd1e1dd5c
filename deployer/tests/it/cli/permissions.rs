//! The conditions of the policy that `permissions` prints, which the emulator does not check.

use serde_json::{Value, json};

use crate::support::Fixture;

const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/boundary";

fn statements(args: &[&str]) -> Vec<Value> {
    let printed = Fixture::new().deploy(&["permissions"]).args(args).run().ended(0).json();
    printed["Statement"].as_array().unwrap().clone()
}

fn statement(statements: &[Value], name: &str) -> Value {
    statements.iter().find(|statement| statement["Sid"] == name).unwrap().clone()
}

#[test]
fn the_role_may_only_be_passed_to_lambda() {
    let passed = statement(&statements(&[]), "PassedRole");
    assert_eq!(passed["Action"], json!(["iam:PassRole"]));
    assert_eq!(passed["Resource"], "arn:aws:iam::*:role/plex-remote-health-role");
    let to_lambda = json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}});
    assert_eq!(passed["Condition"], to_lambda);
}

#[test]
fn with_a_boundary_every_action_that_extends_the_role_requires_it() {
    let with = statements(&["--boundary", BOUNDARY]);
    let bounded = statement(&with, "BoundedRole");
    assert_eq!(bounded["Condition"], json!({"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}));
    let actions = |statement: &Value| statement["Action"].as_array().unwrap().clone();
    let mut together = [actions(&statement(&with, "Role")), actions(&bounded)].concat();
    together.retain(|action| action != "iam:PutRolePermissionsBoundary");
    together.sort_by_key(ToString::to_string);
    // The actions are the same as without a boundary, and the one that sets the boundary.
    assert_eq!(together, actions(&statement(&statements(&[]), "Role")));
    let widening = [
        "iam:CreateRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    ];
    assert!(widening.iter().all(|action| actions(&bounded).contains(&json!(action))));
    // A policy for reading does not create roles.
    assert_eq!(statements(&["--for", "status", "--boundary", BOUNDARY]), statements(&["--for", "status"]));
}

#[test]
fn without_a_boundary_a_warning_explains_the_risk_of_the_policy() {
    let stderr = |args: &[&str]| Fixture::new().deploy(&["permissions"]).args(args).run().ended(0).stderr;
    let warning = stderr(&[]);
    assert!(
        warning.starts_with("warning: this policy lets its holder become an administrator")
            && warning.contains("--boundary ARN"),
        "{warning}"
    );
    assert_eq!(stderr(&["--boundary", BOUNDARY]), "");
    assert_eq!(stderr(&["--for", "status"]), "");
}
