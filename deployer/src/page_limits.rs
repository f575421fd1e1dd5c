//! What the account and the region allow for the status page, found out before anything is planned.

use crate::aws::{Aws, present};
use crate::config::{Config, PageConfig};
use crate::error::{Error, Result};
use crate::names::LambdaNames;
use crate::resources::Concurrency;
use crate::resources::concurrency::cannot_reserve;
use crate::resources::function_url_calls::not_offered;
use crate::stack::Observed;

/// Lambda keeps at least this much of an account's concurrency unreserved. A new account has no more than that.
const LEAST_UNRESERVED: i32 = 10;

/// What stands in the way of the page as configured.
#[derive(Debug, Clone, Default)]
pub enum PageLimits {
    /// Nothing, as far as known.
    #[default]
    None,
    /// Nothing can be reserved, but the page does without, because it is not in the monitor's region.
    WithoutReservation { region: String },
    /// No more can be reserved than the page has, so it keeps what it has.
    KeptReservation { region: String, held: u32, wanted: i32 },
    /// The page cannot be deployed.
    Refused(Error),
}

/// A reservation that the page does not have yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Request {
    wanted: i32,
    /// What is reserved for it so far.
    held: i32,
    /// What no function of the account has reserved in this region.
    unreserved: i32,
    is_beside_monitor: bool,
}

/// What becomes of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Reserve,
    /// Elsewhere, a flood of visitors cannot take runs away from the monitor.
    DoWithout,
    /// A smaller limit than wanted is better than none.
    Keep,
    Refuse,
}

impl Request {
    fn decide(self) -> Decision {
        let left = self.unreserved.saturating_add(self.held).saturating_sub(self.wanted);
        match (left >= LEAST_UNRESERVED, self.is_beside_monitor) {
            (true, _) => Decision::Reserve,
            (false, false) if self.held > 0 => Decision::Keep,
            (false, false) => Decision::DoWithout,
            (false, true) => Decision::Refuse,
        }
    }
}

impl PageLimits {
    /// Find out what the page of this configuration cannot have. The account's limits are read only if the page does not
    /// have the configured reservation yet.
    pub async fn read(aws: &Aws, config: &Config, observed: &Observed) -> Result<Self> {
        let Some(page) = &config.page else { return Ok(Self::None) };
        let home = &observed.account.region;
        let names = observed.names.page_in(page.region.as_deref().unwrap_or(home));
        // `require_configured_regions` reports it.
        if observed.unchecked().contains(&names.region) {
            return Ok(Self::None);
        }
        if observed.urls.not_offered_in.contains(&names.region) {
            return Ok(Self::Refused(not_offered(&names.region)));
        }
        let Some((wanted, held)) = missing(page, &names, observed) else { return Ok(Self::None) };
        let Some(unreserved) = unreserved(&aws.in_region(&names.region)).await? else {
            return Ok(Self::None);
        };
        let request = Request { wanted, held, unreserved, is_beside_monitor: names.region == *home };
        Ok(match request.decide() {
            Decision::Reserve => Self::None,
            Decision::DoWithout => Self::WithoutReservation { region: names.region },
            Decision::Keep => {
                let held = u32::try_from(held).unwrap_or_default();
                Self::KeptReservation { region: names.region, held, wanted }
            }
            Decision::Refuse => {
                let cause = format!(
                    "the account has {unreserved} unreserved concurrent executions there, and at least \
                     {LEAST_UNRESERVED} must stay unreserved"
                );
                Self::Refused(cannot_reserve(Error::usage(cause), wanted, &names.region))
            }
        })
    }

    /// Return the configuration that can be deployed.
    pub fn applied_to(&self, config: Config) -> Config {
        let page = match (self, config.page) {
            (Self::WithoutReservation { .. }, Some(page)) => Some(PageConfig { concurrency: None, ..page }),
            (Self::KeptReservation { held, .. }, Some(page)) => {
                Some(PageConfig { concurrency: Some(*held), ..page })
            }
            (_, page) => page,
        };
        Config { page, ..config }
    }

    /// Fail if the page cannot be deployed.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Refused(error) => Err(error.clone()),
            Self::None | Self::WithoutReservation { .. } | Self::KeptReservation { .. } => Ok(()),
        }
    }

    /// Return what to warn about.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::None | Self::Refused(_) => None,
            Self::WithoutReservation { region } => Some(format!(
                "the status page is served without a limit: the account cannot reserve concurrency in {region}. Set \
                 `concurrency = \"unreserved\"` in [page] if that is intended"
            )),
            Self::KeptReservation { region, held, wanted } => Some(format!(
                "the status page keeps a limit of {held} concurrent runs: the account cannot reserve {wanted} in \
                 {region}. Set `concurrency = {held}` in [page] if that is enough"
            )),
        }
    }
}

/// Return the configured reservation and what is reserved so far, if they differ.
fn missing(page: &PageConfig, names: &LambdaNames, observed: &Observed) -> Option<(i32, i32)> {
    let wanted = i32::try_from(page.concurrency?).unwrap_or(i32::MAX);
    let held = match observed.stack.function(names).and_then(|function| function.concurrency) {
        Some(Concurrency::Reserved(held)) => held,
        Some(Concurrency::Unreserved) | None => 0,
    };
    (wanted != held).then_some((wanted, held))
}

/// Read what is not reserved in a region; `None` if these credentials may not know it, or AWS does not say. Then the
/// reservation itself is refused, if it has to be.
async fn unreserved(aws: &Aws) -> Result<Option<i32>> {
    let call = aws.lambda.get_account_settings().send();
    let answer = match aws.call("lambda", "GetAccountSettings", call).await {
        Err(error) if error.is_denied() => return Ok(None),
        answer => present(answer)?,
    };
    let limit = answer.and_then(|answer| answer.account_limit);
    Ok(limit.and_then(|limit| limit.unreserved_concurrent_executions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_leaves_at_least_ten_unreserved() {
        let decide = |wanted, held, unreserved, is_beside_monitor| {
            Request { wanted, held, unreserved, is_beside_monitor }.decide()
        };
        assert_eq!(decide(2, 0, 1000, true), Decision::Reserve);
        assert_eq!(decide(2, 0, 12, true), Decision::Reserve);
        assert_eq!(decide(2, 0, 11, true), Decision::Refuse);
        assert_eq!(decide(2, 0, 11, false), Decision::DoWithout);
        assert_eq!(decide(1, 0, 10, false), Decision::DoWithout);
    }

    #[test]
    fn what_is_reserved_for_the_page_already_counts() {
        let decide =
            |wanted, held, unreserved| Request { wanted, held, unreserved, is_beside_monitor: true }.decide();
        assert_eq!(decide(4, 2, 12), Decision::Reserve);
        assert_eq!(decide(5, 2, 12), Decision::Refuse);
        // Less is always possible.
        assert_eq!(decide(1, 2, 10), Decision::Reserve);
    }

    #[test]
    fn a_limit_that_cannot_be_raised_is_kept() {
        let decide =
            |held, is_beside_monitor| Request { wanted: 5, held, unreserved: 12, is_beside_monitor }.decide();
        assert_eq!(decide(2, false), Decision::Keep);
        assert_eq!(decide(2, true), Decision::Refuse);
        assert_eq!(decide(0, false), Decision::DoWithout);
    }
}
