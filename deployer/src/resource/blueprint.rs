//! The inputs from which the desired resources are computed.

use crate::account_plan::Day;
use crate::config::{Config, SecretLookup};
use crate::names::{Account, LambdaKind, LambdaNames, Names};

/// A configuration in an account, with the secrets and the code that were found.
#[derive(Debug, Clone, Copy)]
pub struct Blueprint<'a> {
    pub config: &'a Config,
    pub names: &'a Names,
    /// The account, in the region of the monitor.
    pub account: &'a Account,
    pub secrets: &'a SecretLookup,
    /// Identity of code and settings.
    pub code: &'a str,
    /// When AWS closes the account, if it does.
    pub account_closes: Option<Day>,
    /// The SHA-256 of the page's secret path, if it has one.
    pub secret_path: Option<&'a str>,
}

impl Blueprint<'_> {
    /// The value of the tag that makes a resource ours.
    pub fn owner(&self) -> Option<String> {
        Some(self.names.deployment.clone())
    }

    /// The digest of the secret path that a function serves, if it serves the page.
    pub fn secret_path_of(&self, lambda: &LambdaNames) -> Option<String> {
        self.secret_path.filter(|_| lambda.kind == LambdaKind::Page).map(str::to_owned)
    }

    /// The account in the region of a function.
    pub fn account_of(&self, lambda: &LambdaNames) -> Account {
        self.account.in_region(&lambda.region)
    }
}
