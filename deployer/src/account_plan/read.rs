//! Reads the account's plan, which is optional: whatever goes wrong, the plan is unknown, and nothing waits for it.

use std::time::Duration;

use aws_sdk_freetier::operation::get_account_plan_state::GetAccountPlanStateOutput;
use aws_sdk_freetier::types::{AccountPlanStatus, AccountPlanType, CurrencyCode};
use aws_smithy_runtime_api::client::result::SdkError;
use tokio::sync::oneshot;

use super::{AccountPlan, Day, PlanKind, PlanStatus};
use crate::aws::{Aws, CallError, present};
use crate::error::Result;
use crate::names::partition;
use crate::resource::{Actions, Subject};

pub const ACTIONS: &[Actions] =
    &[Actions { on: Subject::Anything, read: &["freetier:GetAccountPlanState"], write: &[] }];

/// How long the answer may take; longer only while other calls take longer.
const LONGEST: Duration = Duration::from_secs(2);

/// Amounts beyond this are not credits of a new account.
const MOST_CREDITS_USD: f64 = 1e6;

/// Await `work`, and read the plan meanwhile.
///
/// The call is given up only after the end of `work`: before, it may be the one that waits for credentials on behalf of
/// all other calls.
pub async fn read_alongside<T>(
    aws: &Aws,
    work: impl Future<Output = Result<T>>,
) -> Result<(T, Option<AccountPlan>)> {
    let (finished, is_finished) = oneshot::channel::<()>();
    let work = async move {
        let result = work.await;
        drop(finished);
        result
    };
    let limit = async {
        tokio::time::sleep(LONGEST).await;
        let _ = is_finished.await;
    };
    let plan = async { Ok(read(aws, limit).await.unwrap_or_default()) };
    tokio::try_join!(work, plan)
}

/// Read the plan until `limit`. There is none in partitions without the service, and none that AWS knows of in some older
/// accounts.
pub async fn read(aws: &Aws, limit: impl Future<Output = ()>) -> Result<Option<AccountPlan>, CallError> {
    let Some(client) = home(&aws.region).map(|home| aws.freetier(home)) else { return Ok(None) };
    let call = client.get_account_plan_state().send();
    let limited = async {
        tokio::select! {
            // An answer that came at the last moment counts.
            biased;
            answer = call => answer,
            () = limit => Err(SdkError::timeout_error("no answer in time, and nothing depends on it")),
        }
    };
    let answer = present(aws.call("freetier", "GetAccountPlanState", limited).await)?;
    Ok(answer.as_ref().and_then(plan_of))
}

/// Return the only region of a partition in which the service answers.
fn home(region: &str) -> Option<&'static str> {
    match partition(region) {
        Some("aws") => Some("us-east-1"),
        Some("aws-cn") => Some("cn-northwest-1"),
        _ => None,
    }
}

fn plan_of(answer: &GetAccountPlanStateOutput) -> Option<AccountPlan> {
    let kind = match answer.account_plan_type() {
        AccountPlanType::Free => PlanKind::Free,
        AccountPlanType::Paid => PlanKind::Paid,
        _ => return None,
    };
    let status = match answer.account_plan_status() {
        AccountPlanStatus::NotStarted => Some(PlanStatus::NotStarted),
        AccountPlanStatus::Active => Some(PlanStatus::Active),
        AccountPlanStatus::Expired => Some(PlanStatus::Expired),
        _ => None,
    };
    let credits = answer.account_plan_remaining_credits().filter(|credits| credits.unit == CurrencyCode::Usd);
    Some(AccountPlan {
        kind,
        status,
        ends: answer.account_plan_expiration_date().and_then(|date| Day::at(date.secs())),
        remaining_credits_usd: credits
            .map(|credits| credits.amount)
            .filter(|amount| (0.0..MOST_CREDITS_USD).contains(amount)),
    })
}
