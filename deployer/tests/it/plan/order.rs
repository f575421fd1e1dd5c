//! Order: from every initial state, what is needed is created before what needs it, and deleted after it.

use plexmon_deploy::plan::{Action, Plan, Step};
use plexmon_deploy::resource::{OnFailure, ResourceKind, Until};
use plexmon_deploy::stack::Stack;
use plexmon_deploy::text::{Details, Paint};

use super::deployment::Deployment;
use crate::convergence::initial_states::{Condition, all};

/// Whether one step needs another, directly or not.
pub fn needs(plan: &Plan, step: usize, other: usize) -> bool {
    plan.steps[step].needs.iter().any(|need| need.step == other || needs(plan, need.step, other))
}

/// Whether a step is not run after another one failed.
pub fn is_stopped_by(plan: &Plan, step: usize, other: usize, on_failure: OnFailure) -> bool {
    match on_failure {
        OnFailure::Stop => needs(plan, step, other),
        OnFailure::Continue => plan.steps[step].needs.iter().any(|need| {
            need.until == Until::Done
                && (need.step == other || is_stopped_by(plan, need.step, other, on_failure))
        }),
    }
}

/// Whether every one of `then` needs every one of `first`.
pub fn before(plan: &Plan, first: impl Fn(&Step) -> bool, then: impl Fn(&Step) -> bool) -> bool {
    let all = |wanted: &dyn Fn(&Step) -> bool| -> Vec<usize> {
        (0..plan.steps.len()).filter(|index| wanted(&plan.steps[*index])).collect()
    };
    let (first, then) = (all(&first), all(&then));
    then.iter().all(|step| first.iter().all(|other| needs(plan, *step, *other)))
}

fn makes(kind: ResourceKind) -> impl Fn(&Step) -> bool {
    move |step| step.action != Action::Delete && step.kind == kind
}

fn removes(kind: ResourceKind) -> impl Fn(&Step) -> bool {
    move |step| step.action == Action::Delete && step.kind == kind
}

/// Each need names an earlier step of the plan as it is.
fn is_consistent(plan: &Plan) -> bool {
    plan.steps.iter().enumerate().all(|(index, step)| {
        step.needs.iter().all(|need| {
            let other = &plan.steps[need.step];
            need.step < index
                && (need.action, need.kind, &need.name, &need.region)
                    == (other.action, other.kind, &other.name, &other.region)
        })
    })
}

#[test]
fn up_creates_the_role_before_the_function_and_the_function_before_the_schedule() {
    let deployment = Deployment::usual();
    for (conditions, observed) in all(&deployment) {
        let plan = deployment.adopt(&observed).unwrap();
        let story = || format!("{conditions:?}\n{plan}");
        for needed in
            [ResourceKind::Role, ResourceKind::LogGroup, ResourceKind::Parameter, ResourceKind::Secret]
        {
            // Nothing waits for the history.
            let needed = |step: &Step| makes(needed)(step) && !step.name.ends_with("_history");
            assert!(before(&plan, needed, makes(ResourceKind::Function)), "{}", story());
            assert!(before(&plan, needed, makes(ResourceKind::Schedule)), "{}", story());
        }
        // With parameters under a previous name, the function is updated once more at the end.
        let first_update = plan.steps.iter().position(makes(ResourceKind::Function));
        let is_first = |step: &Step| first_update.is_some_and(|first| *step == plan.steps[first]);
        let has_previous = plan.steps.iter().any(removes(ResourceKind::Parameter));
        let function = |step: &Step| is_first(step) && !has_previous;
        assert!(before(&plan, function, makes(ResourceKind::Schedule)), "{}", story());
        // A function that is replaced is deleted completely before it is created again.
        assert!(before(&plan, removes(ResourceKind::Function), makes(ResourceKind::Function)), "{}", story());
        let replaced = |step: &Step| step.needs.iter().find(|need| need.action == Action::Delete).cloned();
        if let Some(need) = plan.steps.iter().filter(|step| step.action == Action::Create).find_map(replaced)
        {
            assert_eq!(need.until, Until::Done, "{}", story());
        }
        assert!(is_consistent(&plan), "{}", story());
    }
}

#[test]
fn down_deletes_what_the_function_needs_after_the_function() {
    let deployment = Deployment::usual();
    for (conditions, observed) in all(&deployment) {
        let plan =
            plexmon_deploy::plan::plan(&Default::default(), &observed, deployment.intent(true)).unwrap();
        let story = || format!("{conditions:?}\n{plan}");
        let has_previous = conditions.previous != Condition::Absent;
        for later in [ResourceKind::LogGroup, ResourceKind::Parameter, ResourceKind::Secret] {
            let (function, later) = (removes(ResourceKind::Function), removes(later));
            // The function's tag is the only trace of parameters under a previous name.
            if !has_previous
                || plan.steps.iter().filter(|step| later(step)).all(removes(ResourceKind::LogGroup))
            {
                assert!(before(&plan, function, &later), "{}", story());
            } else {
                assert!(before(&plan, &later, function), "{}", story());
            }
            // Nothing runs any more that could create it again.
            assert!(before(&plan, removes(ResourceKind::Schedule), &later), "{}", story());
        }
        assert_eq!(plan.steps.len(), conditions.existing(), "{}", story());
        assert!(is_consistent(&plan), "{}", story());
    }
}

#[test]
fn the_details_of_a_plan_show_what_each_step_needs() {
    let deployment = Deployment::usual();
    let detailed = |plan: Plan| plan.text(Paint::Plain, Details::Shown).replace(&plan.digest(), "[DIGEST]");
    insta::assert_snapshot!(detailed(deployment.up(&Stack::nothing()).unwrap()), @"
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
          needs: role plex-remote-health-role, log group /aws/lambda/plex-remote-health, parameter /homelab/plex_remote_status, secret /homelab/plex_remote_status_secrets
      + create schedule  plex-remote-health-schedule
          needs: function plex-remote-health
    7 to create, 0 to update, 0 to delete
    digest of this plan: [DIGEST]
    ");
    insta::assert_snapshot!(detailed(deployment.down(&deployment.desired).unwrap()), @"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
          needs: schedule plex-remote-health-schedule, function plex-remote-health, role plex-remote-health-role
      - delete parameter /homelab/plex_remote_status
          needs: schedule plex-remote-health-schedule, function plex-remote-health, role plex-remote-health-role
      - delete secret    /homelab/plex_remote_status_secrets
          needs: schedule plex-remote-health-schedule, function plex-remote-health, role plex-remote-health-role
      - delete parameter /homelab/plex_remote_status_history
          needs: schedule plex-remote-health-schedule, function plex-remote-health, role plex-remote-health-role
    0 to create, 0 to update, 7 to delete
    digest of this plan: [DIGEST]
    ");
}
