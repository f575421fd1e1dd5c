//! The policy of `permissions` is sufficient, and every action in it is needed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::scenario::{Scenario, as_user};
use super::{
    Names, Right, deployed, in_the_emulators_name, in_the_emulators_names, named, rights, with_page, without,
};
use crate::support::{Fixture, in_parallel};

/// Actions that AWS requires and the emulator does not.
const UNCHECKED: [(&str, &str, &str); 9] = [
    // "Granting a user permissions to pass a role to an AWS service", IAM User Guide.
    ("PassedRole", "iam:PassRole", "required to pass a role to a function"),
    // "Permissions required for working with tags", Lambda Developer Guide.
    ("Function", "lambda:ListTags", "GetFunction of a function with tags asks for it, too"),
    // "Actions, resources, and condition keys for AWS Lambda", Service Authorization Reference: actions of their own.
    ("Function", "lambda:GetFunctionEventInvokeConfig", "the emulator takes it for GetFunction"),
    ("Function", "lambda:PutFunctionEventInvokeConfig", "the emulator takes it for UpdateFunctionCode"),
    // "Actions, resources, and condition keys for AWS Systems Manager", the same: it has the resource type parameter.
    (
        "State",
        "ssm:DeleteParameters",
        "the emulator grants it for all parameters or none; one by one is left then",
    ),
    ("Secrets", "ssm:DeleteParameters", "the same"),
    ("Anything", "events:ListRuleNamesByTarget", "without it, a warning says that other rules are not known"),
    ("Anything", "freetier:GetAccountPlanState", "optional: without it, the end of the account is not known"),
    (
        "PageAccount",
        "lambda:GetAccountSettings",
        "optional: without it, a reservation that is too large is refused only when it is made",
    ),
];

/// A scenario that succeeded with the whole policy.
pub struct Passed {
    scenario: Scenario,
    pub fixture: Fixture,
    audience: &'static str,
    calls: BTreeSet<String>,
}

impl Passed {
    pub fn through(scenario: Scenario, audience: &'static str) -> Self {
        let fixture = scenario.fixture();
        let policy = printed(&fixture, audience);
        let user = fixture.user(&in_the_emulators_names(&policy));
        let ran = scenario.run(&fixture, &user).ended(0);
        let calls: BTreeSet<String> = ran.calls().into_iter().map(str::to_owned).collect();
        let allowed: BTreeSet<String> = rights(&policy).iter().map(|right| call(&right.1)).collect();
        // The emulator takes some actions for others. AWS allows everyone to ask who they are.
        let missing: Vec<&String> =
            calls.difference(&allowed).filter(|call| *call != "sts:GetCallerIdentity").collect();
        assert_eq!(missing, [""; 0], "{scenario:?} makes calls that the policy does not allow");
        Self { scenario, fixture, audience, calls }
    }

    /// Return whether it fails without this action, and reports it.
    fn misses(&self, right: &Right) -> bool {
        let fresh = (!self.scenario.changes_nothing()).then(|| self.scenario.fixture());
        let fixture = fresh.as_ref().unwrap_or(&self.fixture);
        let mut policy = without(&printed(fixture, self.audience), right);
        for other in rights(&policy).iter().filter(|other| self.is_mistaken_for(right, other)) {
            policy = without(&policy, other);
        }
        let user = fixture.user(&in_the_emulators_names(&policy));
        let ran = self.scenario.run(fixture, &user);
        let refused = format!("{} was refused", call(&right.1));
        ran.code == Some(1)
            && ran.stderr.contains(&refused)
            && ran
                .stderr
                .contains(&format!("the credentials in use need `{}`", in_the_emulators_name(&right.1)))
    }

    /// Whether `other`, which the scenario does not use, allows the same in the emulator.
    fn is_mistaken_for(&self, right: &Right, other: &Right) -> bool {
        in_the_emulators_name(&right.1) == in_the_emulators_name(&other.1)
            && !self.calls.contains(&call(&other.1))
    }
}

/// The call that an action is named after, with one exception.
fn call(action: &str) -> String {
    if action == "lambda:InvokeFunction" { "lambda:Invoke".to_owned() } else { action.to_owned() }
}

/// Of the actions that `is_meant` selects, those that no scenario needs.
pub fn spare(
    scenarios: &[Scenario],
    audience: &'static str,
    is_meant: fn(&Right) -> bool,
) -> BTreeSet<Right> {
    let mut passed = in_parallel(scenarios.to_vec(), |scenario| Passed::through(scenario, audience));
    passed.sort_by_key(|passed| scenarios.iter().position(|scenario| *scenario == passed.scenario));
    let mut meant = rights(&printed(&passed[0].fixture, audience));
    meant.retain(is_meant);
    let known = unchecked(&meant);
    let spare = in_parallel(meant, |right| {
        let callers = passed.iter().filter(|passed| passed.calls.contains(&call(&right.1)));
        // If the emulator does not check an action, the first scenario shows it.
        let mut callers = callers.take(if known.contains(&right) { 1 } else { usize::MAX });
        let missed = callers.any(|passed| passed.misses(&right));
        (!missed).then_some(right)
    });
    spare.into_iter().flatten().collect()
}

/// The actions of a policy that the emulator does not check.
pub fn unchecked(rights: &[Right]) -> BTreeSet<Right> {
    let table = UNCHECKED.iter().map(|(name, action, _)| ((*name).to_owned(), (*action).to_owned()));
    table.filter(|right| rights.contains(right)).collect()
}

pub fn printed(fixture: &Fixture, audience: &str) -> Value {
    fixture.deploy(&["permissions", "--for", audience]).run().ended(0).json()
}

#[test]
fn the_policy_for_up_is_sufficient_and_minimal() {
    let all = rights(&printed(&named().0, "up"));
    assert_eq!(spare(&Scenario::ALL, "up", |_| true), unchecked(&all));
}

#[test]
fn all_actions_that_only_aws_checks_are_in_the_policy() {
    let all = rights(&printed(&with_page().0, "up"));
    assert_eq!(unchecked(&all).len(), UNCHECKED.len());
}

#[test]
fn the_policy_for_status_is_sufficient_and_minimal() {
    let all = rights(&printed(&named().0, "status"));
    assert_eq!(spare(&Scenario::LOOKING, "status", |_| true), unchecked(&all));
}

#[test]
fn actions_that_only_aws_checks_are_called() {
    let (fixture, _) = named();
    let up = fixture.up().ended(0);
    for operation in ["GetFunctionEventInvokeConfig", "PutFunctionEventInvokeConfig"] {
        assert!(up.calls().contains(&format!("lambda:{operation}").as_str()), "{operation}");
    }
}

#[test]
fn the_policy_without_secrets_allows_deleting_previous_ones() {
    let passed = Passed::through(Scenario::UpWithoutSecrets, "up");
    let on_secrets: Vec<Right> =
        rights(&printed(&passed.fixture, "up")).into_iter().filter(|(name, _)| name == "Secrets").collect();
    assert_eq!(on_secrets.len(), 2, "{on_secrets:?}");
    assert!(on_secrets.iter().all(|right| passed.misses(right)), "{on_secrets:?}");
}

#[test]
fn the_policy_for_status_allows_no_changes() {
    let (fixture, names) = deployed();
    let user = fixture.user(&in_the_emulators_names(&printed(&fixture, "status")));
    let before = fixture.inventory();
    for scenario in [Scenario::Invoke, Scenario::Down] {
        let ran = scenario.run(&fixture, &user).ended(1);
        assert!(ran.stderr.contains("AccessDenied"), "{}", ran.whole());
    }
    let secret = user.call("ssm", "get_parameter", json!({"Name": names.secrets, "WithDecryption": true}));
    assert!(secret.unwrap_err().starts_with("AccessDenied"));
    assert_eq!(fixture.inventory(), before);
    assert_eq!(fixture.plan(), [""; 0]);
}

/// The new values are known, but not the current ones.
#[test]
fn without_permission_to_read_the_secret_it_is_not_compared_and_a_warning_says_so() {
    let (fixture, names) = deployed();
    let user = fixture.user(&in_the_emulators_names(&printed(&fixture, "status")));
    let warning =
        format!("warning: secret `{}` was not compared: these credentials may not read it", names.secrets);
    for args in [["plan", "--exit-code"], ["status", "--exit-code"]] {
        let looked = as_user(fixture.with_code(&args), &user).run().ended(0);
        assert!(looked.stderr.contains(&warning), "{}", looked.whole());
        let changed = as_user(fixture.with_code(&args), &user).env("PUSHOVER_TOKEN", "another").run();
        assert!(!changed.ended(0).stdout.contains("secret"));
        assert!(!fixture.with_code(&args).run().ended(0).stderr.contains("warning"));
    }
    let up = as_user(fixture.with_code(&["up", "--yes"]), &user).run().ended(1);
    assert!(up.stderr.contains("the credentials in use need `ssm:GetParameter`"), "{}", up.whole());
}

/// Only the permissions of the function are new, so only they are waited for.
#[test]
fn a_denied_invoke_is_reported_at_once() {
    let (fixture, _) = named();
    let right = ("Function".to_owned(), "lambda:InvokeFunction".to_owned());
    let user = fixture.user(&in_the_emulators_names(&without(&printed(&fixture, "up"), &right)));
    let up = Scenario::Up.run(&fixture, &user).ended(1);
    assert_eq!(up.calls().iter().filter(|call| **call == "lambda:Invoke").count(), 1, "{}", up.whole());
    assert!(up.stderr.contains("error: everything is deployed, but the first run failed"), "{}", up.whole());
    assert!(up.stderr.contains("the credentials in use need `lambda:InvokeFunction`"), "{}", up.whole());
}

#[test]
fn the_policy_allows_nothing_outside_of_this_deployment() {
    let (fixture, names) = deployed();
    let Names { function, role, rule, log_group, state, secrets, .. } = names;
    fixture.edit(&function, "other");
    let user = fixture.user(&in_the_emulators_names(&printed(&fixture, "up")));
    let before = fixture.inventory();
    let wide = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    for (service, operation, parameters) in [
        ("iam", "put_role_policy", json!({"RoleName": role, "PolicyName": "wide", "PolicyDocument": wide})),
        ("iam", "delete_role", json!({"RoleName": role})),
        ("lambda", "invoke", json!({"FunctionName": function})),
        ("lambda", "delete_function", json!({"FunctionName": function})),
        ("events", "delete_rule", json!({"Name": rule})),
        ("ssm", "get_parameter", json!({"Name": secrets, "WithDecryption": true})),
        ("ssm", "delete_parameter", json!({"Name": state})),
        ("logs", "delete_log_group", json!({"logGroupName": log_group})),
    ] {
        let refusal = user.call(service, operation, parameters).expect_err(operation);
        assert!(refusal.starts_with("AccessDenied"), "{operation}: {refusal}");
    }
    assert_eq!(fixture.inventory(), before);
}
