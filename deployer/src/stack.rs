//! The whole of a deployment as one plain value: as it should be, as nothing, and as AWS has it.

use std::collections::BTreeMap;

use plexmon_function::contract::secrets::{SecretValue, Secrets};

use crate::aws::Aws;
use crate::config::{Config, Found, is_parameter_name};
use crate::error::{Error, Result};
use crate::names::{Account, Names};
use crate::resources::parameter::{self, Parameters};
use crate::resources::rules::OtherRules;
use crate::resources::{Binding, Content, Function, LogGroup, Parameter, Role, Schedule, Secret};

/// All that we manage. `None` is "not there".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stack {
    pub role: Option<Role>,
    pub log_group: Option<LogGroup>,
    pub state: Option<Parameter>,
    /// Where the state goes on, if there are many targets, or were: the function still reads what it knew of them.
    pub state_parts: Vec<Parameter>,
    pub secrets: Option<Secret>,
    pub function: Option<Function>,
    pub schedule: Option<Schedule>,
    /// Parameters of ours under a name that the configuration no longer has.
    pub old_parameters: Vec<Parameter>,
    /// The rule made by the read-me's shell steps; looked for only when adopting.
    pub old_schedule: Option<Schedule>,
}

impl Stack {
    /// What `up` wants.
    pub fn desired(config: &Config, names: &Names, account: &Account, secrets: &Found, code: String) -> Self {
        let owner = Some(names.deployment.clone());
        Self {
            role: Some(Role::desired(config, names, account)),
            log_group: Some(LogGroup {
                name: names.log_group(),
                owner: owner.clone(),
                retention_days: Some(config.function.log_retention_days),
                account_policy: None,
            }),
            state: Some(Parameter { name: names.state_parameter.clone(), owner: owner.clone() }),
            state_parts: names
                .state_parts
                .iter()
                .map(|name| Parameter { name: name.clone(), owner: owner.clone() })
                .collect(),
            secrets: Content::desired(secrets).map(|content| Secret {
                name: names.secrets_parameter(),
                owner: owner.clone(),
                content,
            }),
            function: Some(Function::desired(config, names, account, code)),
            schedule: Some(Schedule::desired(config, names, account)),
            old_parameters: Vec::new(),
            old_schedule: None,
        }
    }

    /// What `down` wants.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Nothing of a deployment is there.
    pub fn is_nothing(&self) -> bool {
        *self == Self::nothing()
    }
}

/// Whether to decrypt the secret, to compare it with the one at hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decrypt {
    #[default]
    No,
    /// Where AWS refuses that, what it holds stays unknown.
    IfAllowed,
    /// Where AWS refuses that, there is no going on.
    Yes,
}

/// How to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    pub decrypt: Decrypt,
    /// Look for what the read-me's shell steps made, too, and for rules of others that run the function.
    pub legacy: bool,
}

/// What AWS has, and what else was learned on the way.
#[derive(Debug, Clone)]
pub struct Observed {
    pub account: Account,
    /// The names under which was looked.
    pub names: Names,
    pub stack: Stack,
    /// The role's unique id, which changes when a role is made anew under the same name.
    pub role_id: Option<String>,
    /// The state parameter's value.
    pub state: Option<String>,
    /// The values of its further parts, those that are there.
    pub further_states: Vec<String>,
    /// The environment of a function that may be taken over; empty unless [`Look::legacy`].
    pub variables: BTreeMap<String, SecretValue>,
    /// Rules of others that run the function; empty unless [`Look::legacy`].
    pub other_rules: OtherRules,
}

impl Observed {
    /// The state parameter of a function that plexmon replaces, or has replaced. It holds where the configuration names
    /// none.
    pub fn inherited_state(&self) -> Result<Option<String>> {
        let Some(function) = &self.stack.function else { return Ok(None) };
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

/// Asks for everything at once. A second round is needed only where ownership cannot be told from the first.
pub async fn observe(aws: &Aws, names: &Names, look: Look) -> Result<Observed> {
    let account = identity(aws);
    let role = Role::read(aws, names);
    let log_group = LogGroup::read(aws, names);
    let parameters = parameter::read(aws, names, look.decrypt);
    let function = Function::read(aws, names);
    let schedule = Schedule::read(aws, names, names.rule());
    let parts = parameter::read_values(aws, &names.state_parts);
    let legacy =
        async { if look.legacy { Schedule::read(aws, names, names.legacy_rule()).await } else { Ok(None) } };
    let (account, role, log_group, parameters, parts, function, schedule, legacy) =
        tokio::join!(account, role, log_group, parameters, parts, function, schedule, legacy);
    // First of all: "no credentials" must not look like "no permission for something".
    let account = account?;
    let (role, role_id) = match role? {
        Some((role, id)) => (Some(role), Some(id)),
        None => (None, None),
    };
    let Parameters { state, state_value, secrets } = parameters?;
    let (function, variables) = match function? {
        Some(found) => {
            let function = found.function.bound_to(found.role_id.as_deref(), role_id.as_deref());
            (Some(function), found.variables)
        }
        None => (None, BTreeMap::new()),
    };
    let variables = if look.legacy { variables } else { BTreeMap::new() };
    let has_function = function.is_some();
    let (state_parts, further_states) = parts?.into_iter().unzip();
    let mut stack = Stack {
        role,
        log_group: log_group?,
        state,
        state_parts,
        secrets,
        function,
        schedule: schedule?,
        old_parameters: Vec::new(),
        // Without its rule, what was read is the permission, and that is the new rule's.
        old_schedule: legacy?.filter(|schedule| schedule.rule.is_some()),
    };
    let rules = async {
        match look.legacy && has_function {
            true => OtherRules::read(aws, names, &account).await,
            false => OtherRules::default(),
        }
    };
    let settled = settle(aws, names, &account, state_value.as_deref(), &mut stack);
    let (settled, other_rules) = tokio::join!(settled, rules);
    settled?;
    let names = names.clone();
    Ok(Observed {
        account,
        names,
        stack,
        role_id,
        state: state_value,
        further_states,
        variables,
        other_rules,
    })
}

async fn identity(aws: &Aws) -> Result<Account> {
    let caller = aws.call("sts", "GetCallerIdentity", aws.sts.get_caller_identity().send()).await?;
    Ok(Account::from_caller(
        caller.arn().unwrap_or_default(),
        caller.account().unwrap_or_default(),
        &aws.region,
    ))
}

/// Finds out whose the log group and the rule are, and what an earlier configuration left behind.
///
/// Both are ours beyond doubt where our function stands: it is the one that they serve. Their tags can
/// only be asked for by ARN, and so only after the account is known.
async fn settle(
    aws: &Aws,
    names: &Names,
    account: &Account,
    state: Option<&str>,
    stack: &mut Stack,
) -> Result<()> {
    let ours = Some(names.deployment.as_str());
    let function_is_ours = stack.function.as_ref().is_some_and(|function| function.owner.as_deref() == ours);
    if function_is_ours {
        if let Some(log_group) = &mut stack.log_group {
            log_group.owner = Some(names.deployment.clone());
        }
        if let Some(schedule) =
            stack.schedule.as_mut().filter(|schedule| schedule.serves(&account.function(names.function())))
        {
            schedule.owner = Some(names.deployment.clone());
        }
    }
    let log_group_tag = async {
        match stack.log_group.as_ref().filter(|group| group.owner.is_none()) {
            Some(group) => group.read_owner(aws, account).await,
            None => Ok(None),
        }
    };
    let schedule_tag = async {
        match stack.schedule.as_ref().filter(|schedule| schedule.owner.is_none() && schedule.rule.is_some()) {
            Some(schedule) => schedule.read_owner(aws, account).await,
            None => Ok(None),
        }
    };
    let old = async {
        let tagged = stack
            .function
            .as_ref()
            .filter(|_| function_is_ours)
            .and_then(|function| function.state.as_deref());
        match tagged.filter(|tagged| *tagged != names.state_parameter) {
            Some(old_state) => parameter::read_old(aws, old_state).await,
            None => Ok(Vec::new()),
        }
    };
    let kept = names.clone().reaching(state.map_or(0, parameter::parts_of));
    let surplus = parameter::read_each(aws, &kept.state_parts[names.state_parts.len()..]);
    let (log_group_tag, schedule_tag, old, surplus) = tokio::join!(log_group_tag, schedule_tag, old, surplus);
    let (log_group_tag, schedule_tag) = (log_group_tag?, schedule_tag?);
    if let Some(group) = stack.log_group.as_mut().filter(|group| group.owner.is_none()) {
        group.owner = log_group_tag;
    }
    if let Some(schedule) = stack.schedule.as_mut().filter(|schedule| schedule.owner.is_none()) {
        // A permission left over in a function of ours is ours; it goes with the function.
        let unclaimed = schedule.rule.is_none() && function_is_ours;
        schedule.owner = if unclaimed { Some(names.deployment.clone()) } else { schedule_tag };
    }
    stack.old_parameters = old?;
    stack.state_parts.extend(surplus?);
    Ok(())
}

impl Content {
    fn desired(found: &Found) -> Option<Self> {
        match found {
            Found::NoneConfigured => None,
            Found::All(secrets) => Some(Self::of(secrets)),
            Found::Missing(missing) => Some(Self::Keep { missing: missing.clone() }),
        }
    }

    /// What stands for secrets in a plan.
    pub fn of(secrets: &Secrets) -> Self {
        Self::Digest(crate::artifact::sha256(&serde_json::to_vec(secrets).unwrap_or_default()))
    }
}

impl Function {
    fn bound_to(mut self, tagged: Option<&str>, role_id: Option<&str>) -> Self {
        self.binding = match (tagged, role_id) {
            (_, None) => Binding::Stale,
            (Some(tagged), Some(id)) if tagged == id => Binding::Current,
            (Some(_), Some(_)) => Binding::Stale,
            (None, Some(_)) => Binding::Unknown,
        };
        self
    }
}
