//! Two functions, each with its own role and log group, in two regions: each instance is planned separately.

use insta::assert_snapshot;
use plexmon_deploy::config::SecretLookup;
use plexmon_deploy::plan::{Action, Plan, Step};
use plexmon_deploy::resource::{ResourceKind, Until};
use plexmon_deploy::resources::Binding;
use plexmon_deploy::stack::Stack;

use super::deployment::{CONFIG, Deployment, PAGE, PAGE_REGION, REGION, secrets, text};

fn step<'a>(plan: &'a Plan, action: Action, name: &str) -> &'a Step {
    plan.steps.iter().find(|step| step.action == action && step.name == name).unwrap()
}

/// What a step needs, as `kind name (region) until`.
fn needs(step: &Step) -> String {
    let need = |need: &plexmon_deploy::plan::Need| {
        let until = if need.until == Until::Done { "done" } else { "effective" };
        format!("{} {} ({}) {until}\n", need.kind, need.name, need.region)
    };
    step.needs.iter().map(need).collect()
}

#[test]
fn each_function_comes_with_its_own_role_and_log_group() {
    let deployment = Deployment::usual().with_page();
    assert_snapshot!(text(deployment.up(&Stack::nothing())), @"
      + create role         plex-remote-health-role
      + create role         plex-remote-health-page-role
      + create log group    /aws/lambda/plex-remote-health
      + create parameter    /homelab/plex_remote_status
      + create secret       /homelab/plex_remote_status_secrets
      + create parameter    /homelab/plex_remote_status_history
      + create parameter    /homelab/plex_remote_status_announcements
      + create log group    /aws/lambda/plex-remote-health-page in us-east-1
      + create function     plex-remote-health
      + create function     plex-remote-health-page in us-east-1
      + create schedule     plex-remote-health-schedule
      + create function URL plex-remote-health-page in us-east-1
    12 to create, 0 to update, 0 to delete
    ");
    assert!(deployment.up(&deployment.desired).unwrap().is_empty());
    let regions: Vec<_> = deployment.desired.functions.iter().map(|one| one.region.as_str()).collect();
    assert_eq!(regions, [REGION, PAGE_REGION]);
    let roles: Vec<_> = deployment.desired.functions.iter().map(|one| one.role.as_str()).collect();
    assert_eq!(
        roles,
        [
            "arn:aws:iam::123456789012:role/plex-remote-health-role",
            "arn:aws:iam::123456789012:role/plex-remote-health-page-role",
        ]
    );
}

#[test]
fn a_function_waits_for_its_own_role_and_log_group_only() {
    let deployment = Deployment::usual().with_page();
    let plan = deployment.up(&Stack::nothing()).unwrap();
    assert_snapshot!(needs(step(&plan, Action::Create, "plex-remote-health")), @"
    role plex-remote-health-role (eu-central-1) effective
    log group /aws/lambda/plex-remote-health (eu-central-1) effective
    parameter /homelab/plex_remote_status (eu-central-1) effective
    secret /homelab/plex_remote_status_secrets (eu-central-1) effective
    ");
    assert_snapshot!(needs(step(&plan, Action::Create, PAGE)), @"
    role plex-remote-health-page-role (us-east-1) effective
    log group /aws/lambda/plex-remote-health-page (us-east-1) effective
    ");
    assert_snapshot!(needs(step(&plan, Action::Create, "plex-remote-health-schedule")), @"function plex-remote-health (eu-central-1) effective");
}

#[test]
fn a_log_group_is_deleted_after_its_own_function_only() {
    let deployment = Deployment::usual().with_page();
    let plan = deployment.down(&deployment.desired).unwrap();
    assert_snapshot!(needs(step(&plan, Action::Delete, "/aws/lambda/plex-remote-health-page")), @"function plex-remote-health-page (us-east-1) effective");
    assert_snapshot!(needs(step(&plan, Action::Delete, "/homelab/plex_remote_status")), @"
    schedule plex-remote-health-schedule (eu-central-1) effective
    function plex-remote-health (eu-central-1) effective
    role plex-remote-health-role (eu-central-1) effective
    function plex-remote-health-page (us-east-1) effective
    parameter /homelab/plex_remote_status_announcements (eu-central-1) done
    ");
}

#[test]
fn a_recreated_role_has_only_its_own_function_recreated() {
    let deployment = Deployment::usual().with_page();
    let stale = deployment.drifted(|stack| stack.functions[1].binding = Binding::Stale);
    assert_snapshot!(text(deployment.up(&stale)), @"
      - delete function     plex-remote-health-page in us-east-1
      + create function     plex-remote-health-page in us-east-1
      + create function URL plex-remote-health-page in us-east-1
          address: the current one -> a new one
    2 to create, 0 to update, 1 to delete
    ");
}

/// A function that the configuration no longer has: it is deleted when everything else is done, and what it needs after
/// it.
#[test]
fn an_obsolete_function_is_deleted_with_its_role_and_log_group() {
    let deployment = Deployment::usual();
    let with_page = Deployment::usual().with_page();
    let observed = with_page.drifted(|stack| stack.log_groups[0].retention_days = Some(30));
    let plan = deployment.up(&observed).unwrap();
    assert_snapshot!(plan, @"
      ~ update log group    /aws/lambda/plex-remote-health
          retention_days: 30 -> 14
      - delete parameter    /homelab/plex_remote_status_announcements
      - delete function URL plex-remote-health-page in us-east-1
      - delete function     plex-remote-health-page in us-east-1
      - delete log group    /aws/lambda/plex-remote-health-page in us-east-1
      - delete role         plex-remote-health-page-role
    0 to create, 1 to update, 5 to delete
    ");
    assert_snapshot!(needs(step(&plan, Action::Delete, PAGE)), @"log group /aws/lambda/plex-remote-health (eu-central-1) done");
    assert_snapshot!(needs(step(&plan, Action::Delete, "/aws/lambda/plex-remote-health-page")), @"
    log group /aws/lambda/plex-remote-health (eu-central-1) done
    function plex-remote-health-page (us-east-1) effective
    ");
}

/// Both tags name the previous state: the functions are updated when everything else is done, and do not wait for each
/// other.
#[test]
fn after_a_rename_of_the_state_both_functions_are_updated_last() {
    let renamed = format!("{CONFIG}\n[state]\nparameter = \"/home/plex\"\n");
    let with_second = |deployment: Deployment| deployment.with_function("second", PAGE_REGION);
    let deployment = with_second(Deployment::of(&renamed, &SecretLookup::All(secrets())));
    let plan = deployment.up(&with_second(Deployment::usual()).drifted(|_| {})).unwrap();
    let [.., monitor, second] = plan.steps.as_slice() else { panic!("{plan}") };
    assert_eq!((monitor.name.as_str(), second.name.as_str()), ("plex-remote-health", "second"));
    assert_eq!(monitor.needs, second.needs);
    assert_eq!(monitor.needs.len(), plan.steps.len() - 2);
}

#[test]
fn the_same_name_in_another_region_is_another_instance() {
    let deployment = Deployment::usual();
    let mut elsewhere = deployment.desired.functions[0].clone();
    elsewhere.region = PAGE_REGION.to_owned();
    elsewhere.memory_mb = 512;
    let observed = deployment.drifted(|stack| stack.functions.push(elsewhere));
    let plan = deployment.up(&observed).unwrap();
    let steps: Vec<_> =
        plan.steps.iter().map(|step| (step.action, step.kind, step.region.as_str())).collect();
    assert_eq!(steps, [(Action::Delete, ResourceKind::Function, PAGE_REGION)]);
}

#[test]
fn a_function_that_moves_is_deleted_in_its_previous_region_at_the_end() {
    let deployment = Deployment::usual();
    let observed = deployment.drifted(|stack| stack.functions[0].region = PAGE_REGION.to_owned());
    let plan = deployment.up(&observed).unwrap();
    let steps: Vec<_> =
        plan.steps.iter().map(|step| (step.action, step.kind, step.region.as_str())).collect();
    let function = ResourceKind::Function;
    assert_eq!(steps, [(Action::Create, function, REGION), (Action::Delete, function, PAGE_REGION)]);
    assert_snapshot!(needs(&plan.steps[1]), @"function plex-remote-health (eu-central-1) done");
}

#[test]
fn a_log_group_is_not_delayed_by_a_function_of_the_same_name_in_another_region() {
    let deployment = Deployment::usual();
    let observed = deployment.drifted(|stack| {
        let (mut function, mut group) = (stack.functions[0].clone(), stack.log_groups[0].clone());
        function.region = PAGE_REGION.to_owned();
        group.region = PAGE_REGION.to_owned();
        stack.functions.push(function);
        stack.log_groups.push(group);
    });
    let plan = deployment.down(&observed).unwrap();
    let is_elsewhere = |step: &&Step| step.kind == ResourceKind::LogGroup && step.region == PAGE_REGION;
    assert_snapshot!(needs(plan.steps.iter().find(is_elsewhere).unwrap()), @"
    function plex-remote-health (us-east-1) effective
    role plex-remote-health-role (eu-central-1) effective
    ");
}

/// The page of one deployment has the same names as a deployment called `<name>-page`. The tags differ.
#[test]
fn a_deployment_named_like_our_page_stops_the_run() {
    let page = Deployment::usual().with_page();
    let named =
        Deployment::of(&format!("name = \"{PAGE}\"\n{}", CONFIG), &super::deployment::missing_secrets());
    assert_eq!(named.names.monitor.role, page.names.others[0].role);
    let observed = page.drifted(|stack| {
        for role in &mut stack.roles {
            role.owner = Some(role.name.trim_end_matches("-role").to_owned());
        }
    });
    assert_snapshot!(text(page.up(&observed)), @"
    error: role `plex-remote-health-page-role` already exists and is not managed by this deployment
      cause: its tag `plexmon:deployment` says that it belongs to the deployment `plex-remote-health-page`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
}
