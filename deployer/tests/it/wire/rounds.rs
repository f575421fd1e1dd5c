//! The number of rounds of calls that a command takes: independent calls are concurrent. Each response of the fake
//! takes one second.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::resources::{Binding, Parameter};
use plexmon_deploy::stack::Stack;

use super::answers::{function_json, json_of};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::deployment::Only as _;

fn slow() -> Rig {
    let rig = Rig::new();
    rig.fake.take(Duration::from_secs(1));
    rig
}

fn rounds(rig: &Rig) -> String {
    rig.fake.rounds().iter().map(|round| round.join(" ") + "\n").collect()
}

#[tokio::test(start_paused = true)]
async fn everything_is_created_in_three_rounds() {
    let rig = slow();
    assert_eq!(rig.up().await, "done");
    assert_snapshot!(rounds(&rig), @"
    iam:CreateRole logs:CreateLogGroup ssm:PutParameter ssm:PutParameter ssm:PutParameter events:PutRule
    iam:PutRolePolicy logs:PutRetentionPolicy lambda:CreateFunction
    lambda:GetFunctionConfiguration lambda:PutFunctionEventInvokeConfig lambda:AddPermission events:PutTargets
    ");
}

#[tokio::test(start_paused = true)]
async fn new_code_is_recorded_while_it_is_uploaded() {
    let rig = slow();
    let old = |stack: &mut Stack| {
        stack.the_function().code = Some("old".to_owned());
    };
    assert_eq!(rig.repair(old).await, "done");
    assert_snapshot!(rounds(&rig), @"
    lambda:UpdateFunctionCode lambda:TagResource
    lambda:GetFunctionConfiguration
    ");
}

#[tokio::test(start_paused = true)]
async fn everything_is_deleted_in_two_rounds_and_what_the_function_needs_after_it() {
    let rig = slow();
    assert_eq!(rig.down(|_| {}).await, "done");
    assert_snapshot!(rounds(&rig), @"
    events:RemoveTargets lambda:DeleteFunction iam:DeleteRolePolicy
    events:DeleteRule lambda:GetFunction iam:DeleteRole logs:DeleteLogGroup ssm:DeleteParameters
    ");
}

/// The function's tag is the only trace of parameters under a previous name, so they are deleted first.
#[tokio::test(start_paused = true)]
async fn parameters_known_only_from_the_function_are_deleted_before_it() {
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

/// A replaced resource must be deleted completely; an accepted request to delete it is not enough.
#[tokio::test(start_paused = true)]
async fn a_replaced_function_is_confirmed_deleted_before_it_is_created() {
    let rig = Rig::new();
    let there = json_of(function_json(&rig.deployment));
    let gone = refused("ResourceNotFoundException", "Function not found");
    rig.fake.until(Duration::from_secs(3), "lambda:GetFunction", there, gone);
    let orphaned = |stack: &mut Stack| {
        stack.roles.clear();
        stack.the_function().binding = Binding::Stale;
    };
    assert_eq!(rig.repair(orphaned).await, "done");
    let rounds = rig.fake.rounds();
    let second = |operation: &str| rounds.iter().position(|round| round.iter().any(|made| made == operation));
    assert_eq!(second("lambda:DeleteFunction"), Some(0));
    assert!(second("lambda:CreateFunction") >= Some(3), "{rounds:?}");
}

/// Obsolete resources are deleted after the last call for all others.
#[tokio::test(start_paused = true)]
async fn resources_of_a_previous_name_are_deleted_last() {
    let rig = slow();
    let renamed = |stack: &mut Stack| {
        stack.log_groups.clear();
        let state = stack.the_state().clone();
        stack.parameters.push(Parameter { name: "/old".to_owned(), ..state });
        stack.the_function().state = Some("/old".to_owned());
    };
    assert_eq!(rig.repair(renamed).await, "done");
    assert_snapshot!(rounds(&rig), @"
    logs:CreateLogGroup
    logs:PutRetentionPolicy
    ssm:DeleteParameter
    lambda:TagResource
    ");
}
