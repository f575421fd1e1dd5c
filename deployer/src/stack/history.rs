//! Read the parameters of the history: those that are expected, and others up to the first that does not exist.
//!
//! There may be many, so their tags are read only if something else does not say whose they are.

use std::ops::Range;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use plexmon_function::contract::history::{MAX_PARAMETERS, Place};

use crate::aws::Aws;
use crate::error::Result;
use crate::names::{Account, Names};
use crate::resource::Resource as _;
use crate::resources::Parameter;
use crate::resources::parameter::history_of;

/// How many are read at the same time: SSM accepts 40 reads a second.
const READS: usize = 20;

/// How many are read at once where it is not known how many there are.
const MORE: usize = 10;

/// The parameters of a history that exist.
pub(super) struct History {
    pub(super) parameters: Vec<Parameter>,
    /// Their values.
    pub(super) values: Vec<String>,
    /// How many there are, or should be.
    pub(super) count: usize,
}

impl History {
    /// Read at least `expected` parameters, and more until one does not exist.
    pub(super) async fn read(aws: &Aws, state_parameter: &str, expected: usize) -> Result<Self> {
        let mut history = Self { parameters: Vec::new(), values: Vec::new(), count: 0 };
        history.continue_to(aws, state_parameter, expected).await?;
        Ok(history)
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
}

async fn read_each(
    aws: &Aws,
    state_parameter: &str,
    numbers: Range<usize>,
) -> Result<Vec<Option<(Parameter, String)>>> {
    let read =
        async |number| Parameter::read_history(&Place::Number(number).parameter(state_parameter), aws).await;
    stream::iter(numbers).map(read).buffered(READS).try_collect().await
}

/// Return the parameters with their owners.
///
/// What the value says is enough beside a state of ours. Otherwise, somebody else may have taken over both, and only their
/// tags say so.
pub(super) async fn with_owners(
    aws: &Aws,
    names: &Names,
    account: &Account,
    state: Option<&Parameter>,
    history: Vec<Parameter>,
) -> Result<Vec<Parameter>> {
    let ours = Some(&names.deployment);
    let is_state_ours = state.is_some_and(|state| state.owner.as_ref() == ours);
    let read = history.into_iter().map(async |parameter| {
        if is_state_ours && parameter.owner.as_ref() == ours {
            return Ok(parameter);
        }
        let owner = parameter.read_owner(aws, account).await?;
        Ok(Parameter { owner, ..parameter })
    });
    stream::iter(read).buffered(READS).try_collect().await
}
