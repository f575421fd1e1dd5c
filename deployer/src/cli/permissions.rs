//! The options of `permissions`.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct Permissions {
    /// Who the policy is for: someone who deploys, or someone who only reads.
    #[arg(long = "for", value_name = "ROLE", default_value = "up")]
    pub audience: Audience,
    /// Recommended: allow the creation of roles only with this permissions boundary (also set it in [function]).
    #[arg(long, value_name = "ARN")]
    pub boundary: Option<String>,
    /// Print the trust policy of a role for GitHub Actions instead: github:OWNER/REPO or
    /// github:OWNER@OWNER_ID/REPO@REPO_ID. With `--for up`, only jobs in the protected environment may assume it; with
    /// `--for status`, jobs for pull requests and on the branch.
    #[arg(long, value_name = "REPOSITORY", conflicts_with = "boundary")]
    pub trust: Option<String>,
    /// With --trust: number of the AWS account; by default that of the permissions boundary in [function].
    #[arg(long, value_name = "ID", requires = "trust")]
    pub account: Option<String>,
    /// With --trust and `--for up`: environment of the jobs; by default `production`.
    #[arg(long, value_name = "NAME", requires = "trust")]
    pub environment: Option<String>,
    /// With --trust and `--for status`: branch of the jobs; by default `main`.
    #[arg(long, value_name = "NAME", requires = "trust")]
    pub branch: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// every command
    Up,
    /// plan, status, history, logs, page
    Status,
}
