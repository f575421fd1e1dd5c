//! All regions share the role: each one is listed in its tags, and `down` in the last one deletes it.

use insta::assert_snapshot;
use plexmon_deploy::config::SecretLookup;
use plexmon_deploy::names::Names;
use plexmon_deploy::resource::Blueprint;
use plexmon_deploy::resources::{Regions, Role};
use plexmon_deploy::stack::Stack;
use serde_json::Value;

use super::deployment::{CODE, CONFIG, Deployment, Only as _, REGION, secrets, text};

/// Regions that each have a monitor.
pub fn regions_of(names: &[&str]) -> Regions {
    names.iter().fold(Regions::default(), |all, region| all.with(&Regions::one(region, region)))
}

fn used_in(regions: &[&str]) -> impl FnOnce(&mut Stack) {
    let regions = regions_of(regions);
    move |stack| stack.the_role().regions = regions
}

#[test]
fn a_second_region_adds_itself_to_the_role() {
    let deployment = Deployment::usual();
    let elsewhere = deployment.drifted(|stack| {
        let roles = std::mem::take(&mut stack.roles);
        *stack = Stack { roles, ..Stack::nothing() };
        used_in(&["us-east-1"])(stack);
    });
    assert_snapshot!(text(deployment.up(&elsewhere)), @r#"
      ~ update role      plex-remote-health-role
          regions: ["us-east-1"] -> ["eu-central-1","us-east-1"]
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    6 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn other_regions_are_not_a_difference() {
    let deployment = Deployment::usual();
    let shared = deployment.drifted(used_in(&[REGION, "us-east-1"]));
    assert!(deployment.up(&shared).unwrap().is_empty());
}

#[test]
fn down_in_one_region_keeps_the_role_for_the_others() {
    let deployment = Deployment::usual();
    let shared = deployment.drifted(used_in(&[REGION, "us-east-1", "us-west-2"]));
    assert_snapshot!(text(deployment.down(&shared)), @r#"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      ~ update role      plex-remote-health-role
          regions: ["eu-central-1","us-east-1","us-west-2"] -> ["us-east-1","us-west-2"]
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
      . keep   role      plex-remote-health-role (still in use in us-east-1, us-west-2)
    0 to create, 1 to update, 6 to delete
    "#);
}

#[test]
fn a_removed_region_does_not_change_the_role_of_others() {
    let deployment = Deployment::usual();
    let elsewhere = deployment.drifted(|stack| {
        let roles = std::mem::take(&mut stack.roles);
        *stack = Stack { roles, ..Stack::nothing() };
        used_in(&["us-east-1"])(stack);
    });
    let plan = deployment.down(&elsewhere).unwrap();
    assert!(plan.is_empty());
    assert_snapshot!(plan, @"
      . keep   role      plex-remote-health-role (still in use in us-east-1)
    0 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn down_in_the_last_region_deletes_the_role() {
    let deployment = Deployment::usual();
    let plan = deployment.down(&deployment.drifted(used_in(&[REGION]))).unwrap();
    assert!(plan.to_string().contains("- delete role "), "{plan}");
    assert!(plan.kept.is_empty(), "{plan}");
}

const ELSEWHERE: &str = "us-east-1";

/// The same deployment in another region, but with a state parameter of its own.
fn elsewhere(deployment: &Deployment) -> Stack {
    let config = format!("{CONFIG}\n[state]\nparameter = \"/homelab/elsewhere\"\n");
    let other = Deployment::of(&config, &SecretLookup::All(secrets()));
    let names = Names::new(&other.config, ELSEWHERE);
    Stack::desired(&Blueprint {
        config: &other.config,
        names: &names,
        account: &deployment.account.in_region(ELSEWHERE),
        secrets: &SecretLookup::All(secrets()),
        code: CODE,
        account_closes: None,
        secret_path: None,
    })
}

/// Return the permissions of the role, as `Sid resource`.
fn rights(role: &Role) -> Vec<String> {
    let statements = role.policy.as_ref().unwrap()["Statement"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    statements.iter().map(|one| format!("{} {}", text(&one["Sid"]), text(&one["Resource"]))).collect()
}

/// Return the role after the plan.
fn role_after(observed: &Role, plan: &plexmon_deploy::plan::Plan) -> Role {
    use plexmon_deploy::plan::{Change, Delta};
    let changed = plan.steps.iter().find_map(|step| match &step.change {
        Change::Role(Delta::Update { to, .. }) => Some(to.clone()),
        _ => None,
    });
    changed.unwrap_or_else(|| observed.clone())
}

#[test]
fn each_region_changes_only_its_own_permissions() {
    let deployment = Deployment::usual();
    // Each region reads the role as its own.
    let mut role = elsewhere(&deployment).roles.remove(0);
    role.region = REGION.to_owned();
    let both =
        role_after(&role, &deployment.up(&Stack { roles: vec![role.clone()], ..Stack::nothing() }).unwrap());
    let ours =
        ["StateEuCentral1 parameter/homelab/plex_remote_status", "StateUsEast1 parameter/homelab/elsewhere"];
    let states: Vec<String> = rights(&both).into_iter().filter(|right| right.starts_with("State")).collect();
    assert_eq!(states, ours);
    assert_eq!(rights(&both).len(), 8, "{:?}", rights(&both));

    // Neither region changes the result again, so they do not overwrite each other forever.
    let here = deployment.drifted(|stack| stack.roles = vec![both.clone()]);
    assert!(deployment.up(&here).unwrap().is_empty());

    // A region that is removed loses its own permissions, and no others.
    let left = role_after(&both, &deployment.down(&here).unwrap());
    assert_eq!(left, role);
}
