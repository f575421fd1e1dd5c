//! `permissions`: print the minimal IAM policy for the person or the CI job that runs this program, or who may assume the
//! role of a CI job.
//!
//! The file of each resource lists the actions that it needs; this command combines them into statements.

mod github;
mod trust;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::{Audience, Permissions};
use crate::config::Config;
use crate::context::Context;
use crate::error::{Context as _, Error, Exit, Result};
use crate::names::parameters::{any_history, any_part};
use crate::names::{Account, LambdaKind, LambdaNames, Names, partition};
use crate::print::stdout;
use crate::resource::{Actions, Subject};
use crate::resources;
use crate::resources::function_url::ACTIONS_WITHOUT_PAGE;
use crate::resources::role::BOUNDED_ACTIONS;
use crate::resources::secret::ACTIONS_WITHOUT_SECRETS;

/// The warning about a policy without a permissions boundary.
const WITHOUT_BOUNDARY: &str = "this policy lets its holder become an administrator of the account: it can attach any policy \
    to the role and run code with it. Use `--boundary ARN` to limit the role to a permissions boundary";

/// Print the policy to stdout. Warnings and notes go to stderr, so that stdout stays JSON.
pub async fn run(context: &Context, args: &Permissions) -> Result<Exit> {
    if let Some(trusted) = &args.trust {
        return print(&trust::policy(context, args, trusted)?);
    }
    let config = context.config()?;
    if args.boundary.as_ref().is_some_and(|arn| !arn.starts_with("arn:") || !arn.contains(":policy/")) {
        return Err(Error::usage("--boundary must be the ARN of a policy")
            .hint("for example: --boundary arn:aws:iam::123456789012:policy/plexmon-boundary"));
    }
    let document = policy(&config, args, context.global.region.as_deref().or(config.region.as_deref()));
    if args.audience == Audience::Up && args.boundary.is_none() {
        context.output.warning(WITHOUT_BOUNDARY);
    }
    print(&document)
}

fn print(document: &Value) -> Result<Exit> {
    let text = serde_json::to_string_pretty(document).context(|| "could not write the policy as JSON")?;
    stdout(&format!("{text}\n")).map(|()| Exit::Success)
}

fn policy(config: &Config, args: &Permissions, region: Option<&str>) -> Value {
    let mut actions: BTreeMap<Subject, Vec<&str>> = BTreeMap::new();
    let all = resources::ACTIONS.into_iter().flatten();
    for Actions { on, read, write } in all {
        let write = if args.audience == Audience::Up { *write } else { &[] };
        actions.entry(*on).or_default().extend(read.iter().chain(write));
    }
    actions.retain(|_, actions| !actions.is_empty());
    if let Some(secrets) = actions.get_mut(&Subject::Secrets).filter(|_| config.secrets.is_empty()) {
        secrets.retain(|action| ACTIONS_WITHOUT_SECRETS.contains(action));
    }
    let boundary = args.boundary.as_ref().filter(|_| args.audience == Audience::Up);
    if let (Some(_), Some(role)) = (boundary, actions.get_mut(&Subject::Role)) {
        role.retain(|action| !BOUNDED_ACTIONS.contains(action));
    }
    // The policy may be attached in any account.
    let account = Account {
        partition: region.and_then(partition).unwrap_or("*").to_owned(),
        id: "*".to_owned(),
        region: region.unwrap_or("*").to_owned(),
    };
    let names = Names::new(config, &account.region);
    let has_page = names.lambdas().any(|lambda| lambda.kind == LambdaKind::Page);
    if !has_page {
        actions.remove(&Subject::PageAccount);
        let page = actions.entry(Subject::Page).or_default();
        page.retain(|action| ACTIONS_WITHOUT_PAGE.contains(action));
    }
    let mut statements: Vec<Value> = actions
        .iter()
        .map(|(on, actions)| {
            let mut statement = json!({
                "Sid": format!("{on:?}"),
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": resource(*on, &names, &account),
            });
            if *on == Subject::PassedRole {
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
            "Action": BOUNDED_ACTIONS,
            "Resource": resource(Subject::Role, &names, &account),
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

fn resource(on: Subject, names: &Names, account: &Account) -> Value {
    let of = |lambda: &LambdaNames| account.in_region(&lambda.region);
    // An earlier configuration may have left the page behind, in any region.
    let page = names.page_in("*");
    let configured = names.lambdas().filter(|lambda| lambda.function != page.function);
    let all: Vec<&LambdaNames> = configured.chain([&page]).collect();
    let arns: Vec<String> = match on {
        Subject::Role => {
            let past = names.past_page_role();
            let roles = names.lambdas().map(|lambda| &lambda.role).chain(&past);
            roles.map(|role| account.role(&role.role)).collect()
        }
        Subject::PassedRole => names.lambdas().map(|lambda| account.role(&lambda.role.role)).collect(),
        Subject::Function => all.iter().map(|lambda| of(lambda).function(&lambda.function)).collect(),
        Subject::Page => vec![of(&page).function(&page.function)],
        Subject::Rule => names.rules().iter().map(|rule| account.rule(rule)).collect(),
        Subject::State => {
            let state = &names.state_parameter;
            let all = [state.clone(), any_part(state), any_history(state), names.announcements_parameter()];
            all.map(|name| account.parameter(&name)).to_vec()
        }
        Subject::Secrets => vec![account.parameter(&names.secrets_parameter())],
        Subject::LogGroup => all
            .iter()
            .map(|lambda| of(lambda).log_group(&lambda.log_group))
            // Calls on the group use the first form, calls on its events the second.
            .flat_map(|group| [group.clone(), format!("{group}:*")])
            .collect(),
        // AWS does not support a narrower resource.
        Subject::PageAccount | Subject::Anything => vec!["*".to_owned()],
    };
    match arns.as_slice() {
        [only] => only.as_str().into(),
        several => json!(several),
    }
}
