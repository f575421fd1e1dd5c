//! What there is to know about the plan of the account, where AWS is going to close the account.

use crate::account_plan::{AccountPlan, PlanKind, PlanStatus};

const DAY_S: u64 = 24 * 60 * 60;

/// The end of a plan is urgent when less than this is left.
const URGENT_DAYS: u64 = 30;

/// A sentence about the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanNotice {
    pub text: String,
    pub is_urgent: bool,
}

/// Return the notice at this time, in Unix seconds; `None` if AWS is not going to close the account.
pub fn plan_notice(plan: &AccountPlan, now: u64) -> Option<PlanNotice> {
    if plan.kind == PlanKind::Paid {
        return None;
    }
    if plan.status == Some(PlanStatus::Expired) || plan.ends.is_some_and(|day| day.is_over(now)) {
        // Without credits, a plan ends before its day.
        let day = plan.ends.filter(|day| day.begins() <= now);
        let on = day.map_or_else(String::new, |day| format!(" on {day}"));
        let text = format!(
            "the free plan of this AWS account ended{on}. AWS closes the account, and the monitor stops. {}",
            advice("now")
        );
        return Some(PlanNotice { text, is_urgent: true });
    }
    let left = plan.ends.map(|day| day.begins().saturating_sub(now));
    let when = match (plan.ends, left) {
        (Some(day), Some(0)) => format!("today, on {day}"),
        (Some(day), Some(left)) => format!("on {day}, {}", days(left / DAY_S)),
        _ if plan.status == Some(PlanStatus::Active) => "six months after the account was opened".to_owned(),
        _ => return None,
    };
    let credits = plan.remaining_credits_usd.map_or_else(String::new, |credits| {
        format!(", or earlier if the remaining credits of ${credits:.2} are used up")
    });
    let text = format!(
        "the free plan of this AWS account ends {when}{credits}. AWS then closes the account, and the monitor stops. {}",
        advice("before that")
    );
    Some(PlanNotice { text, is_urgent: left.is_some_and(|left| left <= URGENT_DAYS * DAY_S) })
}

fn days(days: u64) -> String {
    match days {
        0 => "in less than a day".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    }
}

fn advice(when: &str) -> String {
    format!(
        "Upgrade the plan {when}, in the AWS console under Billing and Cost Management; within the always-free allowances, \
         nothing is charged"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-26 10:00 UTC.
    const NOW: u64 = 1_795_687_200;

    fn free(status: PlanStatus, ends: &str, credits: Option<f64>) -> Option<PlanNotice> {
        let plan = AccountPlan {
            kind: PlanKind::Free,
            status: Some(status),
            ends: ends.parse().ok(),
            remaining_credits_usd: credits,
        };
        plan_notice(&plan, NOW)
    }

    fn text(status: PlanStatus, ends: &str, credits: Option<f64>) -> String {
        free(status, ends, credits).unwrap().text
    }

    #[test]
    fn the_end_of_the_free_plan_has_its_date_and_the_days_that_are_left() {
        insta::assert_snapshot!(text(PlanStatus::Active, "2027-01-15", Some(85.1)), @"the free plan of this AWS account ends on 2027-01-15, in 49 days, or earlier if the remaining credits of $85.10 are used up. AWS then closes the account, and the monitor stops. Upgrade the plan before that, in the AWS console under Billing and Cost Management; within the always-free allowances, nothing is charged");
        insta::assert_snapshot!(text(PlanStatus::Active, "", None), @"the free plan of this AWS account ends six months after the account was opened. AWS then closes the account, and the monitor stops. Upgrade the plan before that, in the AWS console under Billing and Cost Management; within the always-free allowances, nothing is charged");
        insta::assert_snapshot!(text(PlanStatus::Expired, "2026-11-01", Some(0.0)), @"the free plan of this AWS account ended on 2026-11-01. AWS closes the account, and the monitor stops. Upgrade the plan now, in the AWS console under Billing and Cost Management; within the always-free allowances, nothing is charged");
        assert!(
            text(PlanStatus::Active, "2026-11-27", None).contains(" on 2026-11-27, in less than a day. ")
        );
        assert!(text(PlanStatus::Active, "2026-11-28", None).contains(" on 2026-11-28, in 1 day. "));
        assert!(text(PlanStatus::Active, "2026-11-26", None).contains(" ends today, on 2026-11-26. "));
        assert!(text(PlanStatus::Active, "2026-11-25", None).contains(" ended on 2026-11-25. "));
        for used_up in ["", "2027-01-15"] {
            assert!(
                text(PlanStatus::Expired, used_up, Some(0.0)).contains("this AWS account ended. AWS closes")
            );
        }
    }

    #[test]
    fn the_last_thirty_days_are_urgent() {
        let is_urgent = |ends: &str| free(PlanStatus::Active, ends, None).unwrap().is_urgent;
        assert!(!is_urgent("2026-12-27"));
        assert!(is_urgent("2026-12-26"));
        assert!(!is_urgent(""));
        assert!(free(PlanStatus::Expired, "", None).unwrap().is_urgent);
    }

    #[test]
    fn a_plan_that_does_not_close_the_account_is_not_mentioned() {
        assert_eq!(free(PlanStatus::NotStarted, "", None), None);
        let paid = AccountPlan {
            kind: PlanKind::Paid,
            status: Some(PlanStatus::Active),
            ends: "2027-01-15".parse().ok(),
            remaining_credits_usd: Some(10.0),
        };
        assert_eq!(plan_notice(&paid, NOW), None);
    }
}
