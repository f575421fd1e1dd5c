//! Reads many parameters at once, for the status page.

use std::future::Future;

use aws_sdk_ssm::Client;
use futures_util::future::try_join_all;

use super::client::{client, describe};
use super::is_missing;
use crate::http::Http;
use crate::store::StoreError;

/// The most names that SSM accepts in one call.
pub const NAMES_A_CALL: usize = 10;

/// How many of these calls are made at the same time.
const CALLS: usize = 4;

/// Reads parameters by name.
pub trait ParameterSource {
    /// Return the values of these parameters in their order; nothing for one that does not exist.
    fn read(&self, names: &[String]) -> impl Future<Output = Result<Vec<Option<String>>, StoreError>>;
}

/// Reads parameters of SSM: ten with each call if the role allows that, and one by one otherwise. Each read tries the
/// former: it may be denied only because the role is new.
#[derive(Debug)]
pub struct SsmReader {
    client: Client,
}

impl SsmReader {
    /// Create a reader with credentials and endpoint from `env`; and with the region from there too, unless it is given.
    pub fn from_env(
        http: &Http,
        region: Option<&str>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, StoreError> {
        Ok(Self { client: client(http, region, env)? })
    }

    async fn together(&self, names: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        let sent = self.client.get_parameters().set_names(Some(names.to_vec())).send().await;
        let first = names.first().map_or("", String::as_str);
        let found = sent.map_err(|why| describe("ssm:GetParameters", first, &why))?;
        let mut values = vec![None; names.len()];
        for parameter in found.parameters.unwrap_or_default() {
            let at = names.iter().position(|name| parameter.name.as_ref() == Some(name));
            if let Some(value) = at.and_then(|at| values.get_mut(at)) {
                *value = parameter.value;
            }
        }
        Ok(values)
    }

    async fn one(&self, name: &str) -> Result<Option<String>, StoreError> {
        match self.client.get_parameter().name(name).send().await {
            Ok(found) => Ok(found.parameter.and_then(|parameter| parameter.value)),
            Err(why) if why.as_service_error().is_some_and(is_missing) => Ok(None),
            Err(why) => Err(describe("ssm:GetParameter", name, &why)),
        }
    }
}

impl ParameterSource for SsmReader {
    async fn read(&self, names: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        let (mut values, mut is_denied) = (Vec::with_capacity(names.len()), false);
        for names in names.chunks(NAMES_A_CALL * CALLS) {
            if !is_denied {
                match try_join_all(names.chunks(NAMES_A_CALL).map(|names| self.together(names))).await {
                    Err(why) if why.is_denied() => is_denied = true,
                    result => {
                        values.extend(result?.into_iter().flatten());
                        continue;
                    }
                }
            }
            for names in names.chunks(NAMES_A_CALL) {
                values.extend(try_join_all(names.iter().map(|name| self.one(name))).await?);
            }
        }
        Ok(values)
    }
}
