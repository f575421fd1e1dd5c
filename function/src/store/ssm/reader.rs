//! Reads many parameters at once, for the status page.

use std::cell::Cell;
use std::future::Future;

use aws_sdk_ssm::Client;
use futures_util::future::try_join_all;

use super::client::{client, describe};
use super::is_missing;
use crate::http::Http;
use crate::store::StoreError;

/// The most names that SSM accepts in one call.
const NAMES_A_CALL: usize = 10;

/// Reads parameters by name.
pub trait ParameterSource {
    /// Return the values of these parameters in their order; nothing for one that does not exist.
    fn read(&self, names: &[String]) -> impl Future<Output = Result<Vec<Option<String>>, StoreError>>;
}

/// Reads parameters of SSM: ten with each call if the role allows that, and one by one otherwise.
#[derive(Debug)]
pub struct SsmReader {
    client: Client,
    /// Whether `GetParameters` was denied.
    is_one_by_one: Cell<bool>,
}

impl SsmReader {
    /// Create a reader with credentials and endpoint from `env`; and with the region from there too, unless it is given.
    pub fn from_env(
        http: &Http,
        region: Option<&str>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, StoreError> {
        Ok(Self { client: client(http, region, env)?, is_one_by_one: Cell::new(false) })
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
        let mut values = Vec::with_capacity(names.len());
        for names in names.chunks(NAMES_A_CALL) {
            if !self.is_one_by_one.get() {
                match self.together(names).await {
                    Err(why) if why.is_denied() => self.is_one_by_one.set(true),
                    result => {
                        values.extend(result?);
                        continue;
                    }
                }
            }
            values.extend(try_join_all(names.iter().map(|name| self.one(name))).await?);
        }
        Ok(values)
    }
}
