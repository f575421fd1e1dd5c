//! A state that needs several parameters: many targets, and fewer of them later.

use std::fmt::Write as _;

use insta::assert_snapshot;
use plexmon_deploy::config::SecretLookup;
use plexmon_deploy::plan::Step;
use plexmon_deploy::resource::ResourceKind;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::deployment::{CONFIG, Deployment, Only as _, secrets, text};
use super::order::before;

/// A deployment with this many targets.
fn many(targets: usize) -> Deployment {
    let mut config = CONFIG.to_owned();
    for number in 1..targets {
        let _ = write!(
            config,
            "[[target]]\nname = \"app{number:03}\"\nurl = \"https://app{number}.example.com\"\n\n"
        );
    }
    Deployment::of(&config, &SecretLookup::All(secrets()))
}

/// Return the lines of a plan about the parameters of the state and the role.
fn parameters(text: &str) -> String {
    let of_interest = |line: &&str| {
        let is_shown = line.contains(" parameter ") || line.contains(" role ") || line.contains(": ");
        is_shown && !line.contains("_history")
    };
    text.lines().filter(of_interest).map(|line| format!("{line}\n")).collect()
}

fn policy_resource(deployment: &Deployment) -> serde_json::Value {
    deployment.desired.roles[0].policy.as_ref().unwrap()["Statement"][1]["Resource"].clone()
}

#[test]
fn many_targets_create_additional_parameters_with_our_tag() {
    let deployment = many(60);
    assert_snapshot!(parameters(&text(deployment.up(&Stack::nothing()))), @"
    + create role      plex-remote-health-role
    + create parameter /homelab/plex_remote_status
    + create parameter /homelab/plex_remote_status_part2
    + create parameter /homelab/plex_remote_status_part3
    + create parameter /homelab/plex_remote_status_part4
    + create parameter /homelab/plex_remote_status_part5
    + create parameter /homelab/plex_remote_status_part6
    ");
    let owners = deployment.desired.parameters.iter().map(|part| part.owner.as_deref());
    assert!(owners.clone().count() > 1 && owners.clone().all(|owner| owner == Some("plex-remote-health")));
    assert!(deployment.up(&deployment.desired).unwrap().is_empty());
}

#[test]
fn a_missing_part_is_recreated_and_an_untagged_one_is_claimed() {
    let deployment = many(60);
    let lacking = deployment.drifted(|stack| drop(stack.parameters.remove(1)));
    assert_snapshot!(text(deployment.up(&lacking)), @"
      + create parameter /homelab/plex_remote_status_part2
    1 to create, 0 to update, 0 to delete
    ");
    let untagged = deployment.drifted(|stack| stack.parameters[1].owner = None);
    assert_snapshot!(text(deployment.up(&untagged)), @"
    error: parameter `/homelab/plex_remote_status_part2` already exists and is not managed by this deployment
      cause: it has no tag `plexmon:deployment`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
    assert_snapshot!(text(deployment.adopt(&untagged)), @"
      ~ update parameter /homelab/plex_remote_status_part2
          owner: (none) -> plex-remote-health
    0 to create, 1 to update, 0 to delete
    ");
    let foreign = deployment.drifted(|stack| stack.parameters[2].owner = Some("cinema".to_owned()));
    assert_snapshot!(text(deployment.up(&foreign)), @"
    error: parameter `/homelab/plex_remote_status_part3` already exists and is not managed by this deployment
      cause: its tag `plexmon:deployment` says that it belongs to the deployment `cinema`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
}

#[test]
fn the_role_may_use_additional_parameters_only_if_there_are_any() {
    let first = "arn:aws:ssm:eu-central-1:123456789012:parameter/homelab/plex_remote_status";
    assert_eq!(policy_resource(&many(1)), json!(first));
    assert_eq!(policy_resource(&many(60)), json!([first, format!("{first}_part*")]));
}

#[test]
fn down_deletes_all_parts_and_the_first_one_last() {
    let deployment = many(60);
    let plan = deployment.down(&deployment.desired).unwrap();
    assert_snapshot!(parameters(&plan.to_string()), @"
    - delete role      plex-remote-health-role
    - delete parameter /homelab/plex_remote_status_part2
    - delete parameter /homelab/plex_remote_status_part3
    - delete parameter /homelab/plex_remote_status_part4
    - delete parameter /homelab/plex_remote_status_part5
    - delete parameter /homelab/plex_remote_status_part6
    - delete parameter /homelab/plex_remote_status
    ");
    let is_first = |step: &Step| step.name == deployment.names.state_parameter;
    // The first parameter of the history is found without the state.
    let is_found = |step: &Step| is_first(step) || step.name.ends_with("_history");
    assert!(
        before(&plan, |step| !is_found(step) && step.kind == ResourceKind::Parameter, is_first),
        "{plan}"
    );
    let foreign = deployment.drifted(|stack| stack.parameters[1].owner = Some("cinema".to_owned()));
    assert_snapshot!(parameters(&text(deployment.down(&foreign))), @"
    - delete role      plex-remote-health-role
    - delete parameter /homelab/plex_remote_status_part3
    - delete parameter /homelab/plex_remote_status_part4
    - delete parameter /homelab/plex_remote_status_part5
    - delete parameter /homelab/plex_remote_status_part6
    - delete parameter /homelab/plex_remote_status
    . keep   parameter /homelab/plex_remote_status_part2 (its tag `plexmon:deployment` says that it belongs to the deployment `cinema`)
    ");
}

/// The function still reads the state of the remaining targets, and `down` deletes all parts.
#[test]
fn obsolete_parts_are_kept_with_the_permission_to_read_them() {
    let many = many(60);
    let deployment = Deployment::usual().once_in(6);
    assert_eq!(deployment.names.state_parts, many.names.state_parts);
    let of_state = |mut stack: Stack| {
        stack.parameters.retain(|parameter| !parameter.name.contains("_history"));
        stack.parameters
    };
    assert_eq!(of_state(many.desired.clone()), of_state(deployment.desired.clone()));
    assert_eq!(policy_resource(&deployment), policy_resource(&many));
    assert!(deployment.up(&deployment.desired).unwrap().is_empty());

    let plan = Deployment::usual().down(&deployment.desired).unwrap();
    assert_eq!(plan.steps.last().unwrap().name, deployment.names.state_parameter);
    assert_eq!(
        plan.steps.iter().filter(|step| step.name.contains("_part")).count(),
        many.names.state_parts.len()
    );
}

/// The function's tag names the previous state, whichever of its parameters exist.
#[test]
fn after_a_rename_the_previous_parts_are_deleted_before_the_first_one() {
    let config = format!("{CONFIG}\n[state]\nparameter = \"/home/plex\"\n");
    let deployment = Deployment::of(&config, &SecretLookup::All(secrets()));
    let old = many(60);
    for of_old in [old.desired.parameters[1..].to_vec(), old.desired.parameters.clone()] {
        let observed = deployment.drifted(|stack| {
            stack.the_function().state = Some(old.names.state_parameter.clone());
            stack.parameters.extend(of_old);
        });
        let plan = deployment.up(&observed).unwrap();
        let is_first = |step: &Step| step.name == old.names.state_parameter;
        let is_part = |step: &Step| step.name.contains("_part");
        assert!(before(&plan, is_part, is_first), "{plan}");
        let is_last = |step: &Step| *step == *plan.steps.last().unwrap();
        assert_eq!(plan.steps.last().unwrap().name, deployment.names.function());
        assert!(before(&plan, |step| !is_last(step), is_last), "{plan}");
    }
}

/// Each target has a parameter of the history: a line for each would hide the rest.
#[test]
fn the_parameters_of_many_histories_are_one_line() {
    let deployment = many(17);
    assert_snapshot!(text(deployment.up(&Stack::nothing())), @"
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create parameter /homelab/plex_remote_status_part2
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history ... _history17, 17 parameters
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    24 to create, 0 to update, 0 to delete
    ");
    let lacking = deployment.drifted(|stack| {
        let is_lacking = |name: &str| name.ends_with("_history3") || name.ends_with("_history9");
        stack.parameters.retain(|parameter| !is_lacking(&parameter.name));
    });
    assert_snapshot!(text(deployment.up(&lacking)), @"
      + create parameter /homelab/plex_remote_status_history3
      + create parameter /homelab/plex_remote_status_history9
    2 to create, 0 to update, 0 to delete
    ");
    let foreign = deployment.drifted(|stack| {
        let mut histories = stack.parameters.iter_mut().filter(|one| one.name.contains("_history"));
        histories.nth(5).unwrap().owner = Some("cinema".to_owned());
    });
    assert_snapshot!(text(deployment.down(&foreign)), @"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status_part2
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history ... _history17, 16 parameters
      - delete parameter /homelab/plex_remote_status
      . keep   parameter /homelab/plex_remote_status_history6 (its tag `plexmon:deployment` says that it belongs to the deployment `cinema`)
    0 to create, 0 to update, 23 to delete
    ");
}
