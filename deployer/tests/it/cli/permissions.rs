//! The policy that `permissions` prints: its conditions, which the emulator does not check, and what a page adds.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Fixture, snapshot};

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

/// What a policy allows: one action on one resource, with the name of its statement.
fn allowed(fixture: &Fixture, audience: &str) -> BTreeSet<String> {
    let printed = fixture.deploy(&["permissions", "--for", audience]).run().ended(0).json();
    let mut all = BTreeSet::new();
    for statement in printed["Statement"].as_array().unwrap() {
        let name = statement["Sid"].as_str().unwrap();
        for action in many(&statement["Action"]) {
            all.extend(many(&statement["Resource"]).iter().map(|on| format!("{name}: {action} on {on}")));
        }
    }
    all
}

fn many(value: &Value) -> Vec<&str> {
    let one = || vec![value.as_str().unwrap()];
    value.as_array().map_or_else(one, |all| all.iter().map(|each| each.as_str().unwrap()).collect())
}

/// A page that an earlier configuration has left behind must be found and removed, whatever its region.
#[test]
fn a_page_adds_what_creates_and_changes_it() {
    let fixture = Fixture::new();
    let [up, status] = ["up", "status"].map(|audience| allowed(&fixture, audience));
    let of_page = |all: &BTreeSet<String>| {
        let lines = all.iter().filter(|line| line.starts_with("Page"));
        lines.cloned().collect::<Vec<_>>().join("\n")
    };
    snapshot!(of_page(&up), @"
    Page: lambda:DeleteFunctionUrlConfig on arn:aws:lambda:*:*:function:plex-remote-health-page
    Page: lambda:GetFunctionUrlConfig on arn:aws:lambda:*:*:function:plex-remote-health-page
    ");
    snapshot!(of_page(&status), @"Page: lambda:GetFunctionUrlConfig on arn:aws:lambda:*:*:function:plex-remote-health-page");
    fixture.edit("[function]", "[page]\ntitle = \"Home\"\n\n[function]");
    let added = |audience, before: &BTreeSet<String>| {
        let after = allowed(&fixture, audience);
        assert!(before.is_subset(&after), "{audience}: {before:?} {after:?}");
        after.difference(before).cloned().collect::<Vec<_>>().join("\n")
    };
    snapshot!(added("up", &up), @"
    Page: lambda:CreateFunctionUrlConfig on arn:aws:lambda:*:*:function:plex-remote-health-page
    Page: lambda:PutFunctionConcurrency on arn:aws:lambda:*:*:function:plex-remote-health-page
    Page: lambda:UpdateFunctionUrlConfig on arn:aws:lambda:*:*:function:plex-remote-health-page
    PageAccount: lambda:GetAccountSettings on *
    PassedRole: iam:PassRole on arn:aws:iam::*:role/plex-remote-health-page-role
    ");
    snapshot!(added("status", &status), @"PageAccount: lambda:GetAccountSettings on *");
}
