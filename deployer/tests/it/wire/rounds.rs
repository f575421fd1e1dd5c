//! How many rounds of calls a command takes: what can be asked for at the same time is. AWS here takes a second for
//! each answer.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::resources::{Binding, Parameter};
use plexmon_deploy::stack::Stack;

use super::answers::{function_json, json_of};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::world::Only as _;

fn slow() -> Rig {
    let rig = Rig::new();
    rig.fake.take(Duration::from_secs(1));
    rig
}

fn rounds(rig: &Rig) -> String {
    rig.fake.rounds().iter().map(|round| round.join(" ") + "\n").collect()
}

#[tokio::test(start_paused = true)]
async fn everything_is_made_in_three_rounds() {
    let rig = slow();
    assert_eq!(rig.up().await, "done");
    assert_snapshot!(rounds(&rig), @"
    iam:CreateRole logs:CreateLogGroup ssm:PutParameter ssm:PutParameter events:PutRule
    iam:PutRolePolicy logs:PutRetentionPolicy lambda:CreateFunction
    lambda:GetFunctionConfiguration lambda:PutFunctionEventInvokeConfig lambda:AddPermission events:PutTargets
    ");
}

#[tokio::test(start_paused = true)]
async fn new_code_is_noted_down_while_it_is_uploaded() {
    let rig = slow();
    let old = |stack: &mut Stack| {
        stack.the_function().code = Some("old".to_owned());
    };
    assert_eq!(rig.mend(old).await, "done");
    assert_snapshot!(rounds(&rig), @"
    lambda:UpdateFunctionCode lambda:TagResource
    lambda:GetFunctionConfiguration
    ");
}

#[tokio::test(start_paused = true)]
async fn everything_goes_in_two_rounds_and_what_the_function_needs_after_it() {
    let rig = slow();
    assert_eq!(rig.down(|_| {}).await, "done");
    assert_snapshot!(rounds(&rig), @"
    events:RemoveTargets lambda:DeleteFunction iam:DeleteRolePolicy
    events:DeleteRule lambda:GetFunction iam:DeleteRole logs:DeleteLogGroup ssm:DeleteParameters
    ");
}

/// The function's tag is the only trace of parameters under an earlier name: whatever interrupts, they go before it.
#[tokio::test(start_paused = true)]
async fn what_only_the_function_tells_of_goes_before_it() {
    let rig = slow();
    let old = |stack: &mut Stack| {
        stack.the_state().name = "/old".to_owned();
        stack.the_function().state = Some("/old".to_owned());
    };
    assert_eq!(rig.down(old).await, "done");
    assert_snapshot!(rounds(&rig), @"
    events:RemoveTargets iam:DeleteRolePolicy
    events:DeleteRule iam:DeleteRole ssm:DeleteParameters
    lambda:DeleteFunction
    lambda:GetFunction logs:DeleteLogGroup
    ");
}

/// What is removed to be made anew has to be gone; that its removal was accepted is not enough.
#[tokio::test(start_paused = true)]
async fn a_function_that_is_replaced_is_seen_gone_before_it_is_made_anew() {
    let rig = Rig::new();
    let there = json_of(function_json(&rig.world));
    let gone = refused("ResourceNotFoundException", "Function not found");
    rig.fake.until(Duration::from_secs(3), "lambda:GetFunction", there, gone);
    let orphaned = |stack: &mut Stack| {
        stack.roles.clear();
        stack.the_function().binding = Binding::Stale;
    };
    assert_eq!(rig.mend(orphaned).await, "done");
    let rounds = rig.fake.rounds();
    let second = |operation: &str| rounds.iter().position(|round| round.iter().any(|made| made == operation));
    assert_eq!(second("lambda:DeleteFunction"), Some(0));
    assert!(second("lambda:CreateFunction") >= Some(3), "{rounds:?}");
}

/// What is superfluous goes when all else stands, to the last call.
#[tokio::test(start_paused = true)]
async fn what_an_earlier_name_has_left_goes_after_everything_else() {
    let rig = slow();
    let renamed = |stack: &mut Stack| {
        stack.log_groups.clear();
        let state = stack.the_state().clone();
        stack.parameters.push(Parameter { name: "/old".to_owned(), ..state });
        stack.the_function().state = Some("/old".to_owned());
    };
    assert_eq!(rig.mend(renamed).await, "done");
    assert_snapshot!(rounds(&rig), @"
    logs:CreateLogGroup
    logs:PutRetentionPolicy
    ssm:DeleteParameter
    lambda:TagResource
    ");
}
