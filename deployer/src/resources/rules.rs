//! Rules of others that also run a function of ours. They are only reported, because plexmon did not create them.

use crate::aws::Aws;
use crate::resource::{Actions, Subject};

pub const ACTIONS: &[Actions] =
    &[Actions { on: Subject::Anything, read: &[], write: &["events:ListRuleNamesByTarget"] }];

/// The result of looking for such rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherRules {
    /// All of them.
    Known(Vec<String>),
    /// They could not be read, for this reason.
    Unknown(String),
}

impl Default for OtherRules {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl OtherRules {
    /// Read which rules other than `ours` have the function with this ARN as a target.
    ///
    /// This needs a permission that policies of earlier releases may not include, so a failure is not an error.
    pub async fn read(aws: &Aws, arn: &str, ours: &[String]) -> Self {
        let mut all = Vec::new();
        let mut next = None;
        loop {
            let call = aws.events.list_rule_names_by_target().target_arn(arn).set_next_token(next);
            let answer = match aws.call("events", "ListRuleNamesByTarget", call.send()).await {
                Ok(answer) => answer,
                Err(error) => return Self::Unknown(error.to_string()),
            };
            all.extend(answer.rule_names.unwrap_or_default());
            next = answer.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break;
            }
        }
        all.retain(|rule| !ours.contains(rule));
        Self::Known(all)
    }

    /// Return the names of the rules that are known.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Known(names) => names,
            Self::Unknown(_) => &[],
        }
    }

    /// Return the warning to show; `None` if there are no other rules.
    pub fn warning(&self, function: &str) -> Option<String> {
        let names = match self {
            Self::Unknown(why) => {
                return Some(format!("could not check whether other rules run `{function}`: {why}"));
            }
            Self::Known(names) => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(),
        };
        let (rules, have, were) = match names.len() {
            0 => return None,
            1 => ("rule", "has", "was"),
            _ => ("rules", "have", "were"),
        };
        Some(format!(
            "{rules} {} {have} `{function}` as a target and {were} not created by plexmon: delete what you no longer need",
            names.join(" and ")
        ))
    }
}
