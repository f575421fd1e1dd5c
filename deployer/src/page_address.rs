//! The address of the status page.

use crate::aws::present;
use crate::config::SecretPath;
use crate::error::Result;
use crate::names::{LambdaKind, LambdaNames, Names};
use crate::retry::keep_reading;
use crate::session::Session;
use crate::stack::Observed;

/// Where the status page is, as far as this run knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAddress {
    /// The root, with a slash at its end.
    pub root: String,
    /// The first segment of every path.
    pub secret_path: SecretPath,
}

impl PageAddress {
    /// Return the address of the page; nothing if none is deployed.
    pub fn of(session: &Session, observed: &Observed) -> Result<Option<Self>> {
        let address = pages(&observed.names).find_map(|lambda| observed.address(lambda));
        address.map(|address| Self::new(session, address)).transpose()
    }

    /// Read the address of a page that may have been created after the deployment was observed.
    pub async fn read(session: &Session, names: &Names) -> Result<Option<Self>> {
        for lambda in pages(names) {
            let aws = session.aws.in_region(&lambda.region);
            let call = aws.lambda.get_function_url_config().function_name(&lambda.function);
            let read = keep_reading(async || {
                present(aws.call("lambda", "GetFunctionUrlConfig", call.clone().send()).await)
            });
            if let Some(url) = session.unless_interrupted(async { Ok(read.await?) }).await? {
                return Self::new(session, url.function_url()).map(Some);
            }
        }
        Ok(None)
    }

    fn new(session: &Session, address: &str) -> Result<Self> {
        let secret_path = match &session.config.page {
            Some(page) => page.read_secret_path()?,
            None => SecretPath::NotConfigured,
        };
        Ok(Self { root: root(address, session.aws.local_endpoint()), secret_path })
    }

    /// Return the address to open; without its secret path if that is not known here.
    pub fn whole(&self) -> String {
        match &self.secret_path {
            SecretPath::Value(secret) => format!("{}{}/", self.root, secret.expose()),
            SecretPath::NotConfigured | SecretPath::Missing(_) => self.root.clone(),
        }
    }

    /// Return whether it has a secret path.
    pub fn has_secret_path(&self) -> bool {
        self.secret_path != SecretPath::NotConfigured
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
    use plexmon_function::contract::secrets::SecretValue;

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
        let address = |secret_path| PageAddress { root: root.to_owned(), secret_path };
        assert_eq!(address(SecretPath::NotConfigured).whole(), root);
        assert_eq!(address(SecretPath::Missing("PAGE_PATH".to_owned())).whole(), root);
        let secret = address(SecretPath::Value(SecretValue::new("s3cret")));
        assert_eq!(secret.whole(), format!("{root}s3cret/"));
        assert_eq!(secret.root, root, "where the whole address has no place");
    }
}
