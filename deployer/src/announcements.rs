//! The announcements of a deployment in Parameter Store: read them, and change them without losing what another person
//! announces at the same time.

mod changes;
mod merge;

use aws_sdk_ssm::types::{ParameterTier, ParameterType};
use plexmon_function::contract::announcement::{Announcements, VERSION};
use serde_json::Value;

use self::changes::fitting;
pub use self::changes::{add, clear};
use self::merge::merge;
use crate::aws::{Aws, Existence, present};
use crate::error::{Error, Result};
use crate::report::Progress;
use crate::retry::{Attempt, SHORT_BUDGET, keep_reading, keep_trying};

/// How often a change is repeated because someone else made one at the same time.
const TRIES: usize = 5;

/// The parameter of one deployment.
pub struct Board<'a> {
    pub aws: &'a Aws,
    pub parameter: &'a str,
    pub deployment: &'a str,
}

/// A value of the parameter, and its version.
struct Stored {
    text: String,
    version: i64,
}

impl Board<'_> {
    /// Read the announcements; nothing if there is no such parameter.
    pub async fn read(&self) -> Result<Option<Announcements>> {
        let stored = self.stored(self.parameter).await?;
        stored.map(|stored| self.parse(&stored.text)).transpose()
    }

    /// Change the announcements, and return them as they are then; nothing if there is no such parameter.
    ///
    /// Every write creates a version. If it is not the one after the version that was read, someone else has written in
    /// between, and this write has replaced theirs. Both changes are then written together.
    pub async fn change(
        &self,
        progress: &Progress,
        change: impl FnOnce(&Announcements) -> Result<Announcements>,
        now: u64,
    ) -> Result<Option<Announcements>> {
        let Some(stored) = self.stored(self.parameter).await? else { return Ok(None) };
        let (mut base, mut version) = (self.parse(&stored.text)?, stored.version);
        let mut ours = change(&base)?;
        for _ in 0..TRIES {
            if ours == base {
                return Ok(Some(ours));
            }
            // Another announcement may have taken the room meanwhile.
            ours = fitting(ours, now)?;
            let text = ours.encode();
            let written = self.write(progress, &text).await?;
            if written <= version + 1 {
                return Ok(Some(ours));
            }
            let replaced = self.stored(&format!("{}:{}", self.parameter, written - 1)).await?;
            let Some(replaced) = replaced.filter(|replaced| replaced.text != text) else {
                // It was our own write, whose answer was lost.
                return Ok(Some(ours));
            };
            let merged = merge(&base, &ours, self.parse(&replaced.text)?);
            (base, version) = (ours, written);
            ours = merged;
        }
        Err(Error::new("could not change the announcements")
            .cause(format!("tried {TRIES} times, but someone else changed them each time"))
            .hint("run `plexmon-deploy announce` to see what is announced now"))
    }

    async fn stored(&self, name: &str) -> Result<Option<Stored>> {
        let call = self.aws.ssm.get_parameter().name(name);
        let answer =
            keep_reading(async || present(self.aws.call("ssm", "GetParameter", call.clone().send()).await));
        let parameter = answer.await?.and_then(|answer| answer.parameter);
        Ok(parameter.map(|parameter| Stored {
            text: parameter.value.unwrap_or_default(),
            version: parameter.version,
        }))
    }

    async fn write(&self, progress: &Progress, text: &str) -> Result<i64> {
        let call = self.aws.ssm.put_parameter().name(self.parameter).value(text).overwrite(true);
        // The account's default tier may be one that costs money.
        let call = call.r#type(ParameterType::String).tier(ParameterTier::Standard);
        let answer = keep_trying(progress, SHORT_BUDGET, async || {
            match self.aws.call("ssm", "PutParameter", call.clone().send()).await {
                Ok(answer) => Attempt::Done(answer),
                Err(error) => Attempt::after(error, Existence::Known),
            }
        });
        Ok(answer.await?.version)
    }

    /// Reject what this deployment did not write, or a later release.
    fn parse(&self, text: &str) -> Result<Announcements> {
        let name = self.parameter;
        let Some(read) = Announcements::parse(text) else {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            let is_newer = value["version"].as_u64().is_some_and(|version| version > VERSION);
            return Err(match is_newer {
                true => Error::new(format!("parameter `{name}` was written by a later release"))
                    .hint("update plexmon-deploy"),
                false => Error::new(format!("parameter `{name}` does not contain announcements"))
                    .hint("delete the parameter, then run `plexmon-deploy up`, which creates it again"),
            });
        };
        if read.deployment != self.deployment {
            return Err(Error::new(format!("parameter `{name}` belongs to another deployment"))
                .cause(format!("it belongs to `{}`, and this is `{}`", read.deployment, self.deployment))
                .hint("choose another `parameter` in [state]"));
        }
        Ok(read)
    }
}
