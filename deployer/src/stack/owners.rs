//! Find the owners that the first round of reads does not show, and what an earlier configuration left behind.

use std::collections::BTreeSet;

use futures_util::future::{join_all, try_join_all};
use plexmon_function::contract::announcement;
use plexmon_function::contract::parts::parameter as part_name;

use super::Stack;
use super::history::{Circumstances, History};
use crate::aws::Aws;
use crate::error::Result;
use crate::names::parameters::secrets_parameter;
use crate::names::{Account, Names, log_group};
use crate::resource::Resource;
use crate::resources::parameter::parts_of;
use crate::resources::{Function, LogGroup, Parameter, Schedule};

/// Return the stack with the owners of its log groups and rules, and with parameters that only AWS knows of.
///
/// Log group and rule are certainly ours if they serve a function of ours. Otherwise their tags decide, which can be
/// read only by ARN, and so only after the account is known.
pub(super) async fn find_owners(
    aws: &Aws,
    names: &Names,
    account: &Account,
    state: Option<&str>,
    stack: &Stack,
) -> Result<Stack> {
    let owners = Owners { aws, names, account, functions: ours(names, &stack.functions) };
    let log_groups = try_join_all(stack.log_groups.iter().map(|group| owners.log_group(group)));
    let schedules = try_join_all(stack.schedules.iter().map(|schedule| owners.schedule(schedule)));
    let additional = additional_parts(names, state);
    let additional = read_each(aws, &additional);
    let previous = owners.previous_parameters();
    let (log_groups, schedules, previous, additional) =
        tokio::join!(log_groups, schedules, previous, additional);
    let mut stack = Stack { log_groups: log_groups?, schedules: schedules?, ..stack.clone() };
    stack.parameters.extend(additional?.into_iter().chain(previous?));
    Ok(stack)
}

fn ours<'a>(names: &Names, functions: &'a [Function]) -> Vec<&'a Function> {
    functions.iter().filter(|function| function.owner() == Some(names.deployment.as_str())).collect()
}

struct Owners<'a> {
    aws: &'a Aws,
    names: &'a Names,
    account: &'a Account,
    /// The functions that are ours.
    functions: Vec<&'a Function>,
}

impl Owners<'_> {
    fn ours(&self) -> Option<String> {
        Some(self.names.deployment.clone())
    }

    async fn log_group(&self, group: &LogGroup) -> Result<LogGroup> {
        let serves =
            |function: &Function| function.region == group.region && log_group(&function.name) == group.name;
        let owner = match self.functions.iter().copied().any(serves) {
            true => self.ours(),
            false => self.tag(group).await?,
        };
        Ok(LogGroup { owner, ..group.clone() })
    }

    async fn schedule(&self, schedule: &Schedule) -> Result<Schedule> {
        let account = self.account.in_region(&schedule.region);
        let is_ours = self.functions.iter().any(|function| schedule.runs(function));
        let owner = match &schedule.rule {
            Some(_) if is_ours && schedule.serves(&account.function(&schedule.function)) => self.ours(),
            Some(_) => self.tag(schedule).await?,
            // A permission that is left in a function of ours is ours; it is deleted with the function.
            None if is_ours => self.ours(),
            None => None,
        };
        Ok(Schedule { owner, ..schedule.clone() })
    }

    async fn tag<R: Resource>(&self, resource: &R) -> Result<Option<String>> {
        let region = resource.region();
        resource.read_owner(&self.aws.in_region(region), &self.account.in_region(region)).await
    }

    /// Read the parameters under previous names, which the tags of our functions contain.
    async fn previous_parameters(&self) -> Result<Vec<Parameter>> {
        let states = self.functions.iter().filter_map(|function| function.state.as_ref());
        let previous: BTreeSet<&String> =
            states.filter(|state| **state != self.names.state_parameter).collect();
        let all = try_join_all(previous.into_iter().map(|state| self.read_previous(state))).await?;
        Ok(all.into_iter().flatten().collect())
    }

    /// Read what is left under a previous name: the state, all of its parts, its secrets, its history and the
    /// announcements.
    async fn read_previous(&self, state_parameter: &str) -> Result<Vec<Parameter>> {
        let (state, history) = tokio::join!(
            Parameter::read(state_parameter, self.aws),
            History::read_all(self.aws, state_parameter, self.names.history.len()),
        );
        let (state, value) = state?.unzip();
        let parts = value.as_deref().map_or(1, parts_of);
        let names = (1..parts).map(|part| part_name(state_parameter, part));
        let others = [secrets_parameter(state_parameter), announcement::parameter(state_parameter)];
        let names: Vec<String> = names.chain(others).collect();
        let others = read_each(self.aws, &names);
        let of = Circumstances {
            aws: self.aws,
            account: self.account,
            deployment: &self.names.deployment,
            state: state.as_ref(),
            has_function: true,
        };
        let history =
            async { history?.complete(self.aws, state_parameter, value.as_deref()).await?.owned(of).await };
        let (others, history) = tokio::join!(others, history);
        Ok(state.clone().into_iter().chain(others?).chain(history?).collect())
    }
}

/// Return the names of additional parts that the state's value mentions, but the configuration does not need.
fn additional_parts(names: &Names, state: Option<&str>) -> Vec<String> {
    let reached = names.clone().reaching(state.map_or(0, parts_of));
    reached.state_parts.into_iter().skip(names.state_parts.len()).collect()
}

/// Read the parameters with these names that exist.
async fn read_each(aws: &Aws, names: &[String]) -> Result<Vec<Parameter>> {
    let read = join_all(names.iter().map(|name| Parameter::read(name, aws))).await;
    let read: Vec<_> = read.into_iter().filter_map(Result::transpose).collect::<Result<_>>()?;
    Ok(read.into_iter().map(|(parameter, _)| parameter).collect())
}
