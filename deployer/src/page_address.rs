//! The address of the status page.

use plexmon_function::contract::secrets::SecretValue;

use crate::aws::present;
use crate::config::SecretPath;
use crate::error::Result;
use crate::names::{LambdaKind, LambdaNames, Names};
use crate::resource::Resource as _;
use crate::retry::keep_reading;
use crate::session::Session;
use crate::stack::Observed;

/// Where the status page is, as far as this run knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAddress {
    /// The root, with a slash at its end.
    pub root: String,
    /// The first segment of every path.
    pub path: DeployedPath,
    /// Whether the page that is deployed has the configured path.
    pub is_as_configured: bool,
}

/// The secret path of the page that is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeployedPath {
    /// The page has none.
    None,
    Known(SecretValue),
    /// The environment variable that has it is not set.
    Unset(String),
    /// It is not the configured one.
    Unknown,
}

impl DeployedPath {
    /// Compare the configured path with the digest of the deployed one.
    fn of(configured: SecretPath, deployed: Option<&str>) -> Self {
        match (configured, deployed) {
            (_, None) => Self::None,
            (SecretPath::Missing(variable), Some(_)) => Self::Unset(variable),
            (configured, deployed) if configured.digest(None).as_deref() != deployed => Self::Unknown,
            (SecretPath::Value(value), Some(_)) => Self::Known(value),
            (SecretPath::NotConfigured, Some(_)) => Self::Unknown,
        }
    }
}

impl PageAddress {
    /// Return the address of the page, in its region or in an earlier one; nothing if none of ours is deployed.
    pub fn of(session: &Session, observed: &Observed) -> Result<Option<Self>> {
        let ours = Some(observed.names.deployment.as_str());
        for lambda in pages(&observed.names).chain(&observed.names.past) {
            let function = observed.stack.function(lambda).filter(|function| function.owner() == ours);
            if let (Some(function), Some(address)) = (function, observed.address(lambda)) {
                return Self::new(session, address, function.secret_path.as_deref()).map(Some);
            }
        }
        Ok(None)
    }

    /// Read the address of a page of ours that may have been created after the deployment was observed, with this digest
    /// of its secret path.
    pub async fn read(session: &Session, names: &Names, digest: Option<&str>) -> Result<Option<Self>> {
        for lambda in pages(names) {
            let aws = session.aws.in_region(&lambda.region);
            let call = aws.lambda.get_function_url_config().function_name(&lambda.function);
            let read = keep_reading(async || {
                present(aws.call("lambda", "GetFunctionUrlConfig", call.clone().send()).await)
            });
            if let Some(url) = session.unless_interrupted(async { Ok(read.await?) }).await? {
                return Self::new(session, url.function_url(), digest).map(Some);
            }
        }
        Ok(None)
    }

    fn new(session: &Session, address: &str, deployed: Option<&str>) -> Result<Self> {
        let configured = match &session.config.page {
            Some(page) => page.read_secret_path()?,
            None => SecretPath::NotConfigured,
        };
        let is_as_configured = configured.digest(deployed).as_deref() == deployed
            && (deployed.is_some() || configured == SecretPath::NotConfigured);
        let root = root(address, session.aws.local_endpoint());
        Ok(Self { root, path: DeployedPath::of(configured, deployed), is_as_configured })
    }

    /// Return the address to open; without its secret path if that is not known here.
    pub fn whole(&self) -> String {
        match &self.path {
            DeployedPath::Known(secret) => format!("{}{}/", self.root, secret.expose()),
            DeployedPath::None | DeployedPath::Unset(_) | DeployedPath::Unknown => self.root.clone(),
        }
    }

    /// Return whether the page answers at [`whole`](Self::whole).
    pub fn is_complete(&self) -> bool {
        matches!(self.path, DeployedPath::None | DeployedPath::Known(_))
    }

    /// Return whether it has a secret path.
    pub fn has_secret_path(&self) -> bool {
        self.path != DeployedPath::None
    }
}

fn pages(names: &Names) -> impl Iterator<Item = &LambdaNames> {
    names.others.iter().filter(|lambda| lambda.kind == LambdaKind::Page)
}

/// Return the root of a page. An emulator has no name for each function, but a path.
fn root(address: &str, endpoint: Option<&str>) -> String {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    match endpoint {
        Some(endpoint) => {
            let id = host.split(['.', '/', ':']).next().unwrap_or_default();
            format!("{}/_aws/lambda-url/{id}/", endpoint.trim_end_matches('/'))
        }
        None => format!("{}/", address.trim_end_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_serves_a_page_below_its_own_address() {
        let aws = "https://abc123.lambda-url.eu-central-1.on.aws/";
        let emulated = "http://abc123.lambda-url.us-east-1.localhost:4566/";
        assert_eq!(root(aws, None), aws);
        assert_eq!(root(aws.trim_end_matches('/'), None), aws);
        let local = "http://127.0.0.1:4566/_aws/lambda-url/abc123/";
        assert_eq!(root(emulated, Some("http://127.0.0.1:4566")), local);
        assert_eq!(root(aws, Some("http://127.0.0.1:4566/")), local);
    }

    #[test]
    fn the_secret_path_is_a_part_of_the_address_where_it_is_known() {
        let root = "https://abc123.lambda-url.eu-central-1.on.aws/";
        let address = |path| PageAddress { root: root.to_owned(), path, is_as_configured: true };
        assert_eq!(address(DeployedPath::None).whole(), root);
        for unknown in [DeployedPath::Unset("PAGE_PATH".to_owned()), DeployedPath::Unknown] {
            let address = address(unknown);
            assert_eq!((address.whole().as_str(), address.is_complete()), (root, false));
        }
        let secret = address(DeployedPath::Known(SecretValue::new("s3cret")));
        assert_eq!((secret.whole(), secret.is_complete()), (format!("{root}s3cret/"), true));
        assert_eq!(secret.root, root, "where the whole address has no place");
    }

    #[test]
    fn the_configured_path_counts_only_if_it_is_the_deployed_one() {
        let value = || SecretPath::Value(SecretValue::new("s3cret"));
        let missing = || SecretPath::Missing("PAGE_PATH".to_owned());
        let digest = value().digest(None);
        let of = |configured, deployed: Option<&str>| DeployedPath::of(configured, deployed);
        assert_eq!(of(value(), digest.as_deref()), DeployedPath::Known(SecretValue::new("s3cret")));
        assert_eq!(of(missing(), digest.as_deref()), DeployedPath::Unset("PAGE_PATH".to_owned()));
        assert_eq!(of(value(), Some("another")), DeployedPath::Unknown);
        assert_eq!(of(SecretPath::NotConfigured, Some("another")), DeployedPath::Unknown);
        for configured in [value(), missing(), SecretPath::NotConfigured] {
            assert_eq!(of(configured, None), DeployedPath::None);
        }
    }
}
