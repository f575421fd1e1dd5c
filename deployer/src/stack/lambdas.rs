//! Read the functions, and what belongs to each of them alone.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use plexmon_function::contract::secrets::SecretValue;

use super::Stack;
use crate::aws::Aws;
use crate::error::{Error, Result};
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

/// A region, not the monitor's, that could not be read: it is disabled, forbidden or out of reach.
#[derive(Debug, Clone)]
pub struct Unreachable {
    pub region: String,
    pub error: Error,
}

/// What exists of a function and of what belongs to it.
pub(super) struct LambdaRead {
    role: Result<Option<(Role, String)>>,
    regional: Result<Regional>,
}

/// What exists in the region of a function.
struct Regional {
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
    pub(super) unreachable: Vec<Unreachable>,
    pub(super) role_ids: BTreeMap<String, String>,
    /// Of the monitor.
    pub(super) code_sha256: Option<String>,
    pub(super) variables: BTreeMap<String, SecretValue>,
}

impl Lambdas {
    /// Combine what was read of these functions, in the same order.
    pub(super) fn of<'a>(
        lambdas: impl IntoIterator<Item = &'a LambdaNames>,
        names: &Names,
        account: &Account,
        read: impl IntoIterator<Item = LambdaRead>,
    ) -> Result<Self> {
        let mut all = Self::default();
        for (lambda, read) in lambdas.into_iter().zip(read) {
            all.add(lambda, names, account, read)?;
        }
        Ok(all)
    }

    /// Add what exists of a function. IAM is the same everywhere, but another region may be out of reach.
    fn add(
        &mut self,
        lambda: &LambdaNames,
        names: &Names,
        account: &Account,
        read: LambdaRead,
    ) -> Result<()> {
        let role_id = read.role?.map(|role| self.add_role(role, account));
        let Regional { log_group, function, url, schedule } = match read.regional {
            Ok(regional) => regional,
            Err(error) if lambda.region != account.region => {
                self.unreachable.push(Unreachable { region: lambda.region.clone(), error });
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if !url.is_offered {
            self.urls.not_offered_in.push(lambda.region.clone());
        }
        self.stack.log_groups.extend(log_group.map(|(group, ())| group));
        if let Some((function, details)) = function {
            let function = function.as_managed(lambda.kind);
            self.add_url(&function, url);
            self.stack.functions.push(function.bound_to(details.role_id.as_deref(), role_id.as_deref()));
            if *lambda == names.monitor {
                self.code_sha256 = details.code_sha256;
                self.variables = details.variables;
            }
        }
        self.stack.schedules.extend(schedule.map(|(schedule, ())| schedule));
        Ok(())
    }

    /// Add the URL of a function, to whose owner it belongs.
    fn add_url(&mut self, function: &Function, read: UrlRead) {
        let (name, region) = (function.name.clone(), function.region.clone());
        let address = read.address.map(|url| Address { function: name, region, url });
        self.urls.addresses.extend(address);
        let url = read.url.map(|url| FunctionUrl { owner: function.owner.clone(), ..url });
        self.stack.function_urls.extend(url);
    }

    /// Add a role and return its unique id.
    fn add_role(&mut self, (role, id): (Role, String), account: &Account) -> String {
        self.role_ids.insert(role.arn(account), id.clone());
        self.stack.roles.push(role);
        id
    }

    /// Return the names of the page in regions that were not read, but the tags of its role name.
    pub(super) fn further_pages(&self, names: &Names, account: &Account) -> Vec<LambdaNames> {
        let page = names.page_role().role;
        let ours = |role: &&Role| role.name == page && role.owner() == Some(names.deployment.as_str());
        let regions = self.stack.roles.iter().find(ours).into_iter();
        let regions = regions.flat_map(|role| role.regions.of_home(&account.region));
        let pages = regions.map(|region| names.page_in(region));
        let is_read = |page: &LambdaNames| names.lambdas().chain(&names.past).any(|lambda| lambda == page);
        pages.filter(|page| !is_read(page)).collect()
    }
}

/// What was read of all functions that are known by their names.
pub(super) struct Reads {
    /// Of the configured ones, then of past ones.
    pub(super) lambdas: Vec<LambdaRead>,
    /// A role that may be left from an earlier configuration.
    pub(super) past_role: Result<Option<(Role, String)>>,
}

impl Reads {
    pub(super) fn combined(self, names: &Names, account: &Account) -> Result<Lambdas> {
        let mut all = Lambdas::of(names.lambdas().chain(&names.past), names, account, self.lambdas)?;
        if let Some(role) = self.past_role? {
            all.add_role(role, account);
        }
        Ok(all)
    }
}

/// Read all functions that are known by their names.
pub(super) async fn read_all(aws: &Aws, names: &Names) -> Reads {
    let past_role = async {
        match names.past_page_role() {
            Some(role) => Role::read(&role, aws).await,
            None => Ok(None),
        }
    };
    let lambdas = join_all(names.lambdas().map(|lambda| read_lambda(aws, lambda)));
    let past = join_all(names.past.iter().map(|lambda| read_past(aws, lambda)));
    let (mut lambdas, past, past_role) = tokio::join!(lambdas, past, past_role);
    lambdas.extend(past);
    Reads { lambdas, past_role }
}

/// Read a function, its role and what else belongs to it.
async fn read_lambda(aws: &Aws, names: &LambdaNames) -> LambdaRead {
    let aws = &aws.in_region(&names.region);
    let (role, regional) = tokio::join!(Role::read(&names.role, aws), read_regional(aws, names));
    LambdaRead { role, regional }
}

/// Read the function of a past configuration, whose role is read already.
pub(super) async fn read_past(aws: &Aws, names: &LambdaNames) -> LambdaRead {
    LambdaRead { role: Ok(None), regional: read_regional(&aws.in_region(&names.region), names).await }
}

async fn read_regional(aws: &Aws, names: &LambdaNames) -> Result<Regional> {
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
    let (log_group, function, url, schedule) = tokio::join!(
        LogGroup::read(&names.log_group, aws),
        Function::read(&names.function, aws),
        url,
        schedule,
    );
    Ok(Regional { log_group: log_group?, function: function?, url: url?, schedule: schedule? })
}
