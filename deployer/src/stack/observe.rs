//! Read what AWS has, with concurrent calls.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use plexmon_function::contract::parts::merge;
use plexmon_function::contract::secrets::SecretValue;
use plexmon_function::contract::state::{State, StateError};

use super::Stack;
use super::history::{Circumstances, History};
use super::lambdas::{Address, Lambdas, Reads, Unreachable, Urls, read_all, read_past};
use super::owners::find_owners;
use crate::aws::Aws;
use crate::config::is_parameter_name;
use crate::error::{Error, Refusal, Result};
use crate::names::{Account, LambdaKind, LambdaNames, Names, ScheduleNames};
use crate::resource::{Resource as _, find};
use crate::resources::parameter::parts_of;
use crate::resources::rules::OtherRules;
use crate::resources::secret::SecretQuery;
use crate::resources::{Decrypt, Function, FunctionUrl, Parameter, Schedule, Secret};

/// How to read AWS.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions {
    pub decrypt: Decrypt,
    /// Also read what the AWS CLI steps created, and rules of others that run the function.
    pub adopting: bool,
    /// Also read what nothing uses, and only a removal concerns: the history that could not be read.
    pub removing: bool,
}

/// What AWS has, with additional facts from the same answers.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The account, in the region of the monitor.
    pub account: Account,
    /// The names of the resources that were read, with all parameters that state and history have.
    pub names: Names,
    pub stack: Stack,
    pub urls: Urls,
    /// Regions of the page that could not be read.
    pub unreachable: Vec<Unreachable>,
    /// Whether a permission is missing to read what an earlier configuration with a page may have left.
    pub is_page_denied: bool,
    /// The unique id of each role, by its ARN. It changes when a role is recreated under the same name.
    pub role_ids: BTreeMap<String, String>,
    /// The state parameter's value.
    pub state: Option<String>,
    /// The values of the state's additional parameters, as far as they exist.
    pub state_parts: Vec<String>,
    /// The values of the history's parameters, as far as they exist.
    pub history: Vec<String>,
    /// The SHA-256 of the zip that the monitor runs, in base64.
    pub code_sha256: Option<String>,
    /// The environment of a function that may be taken over; empty unless [`ReadOptions::adopting`].
    pub variables: BTreeMap<String, SecretValue>,
    /// Rules of others that run the function; empty unless [`ReadOptions::adopting`].
    pub other_rules: OtherRules,
}

impl Observed {
    /// The public address of a function, if it has one.
    pub fn address(&self, lambda: &LambdaNames) -> Option<&str> {
        let is_of =
            |address: &&Address| (&address.function, &address.region) == (&lambda.function, &lambda.region);
        self.urls.addresses.iter().find(is_of).map(|address| address.url.as_str())
    }

    /// Return whether a function of ours serves a page, in its region or in an earlier one.
    pub fn has_own_page(&self) -> bool {
        let is_page = |lambda: &&LambdaNames| lambda.kind == LambdaKind::Page;
        let pages = self.names.others.iter().filter(is_page).chain(&self.names.past);
        let mut functions = pages.filter_map(|lambda| self.stack.function(lambda));
        functions.any(|function| function.owner.as_ref() == Some(&self.names.deployment))
    }

    /// The URLs of pages of ours that visitors can open.
    pub fn public_pages(&self) -> impl Iterator<Item = &FunctionUrl> {
        let is_ours = move |url: &&FunctionUrl| url.owner() == Some(self.names.deployment.as_str());
        self.stack.function_urls.iter().filter(is_ours).filter(|url| url.is_public())
    }

    /// The function that checks the targets.
    pub fn monitor(&self) -> Option<&Function> {
        self.stack.function(&self.names.monitor)
    }

    /// Return whether the function that checks the targets exists and is ours.
    pub fn has_own_monitor(&self) -> bool {
        self.monitor().is_some_and(|function| function.owner.as_ref() == Some(&self.names.deployment))
    }

    /// Return the digest of the page's secret path that is recorded with its function, in whichever region it is.
    pub fn recorded_secret_path(&self) -> Option<&str> {
        let ours = Some(self.names.deployment.as_str());
        let functions = self.stack.functions.iter().filter(|function| function.owner() == ours);
        functions.filter_map(|function| function.secret_path.as_deref()).next()
    }

    /// Read the state from its parts; nothing if there is none.
    pub fn read_state(&self) -> Result<Option<State>, StateError> {
        let parts = self.state.iter().chain(&self.state_parts).map(|text| State::parse(text));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        Ok(Some(merge(parts)).filter(|_| self.state.is_some()))
    }

    /// The state parameter of a function that plexmon replaces, or has replaced. It is used if the configuration names
    /// none.
    pub fn inherited_state(&self) -> Result<Option<String>> {
        let Some(function) = self.monitor() else { return Ok(None) };
        if function.owner.as_ref() == Some(&self.names.deployment) {
            return Ok(function.inherited_state.clone());
        }
        let Some(name) = self.variables.get(STATE_VARIABLE).map(|value| value.expose().trim()) else {
            return Ok(None);
        };
        if name.is_empty() || name == self.names.state_parameter {
            return Ok(None);
        }
        if !is_parameter_name(name) {
            return Err(Error::usage(format!(
                "the state of function `{}` cannot be taken over",
                function.name
            ))
            .cause(format!("its variable {STATE_VARIABLE} is `{name}`, which plexmon cannot use as a name"))
            .hint("name another `parameter` in [state]: plexmon then starts with a new state"));
        }
        Ok(Some(name.to_owned()))
    }
}

/// Names the state's parameter in the environment of the function that plexmon replaces.
pub const STATE_VARIABLE: &str = "STATUS_PARAM";

/// Read everything concurrently. A second round is needed only for owners that the first one does not show, and for
/// regions that only the tags of the page's role name.
pub async fn observe(aws: &Aws, names: &Names, options: ReadOptions) -> Result<Observed> {
    let account = identity(aws);
    let lambdas = read_all(aws, names);
    let state = Parameter::read(&names.state_parameter, aws);
    let parts = join_all(names.state_parts.iter().map(|name| Parameter::read(name, aws)));
    let secret = SecretQuery { name: names.secrets_parameter(), decrypt: options.decrypt };
    let secret = Secret::read(&secret, aws);
    let history = read_history(aws, names, options.removing);
    let announcements = names.announcements_parameter();
    let announcements = Parameter::read_value(&announcements, aws);
    let previous = async { if options.adopting { previous_schedule(aws, names).await } else { Ok(None) } };
    let (account, lambdas, state, parts, secret, history, announcements, previous) =
        tokio::join!(account, lambdas, state, parts, secret, history, announcements, previous);
    // Check this first: missing credentials must not be reported as a missing permission.
    let account = account?;

    let mut optional = Optional { is_optional: !names.has_page() && !options.removing, is_denied: false };
    let lambdas =
        Reads { past_role: optional.read(lambdas.past_role), ..lambdas }.combined(names, &account)?;
    let further = further_pages(&lambdas, names, &account, options);
    let Lambdas { mut stack, urls, mut unreachable, role_ids, code_sha256, variables } = lambdas;
    let state = state?;
    let state_value = state.as_ref().map(|(_, value)| value.clone());
    let parts: Vec<_> = parts.into_iter().filter_map(Result::transpose).collect::<Result<_>>()?;
    let (parts, part_values): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    stack.parameters.extend(state.map(|(state, _)| state).into_iter().chain(parts));
    stack.secrets.extend(secret?.map(|(secret, ())| secret));

    let (history, announcements) = (history?, optional.read(announcements)?);
    let ours = Some(names.deployment.as_str());
    let of = Circumstances {
        aws,
        account: &account,
        deployment: &names.deployment,
        state: find(&stack.parameters, &names.state_parameter, &aws.region),
        has_function: stack.functions.iter().any(|function| function.owner() == ours),
    };
    let history = async {
        let mut history = history.complete(aws, &names.state_parameter, state_value.as_deref()).await?;
        let parameters = history.owned(of).await?;
        Ok::<_, Error>((parameters, history))
    };
    let announcements = of.owned_if_any(announcements.map(|(parameter, _)| parameter));
    let rules =
        other_rules(aws, names, &account, options.adopting && stack.function(&names.monitor).is_some());
    let owners = find_owners(aws, names, &account, state_value.as_deref(), &stack);
    let further = read_further(aws, names, &account, further);
    let (owners, history, announcements, other_rules, further) =
        tokio::join!(owners, history, announcements, rules, further);
    let (mut stack, (parameters, history)) = (owners?, history?);
    let (names, further) = further?;
    stack.add_lambdas(further.stack);
    unreachable.extend(further.unreachable);
    stack.parameters.extend(parameters.into_iter().chain(announcements?));
    stack.schedules.extend(previous?);
    let parts = state_value.as_deref().map_or(0, parts_of);
    let names = names.reaching(parts).with_history(history.count);
    Ok(Observed {
        account,
        names,
        stack,
        urls,
        unreachable,
        is_page_denied: optional.is_denied,
        role_ids,
        state: state_value,
        state_parts: part_values,
        history: history.values,
        code_sha256,
        variables: if options.adopting { variables } else { BTreeMap::new() },
        other_rules,
    })
}

/// Return the names of the page in regions that were not read yet, but may have it.
fn further_pages(
    lambdas: &Lambdas,
    names: &Names,
    account: &Account,
    options: ReadOptions,
) -> Vec<LambdaNames> {
    let further = lambdas.further_pages(names, account);
    match options.removing && further.is_empty() && !names.has_page() {
        // Without its role, nothing says where it was; most are in the monitor's region.
        true => vec![names.page_in(&account.region)],
        false => further,
    }
}

/// Reads that matter only if an earlier configuration had a page. The policy of an earlier release does not allow them.
struct Optional {
    is_optional: bool,
    /// Whether one of them was denied.
    is_denied: bool,
}

impl Optional {
    fn read<T>(&mut self, read: Result<Option<T>>) -> Result<Option<T>> {
        match read {
            Err(error) if self.is_optional && error.refusal() == Some(Refusal::Denied) => {
                self.is_denied = true;
                Ok(None)
            }
            read => read,
        }
    }
}

async fn read_history(aws: &Aws, names: &Names, removing: bool) -> Result<History> {
    match removing {
        true => History::read_all(aws, &names.state_parameter, names.history.len()).await,
        false => History::read(aws, &names.state_parameter, names.history.len()).await,
    }
}

/// Read the page in further regions. Return the names with these regions, and what is there with its owners.
async fn read_further(
    aws: &Aws,
    names: &Names,
    account: &Account,
    pages: Vec<LambdaNames>,
) -> Result<(Names, Lambdas)> {
    let read = join_all(pages.iter().map(|page| read_past(aws, page))).await;
    let mut further = Lambdas::of(&pages, names, account, read)?;
    further.stack = find_owners(aws, names, account, None, &further.stack).await?;
    Ok((names.clone().with_past(pages), further))
}

async fn identity(aws: &Aws) -> Result<Account> {
    let caller = aws.call("sts", "GetCallerIdentity", aws.sts.get_caller_identity().send()).await?;
    Ok(Account::from_caller(
        caller.arn().unwrap_or_default(),
        caller.account().unwrap_or_default(),
        &aws.region,
    ))
}

/// The rule that the AWS CLI steps created. Without its rule, what was read is the permission, and that belongs
/// to the new rule.
async fn previous_schedule(aws: &Aws, names: &Names) -> Result<Option<Schedule>> {
    let Some(current) = &names.monitor.schedule else { return Ok(None) };
    let previous = ScheduleNames { rule: names.previous_rule(), ..current.clone() };
    let read = Schedule::read(&previous, aws).await?;
    Ok(read.map(|(schedule, ())| schedule).filter(|schedule| schedule.rule.is_some()))
}

async fn other_rules(aws: &Aws, names: &Names, account: &Account, wanted: bool) -> OtherRules {
    if !wanted {
        return OtherRules::default();
    }
    OtherRules::read(aws, &account.function(names.function()), &names.rules()).await
}
