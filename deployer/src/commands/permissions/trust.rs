//! The trust policy of a role for GitHub Actions: who may assume it.

use std::path::Path;

use serde_json::{Value, json};

use super::github::{Repository, of_branch, of_environment, of_pull_requests};
use crate::cli::{Audience, DEFAULT_CONFIG, Permissions};
use crate::config::Config;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::names::{Account, partition};

/// The issuer of GitHub's tokens, by which AWS names its provider.
const ISSUER: &str = "token.actions.githubusercontent.com";
/// For whom the tokens are: what AWS's action requests.
const AWS: &str = "sts.amazonaws.com";
/// In place of an account that is not known. AWS refuses an ARN with it.
const UNKNOWN_ACCOUNT: &str = "ACCOUNT_ID";

/// The default of `--environment` and `--branch`.
const ENVIRONMENT: &str = "production";
const BRANCH: &str = "main";

/// Return the policy. Nothing is asked of AWS, so that it can be printed before there are any credentials.
pub fn policy(context: &Context, args: &Permissions, trusted: &str) -> Result<Value> {
    let repository = Repository::parse(trusted)?;
    let environment = of_environment(args.environment.as_deref().unwrap_or(ENVIRONMENT))?;
    let branch = of_branch(args.branch.as_deref().unwrap_or(BRANCH))?;
    let contexts = match args.audience {
        // Only jobs that the environment's rules let through.
        Audience::Up => vec![environment],
        Audience::Status => vec![of_pull_requests(), branch],
    };
    let unused = match args.audience {
        Audience::Up => args.branch.as_ref().map(|_| ("--branch", "--for status")),
        Audience::Status => args.environment.as_ref().map(|_| ("--environment", "--for up")),
    };
    if let Some((option, audience)) = unused {
        return Err(Error::usage(format!("{option} would be ignored: it belongs to `{audience}`"))
            .hint(format!("add `{audience}`, or leave out {option}")));
    }
    // Without a configuration, the partition may be wrong in China and in the government's regions.
    let path = context.global.config.as_path();
    let is_expected = path.exists() || path != Path::new(DEFAULT_CONFIG);
    let config = if is_expected { Some(context.config()?) } else { None };
    let account = account(context, args, config.as_ref())?;
    if account.id == UNKNOWN_ACCOUNT {
        context.output.note(&format!(
            "replace {UNKNOWN_ACCOUNT} with the number of your account, or pass it with --account"
        ));
    }
    if !repository.has_numbers() {
        context.output.note(
            "repositories that were created, renamed or transferred after 15 July 2026 also need their numbers: \
             github:OWNER@OWNER_ID/REPO@REPO_ID",
        );
    }
    Ok(document(&account, &repository.subjects(&contexts)))
}

fn document(account: &Account, subjects: &[String]) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": account.oidc_provider(ISSUER) },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    format!("{ISSUER}:aud"): AWS,
                    format!("{ISSUER}:sub"): subjects,
                },
            },
        }],
    })
}

/// The account of `--account` or of the permissions boundary in the configuration, in the partition of the region.
fn account(context: &Context, args: &Permissions, config: Option<&Config>) -> Result<Account> {
    let of_boundary = || config?.function.permissions_boundary.as_deref()?.split(':').nth(4);
    let id = match &args.account {
        Some(id) if is_account(id) => id,
        Some(other) => {
            return Err(Error::usage(format!("--account is not the number of an account: `{other}`"))
                .hint("it has 12 digits; `aws sts get-caller-identity` prints it"));
        }
        None => of_boundary().filter(|id| is_account(id)).unwrap_or(UNKNOWN_ACCOUNT),
    };
    let region = context.global.region.as_deref().or_else(|| config?.region.as_deref()).unwrap_or_default();
    let Some(partition) = partition(region) else {
        return Err(Error::usage(format!("the partition of region {region} is not known"))
            .hint("choose another region with --region"));
    };
    Ok(Account { partition: partition.to_owned(), id: id.to_owned(), region: region.to_owned() })
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}
