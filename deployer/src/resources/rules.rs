//! Rules of others that run a function of ours as well. They are named and left alone: plexmon did not create them.

use crate::aws::Aws;
use crate::resource::{Actions, Subject};

pub const ACTIONS: &[Actions] =
    &[Actions { on: Subject::Anything, read: &[], write: &["events:ListRuleNamesByTarget"] }];

/// What is known about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherRules {
    /// All of them.
    Known(Vec<String>),
    /// Why they are not known.
    Unknown(String),
}

impl Default for OtherRules {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl OtherRules {
    /// Ask which rules have the function with this ARN as a target, other than `ours`.
    ///
    /// It needs a right of its own, which policies of earlier releases may lack, and nothing else depends on it.
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

    /// The rules that are known.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Known(names) => names,
            Self::Unknown(_) => &[],
        }
    }

    /// What to report; `None` if there are no other rules.
    pub fn warning(&self, function: &str) -> Option<String> {
        let names = match self {
            Self::Unknown(why) => {
                return Some(format!("whether other rules run `{function}` is unknown: {why}"));
            }
            Self::Known(names) => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(),
        };
        let (rules, name, are) = match names.len() {
            0 => return None,
            1 => ("rule", "names", "is"),
            _ => ("rules", "name", "are"),
        };
        Some(format!(
            "{rules} {} {name} `{function}` as a target and {are} not plexmon's: delete what you no longer need",
            names.join(" and ")
        ))
    }
}
