//! `permissions`: print the least IAM policy for the person or the CI job that runs this program.
//!
//! Mostly a table: every call that the program makes is listed here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::{Audience, Permissions};
use crate::config::Config;
use crate::context::Context;
use crate::error::{Context as _, Error, Exit, Result};
use crate::names::{Account, Names, any_part};
use crate::print::stdout;

/// What an action is allowed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum On {
    Role,
    /// The role, where it is passed to a function.
    PassedRole,
    Function,
    Rule,
    State,
    Secrets,
    LogGroup,
    /// AWS has no narrower resource.
    Anything,
}

use On::{Anything, Function, LogGroup, PassedRole, Role, Rule, Secrets, State};

/// For reads: `plan`, `status`, `logs`.
const LOOKING: [(On, &[&str]); 7] = [
    (Role, &["iam:GetRole", "iam:GetRolePolicy"]),
    (
        Function,
        &["lambda:GetFunction", "lambda:GetFunctionEventInvokeConfig", "lambda:GetPolicy", "lambda:ListTags"],
    ),
    (Rule, &["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"]),
    (State, &["ssm:GetParameter", "ssm:ListTagsForResource"]),
    (Secrets, &["ssm:ListTagsForResource"]),
    (LogGroup, &["logs:FilterLogEvents", "logs:ListTagsForResource"]),
    (Anything, &["logs:DescribeLogGroups"]),
];

/// In addition for changes: `up`, `invoke`, `down`.
const CHANGING: [(On, &[&str]); 8] = [
    (Anything, &["events:ListRuleNamesByTarget"]),
    (
        Role,
        &[
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
        ],
    ),
    (PassedRole, &["iam:PassRole"]),
    (
        Function,
        &[
            "lambda:AddPermission",
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:GetFunctionConfiguration",
            "lambda:InvokeFunction",
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:RemovePermission",
            "lambda:TagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ],
    ),
    (
        Rule,
        &[
            "events:DeleteRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
        ],
    ),
    (State, &["ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:DeleteParameters", "ssm:PutParameter"]),
    (
        Secrets,
        &[
            "ssm:AddTagsToResource",
            "ssm:DeleteParameter",
            "ssm:DeleteParameters",
            "ssm:GetParameter",
            "ssm:PutParameter",
        ],
    ),
    (
        LogGroup,
        &["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"],
    ),
];

/// For secrets that an earlier configuration may have left, where the current one has none.
const LEFTOVER: [&str; 2] = ["ssm:DeleteParameter", "ssm:ListTagsForResource"];

/// What could extend the permissions of a role. With a boundary, these are allowed only on roles that have it.
const BOUNDED: [&str; 6] = [
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
];

/// What the policy allows without a boundary.
const WITHOUT_BOUNDARY: &str = "this policy lets its holder become administrator of the account: it can attach any policy \
    to the role and run code with it. Use `--boundary ARN` to limit the role to a permissions boundary";

/// Print the policy to stdout. The warning goes to stderr, so that stdout stays JSON.
pub async fn run(context: &Context, args: &Permissions) -> Result<Exit> {
    let config = context.config()?;
    if args.boundary.as_ref().is_some_and(|arn| !arn.starts_with("arn:") || !arn.contains(":policy/")) {
        return Err(Error::usage("--boundary must be the ARN of a policy")
            .hint("for example: --boundary arn:aws:iam::123456789012:policy/plexmon-boundary"));
    }
    let document = policy(&config, args, context.global.region.as_deref().or(config.region.as_deref()));
    let text = serde_json::to_string_pretty(&document).context(|| "could not write the policy as JSON")?;
    if args.audience == Audience::Up && args.boundary.is_none() {
        context.output.warning(WITHOUT_BOUNDARY);
    }
    stdout(&format!("{text}\n")).map(|()| Exit::Success)
}

fn policy(config: &Config, args: &Permissions, region: Option<&str>) -> Value {
    let mut actions: BTreeMap<On, Vec<&str>> = BTreeMap::new();
    let changing: &[(On, &[&str])] = if args.audience == Audience::Up { &CHANGING } else { &[] };
    for (on, names) in LOOKING.iter().chain(changing) {
        actions.entry(*on).or_default().extend(*names);
    }
    if let Some(secrets) = actions.get_mut(&Secrets).filter(|_| config.secrets.is_empty()) {
        secrets.retain(|action| LEFTOVER.contains(action));
    }
    let boundary = args.boundary.as_ref().filter(|_| args.audience == Audience::Up);
    if let (Some(_), Some(role)) = (boundary, actions.get_mut(&Role)) {
        role.retain(|action| !BOUNDED.contains(action));
    }
    // The policy may be attached in any account.
    let account = Account {
        partition: region.map_or("*", partition).to_owned(),
        id: "*".to_owned(),
        region: region.unwrap_or("*").to_owned(),
    };
    let names = Names::new(config);
    let mut statements: Vec<Value> = actions
        .iter()
        .map(|(on, actions)| {
            let mut statement = json!({
                "Sid": format!("{on:?}"),
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": resource(*on, &names, &account),
            });
            if *on == PassedRole {
                // As in AWSLambda_FullAccess of AWS: no other service may use this role.
                statement["Condition"] = equals("iam:PassedToService", "lambda.amazonaws.com");
            }
            statement
        })
        .collect();
    if let Some(boundary) = boundary {
        statements.push(json!({
            "Sid": "BoundedRole",
            "Effect": "Allow",
            "Action": BOUNDED,
            "Resource": resource(Role, &names, &account),
            "Condition": equals("iam:PermissionsBoundary", boundary),
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn equals(key: &str, value: &str) -> Value {
    json!({ "StringEquals": { key: value } })
}

fn sorted(actions: &[&str]) -> Vec<String> {
    let mut actions: Vec<String> = actions.iter().map(|action| (*action).to_owned()).collect();
    actions.sort();
    actions
}

fn resource(on: On, names: &Names, account: &Account) -> Value {
    let log_group = account.log_group(&names.log_group());
    match on {
        Role | PassedRole => account.role(&names.role()).into(),
        Function => account.function(names.function()).into(),
        Rule => json!([account.rule(&names.rule()), account.rule(&names.legacy_rule())]),
        State => {
            json!([
                account.parameter(&names.state_parameter),
                account.parameter(&any_part(&names.state_parameter))
            ])
        }
        Secrets => account.parameter(&names.secrets_parameter()).into(),
        // Calls on the group use the first form, calls on its events the second.
        LogGroup => json!([log_group, format!("{log_group}:*")]),
        Anything => "*".into(),
    }
}

/// Return the partition of a region, by the prefix of its name.
fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        region if region.starts_with("eusc-") => "aws-eusc",
        region if region.starts_with("us-iso") || region.starts_with("eu-iso") => "*",
        _ => "aws",
    }
}
