//! Read the functions, and what belongs to each of them alone.

use std::collections::BTreeMap;

use plexmon_function::contract::secrets::SecretValue;

use super::Stack;
use crate::aws::Aws;
use crate::error::Result;
use crate::names::{Account, LambdaNames, Names};
use crate::resource::Resource as _;
use crate::resources::function::FunctionDetails;
use crate::resources::function_url::UrlRead;
use crate::resources::{Function, FunctionUrl, LogGroup, Role, Schedule};

/// What is known about function URLs besides what is managed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Urls {
    /// AWS makes them up.
    pub addresses: Vec<Address>,
    /// Regions in which a function shall have a URL, but Lambda has none.
    pub not_offered_in: Vec<String>,
}

/// The address of a function URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub function: String,
    pub region: String,
    /// Such as `https://abc.lambda-url.eu-west-1.on.aws/`.
    pub url: String,
}

/// What exists of a function and of what belongs to it.
pub(super) struct LambdaRead {
    role: Option<(Role, String)>,
    log_group: Option<(LogGroup, ())>,
    function: Option<(Function, FunctionDetails)>,
    url: UrlRead,
    schedule: Option<(Schedule, ())>,
}

/// What exists of all functions.
#[derive(Default)]
pub(super) struct Lambdas {
    pub(super) stack: Stack,
    pub(super) urls: Urls,
    pub(super) role_ids: BTreeMap<String, String>,
    /// Of the monitor.
    pub(super) code_sha256: Option<String>,
    pub(super) variables: BTreeMap<String, SecretValue>,
}

impl Lambdas {
    pub(super) fn new(names: &Names, account: &Account, read: Vec<Result<LambdaRead>>) -> Result<Self> {
        let mut all = Self::default();
        for (lambda, read) in names.lambdas().zip(read) {
            let LambdaRead { role, log_group, function, url, schedule } = read?;
            if !url.is_offered {
                all.urls.not_offered_in.push(lambda.region.clone());
            }
            let role_id = role.as_ref().map(|(_, id)| id.clone());
            if let Some((role, id)) = role {
                all.role_ids.insert(role.arn(account), id);
                all.stack.roles.push(role);
            }
            all.stack.log_groups.extend(log_group.map(|(group, ())| group));
            if let Some((function, details)) = function {
                let function = function.as_managed(lambda.kind);
                all.add_url(&function, url);
                all.stack.functions.push(function.bound_to(details.role_id.as_deref(), role_id.as_deref()));
                if *lambda == names.monitor {
                    all.code_sha256 = details.code_sha256;
                    all.variables = details.variables;
                }
            }
            all.stack.schedules.extend(schedule.map(|(schedule, ())| schedule));
        }
        Ok(all)
    }

    /// Add the URL of a function, to whose owner it belongs.
    fn add_url(&mut self, function: &Function, read: UrlRead) {
        let (name, region) = (function.name.clone(), function.region.clone());
        let address = read.address.map(|url| Address { function: name, region, url });
        self.urls.addresses.extend(address);
        let url = read.url.map(|url| FunctionUrl { owner: function.owner.clone(), ..url });
        self.stack.function_urls.extend(url);
    }
}

pub(super) async fn read_lambda(aws: &Aws, names: &LambdaNames) -> Result<LambdaRead> {
    let aws = &aws.in_region(&names.region);
    let schedule = async {
        match &names.schedule {
            Some(names) => Schedule::read(names, aws).await,
            None => Ok(None),
        }
    };
    let url = async {
        match &names.url {
            Some(names) => FunctionUrl::look(names, aws).await,
            None => Ok(UrlRead::MISSING),
        }
    };
    let (role, log_group, function, url, schedule) = tokio::join!(
        Role::read(&names.role, aws),
        LogGroup::read(&names.log_group, aws),
        Function::read(&names.function, aws),
        url,
        schedule,
    );
    Ok(LambdaRead { role: role?, log_group: log_group?, function: function?, url: url?, schedule: schedule? })
}
