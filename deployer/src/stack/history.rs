//! Read the parameters of the history: those that are expected, others up to the first that does not exist, and the one
//! with an unreadable history.
//!
//! There may be many, so their tags are read only if something else does not say whose they are.

use std::ops::Range;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use plexmon_function::contract::history::{MAX_PARAMETERS, Place};
use tokio::time::{Instant, sleep_until};

use crate::aws::Aws;
use crate::error::Result;
use crate::names::Account;
use crate::resource::Resource as _;
use crate::resources::Parameter;
use crate::resources::parameter::history_of;

/// How many are read at the same time, and how soon each of the others follows. SSM accepts 40 reads a second, and the
/// function needs some of them.
const READS: usize = 20;
const BETWEEN_READS: Duration = Duration::from_millis(40);

/// How many are read at once where it is not known how many there are.
const MORE: usize = 10;

/// The parameters of a history that exist. Their owners are those that their values name.
#[derive(Debug, Default)]
pub(super) struct History {
    parameters: Vec<Parameter>,
    /// Their values.
    pub(super) values: Vec<String>,
    /// How many there are, or should be.
    pub(super) count: usize,
    /// The one with an unreadable history.
    aside: Option<Parameter>,
}

/// Who may own a history.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances<'a> {
    pub(super) aws: &'a Aws,
    pub(super) account: &'a Account,
    pub(super) deployment: &'a str,
    /// Its state, if that exists.
    pub(super) state: Option<&'a Parameter>,
    /// Whether a function of ours exists.
    pub(super) has_function: bool,
}

impl Circumstances<'_> {
    fn is_ours(&self, parameter: &Parameter) -> bool {
        parameter.owner.as_deref() == Some(self.deployment)
    }

    fn is_state_ours(&self) -> bool {
        self.state.is_some_and(|state| self.is_ours(state))
    }

    /// Return a parameter with its owner, as far as it was read from its value.
    ///
    /// Beside a state of ours, what the value says is enough. Otherwise, another deployment may have taken over both,
    /// which only their tags say.
    pub(super) async fn owned(&self, parameter: Parameter) -> Result<Parameter> {
        match self.is_state_ours() && self.is_ours(&parameter) {
            true => Ok(parameter),
            false => self.with_tag(parameter).await,
        }
    }

    /// Return a parameter, if there is one, with its owner.
    pub(super) async fn owned_if_any(&self, parameter: Option<Parameter>) -> Result<Option<Parameter>> {
        match parameter {
            Some(parameter) => self.owned(parameter).await.map(Some),
            None => Ok(None),
        }
    }

    async fn with_tag(&self, parameter: Parameter) -> Result<Parameter> {
        let owner = parameter.read_owner(self.aws, self.account).await?;
        Ok(Parameter { owner, ..parameter })
    }
}

impl History {
    /// Read at least `expected` parameters, and more until one does not exist.
    pub(super) async fn read(aws: &Aws, state_parameter: &str, expected: usize) -> Result<Self> {
        let mut history = Self::default();
        history.continue_to(aws, state_parameter, expected).await?;
        Ok(history)
    }

    /// Also read the unreadable one. It is not used: only its removal needs it.
    pub(super) async fn read_all(aws: &Aws, state_parameter: &str, expected: usize) -> Result<Self> {
        let aside = Place::Aside.parameter(state_parameter);
        let (history, aside) =
            tokio::join!(Self::read(aws, state_parameter, expected), Parameter::read_value(&aside, aws));
        Ok(Self { aside: aside?.map(|(parameter, _)| parameter), ..history? })
    }

    /// Also read those that the state says there are.
    pub(super) async fn complete(
        mut self,
        aws: &Aws,
        state_parameter: &str,
        state: Option<&str>,
    ) -> Result<Self> {
        let expected = state.map_or(0, history_of);
        if expected > self.count {
            self.continue_to(aws, state_parameter, expected).await?;
        }
        Ok(self)
    }

    async fn continue_to(&mut self, aws: &Aws, state_parameter: &str, expected: usize) -> Result<()> {
        let expected = expected.min(MAX_PARAMETERS);
        let mut range = self.count..expected.saturating_add(1).min(MAX_PARAMETERS);
        self.count = expected;
        while !range.is_empty() {
            let mut does_follow = false;
            for (number, read) in range.clone().zip(read_each(aws, state_parameter, range.clone()).await?) {
                does_follow = read.is_some();
                if let Some((parameter, value)) = read {
                    self.parameters.push(parameter);
                    self.values.push(value);
                    self.count = self.count.max(number + 1);
                }
            }
            let end = if does_follow { range.end + MORE } else { range.end };
            range = range.end..end.min(MAX_PARAMETERS);
        }
        Ok(())
    }

    /// Return the parameters with their owners.
    ///
    /// The value of an unreadable history may not say anything, and the function may not set tags.
    pub(super) async fn owned(&mut self, of: Circumstances<'_>) -> Result<Vec<Parameter>> {
        let parameters = std::mem::take(&mut self.parameters);
        let read = parameters.into_iter().map(async |parameter| of.owned(parameter).await);
        let mut all: Vec<Parameter> = stream::iter(read).buffered(READS).try_collect().await?;
        if let Some(aside) = self.aside.take() {
            let mut aside = of.with_tag(aside).await?;
            if of.is_state_ours() || of.has_function || all.iter().any(|parameter| of.is_ours(parameter)) {
                aside.owner.get_or_insert_with(|| of.deployment.to_owned());
            }
            all.push(aside);
        }
        Ok(all)
    }
}

async fn read_each(
    aws: &Aws,
    state_parameter: &str,
    numbers: Range<usize>,
) -> Result<Vec<Option<(Parameter, String)>>> {
    let began = Instant::now();
    let first = numbers.start;
    let read = async |number: usize| {
        let further = u32::try_from((number - first).saturating_sub(READS)).unwrap_or(u32::MAX);
        sleep_until(began + BETWEEN_READS.saturating_mul(further)).await;
        let name = Place::Number(number).parameter(state_parameter);
        Parameter::read_value(&name, aws).await
    };
    stream::iter(numbers).map(read).buffered(READS).try_collect().await
}
