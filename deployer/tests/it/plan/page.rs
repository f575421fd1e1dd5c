//! The status page: its function, and the URL, whose address must not change by accident.

use insta::assert_snapshot;
use plexmon_deploy::plan::{Plan, Remarks, Step};
use plexmon_deploy::resource::ResourceKind;
use plexmon_deploy::resources::{Binding, Concurrency};
use plexmon_deploy::stack::Stack;
use plexmon_deploy::text::{Details, Paint};
use serde_json::json;

use super::deployment::{Deployment, Only as _, PAGE, PAGE_REGION, text};

fn page_drift(change: impl FnOnce(&mut Stack)) -> String {
    let deployment = Deployment::usual().with_page();
    text(deployment.up(&deployment.drifted(change)))
}

#[test]
fn the_url_waits_until_its_function_is_complete() {
    let deployment = Deployment::usual().with_page();
    let without_page = deployment.drifted(|stack| {
        stack.functions.truncate(1);
        stack.function_urls.clear();
    });
    let plan = deployment.up(&without_page).unwrap();
    let detailed = plan.text(Paint::Plain, Details::Shown).replace(&plan.digest(), "[DIGEST]");
    assert_snapshot!(detailed, @"
      + create function     plex-remote-health-page in us-east-1
      + create function URL plex-remote-health-page in us-east-1
          needs: function plex-remote-health-page (complete)
    2 to create, 0 to update, 0 to delete
    digest of this plan: [DIGEST]
    ");
}

#[test]
fn each_part_that_another_program_changed_is_named() {
    assert_snapshot!(page_drift(|stack| {
        let url = stack.the_url();
        let config = url.url.as_mut().unwrap();
        config.auth = "AWS_IAM".to_owned();
        config.invoke_mode = "RESPONSE_STREAM".to_owned();
        config.cors = Some(json!({ "allow_origins": ["*"] }));
        url.url_permission = None;
        url.invoke_permission.as_mut().unwrap().via_url = None;
        let page = stack.the_page();
        page.concurrency = Some(Concurrency::Reserved(0));
        page.logging.as_mut().unwrap().system_level = Some("INFO".to_owned());
    }), @r#"
      ~ update function     plex-remote-health-page in us-east-1
          concurrency: 0 -> 2
          logging: ...RN","system_level":"INFO","group":"/aws/lambda/plex-remote-health-page"} -> ...RN","system_level":"WARN","group":"/aws/lambda/plex-remote-health-page"}
      ~ update function URL plex-remote-health-page in us-east-1
          auth: AWS_IAM -> NONE
          invoke_mode: RESPONSE_STREAM -> BUFFERED
          cors: {"allow_origins":["*"]} -> (none)
          url_permission: (none) -> {"principal":"*","action":"lambda:InvokeFunctionUrl","url_auth":"NONE"}
          invoke_permission: {"principal":"*","action":"lambda:InvokeFunction"} -> {"principal":"*","action":"lambda:InvokeFunction","via_url":"true"}
    0 to create, 2 to update, 0 to delete
    "#);
}

#[test]
fn a_url_that_was_deleted_by_hand_is_created_again() {
    assert_snapshot!(page_drift(|stack| stack.the_url().url = None), @r#"
      ~ update function URL plex-remote-health-page in us-east-1
          url: (none) -> {"auth":"NONE","invoke_mode":"BUFFERED"}
    0 to create, 1 to update, 0 to delete
    "#);
}

/// The function is recreated because its role was, and the URL with it.
#[test]
fn a_plan_that_recreates_the_page_says_that_its_address_changes() {
    let deployment = Deployment::usual().with_page();
    let stale = deployment.drifted(|stack| stack.the_page().binding = Binding::Stale);
    let plan = deployment.up(&stale).unwrap();
    assert_snapshot!(plan, @"
      - delete function     plex-remote-health-page in us-east-1
      + create function     plex-remote-health-page in us-east-1
      + create function URL plex-remote-health-page in us-east-1
          address: the current one -> a new one
    2 to create, 0 to update, 1 to delete
    ");
    let remarks = Remarks { warnings: &[], cost: "" };
    assert!(plan.markdown(&remarks).contains("address"), "{}", plan.markdown(&remarks));
    let json = serde_json::to_value(&plan).unwrap();
    let changes = json["steps"][2]["changes"].as_array().unwrap();
    assert!(
        changes.contains(&json!({ "field": "address", "from": "the current one", "to": "a new one" })),
        "{json}"
    );
}

/// The function that is taken over has another role than ours, and so has to be created again.
#[test]
fn an_adoption_that_recreates_the_page_says_so_as_well() {
    let deployment = Deployment::usual().with_page();
    let foreign = deployment.drifted(|stack| {
        stack.the_page().owner = None;
        stack.the_page().binding = Binding::Stale;
        stack.the_url().owner = None;
    });
    let plan = deployment.adopt(&foreign).unwrap();
    assert_eq!(
        plan.steps.iter().flat_map(Step::replaced).map(|change| change.field).collect::<Vec<_>>(),
        ["address"]
    );
}

#[test]
fn a_page_that_moves_to_another_region_gets_another_address() {
    let deployment = Deployment::usual().with_page();
    let moved = Deployment::usual().with_page_in("eu-west-1");
    let plan = moved.up(&deployment.drifted(|_| {})).unwrap();
    let step = plan.steps.iter().find(|step| {
        step.region == "eu-west-1" && step.name.ends_with("-page") && step.replaced().count() > 0
    });
    assert!(step.is_some(), "{plan}");
}

#[test]
fn a_first_page_has_no_address_to_lose() {
    let plan = Deployment::usual().with_page().up(&Stack::nothing()).unwrap();
    assert!(plan.steps.iter().all(|step| step.replaced().count() == 0), "{plan}");
}

fn order(plan: &Plan) -> String {
    let of_page = plan.steps.iter().filter(|step| step.region == PAGE_REGION && step.name.ends_with("-page"));
    of_page.map(|step| format!("{} {} {}\n", step.action, step.kind, step.name)).collect()
}

#[test]
fn the_url_is_removed_before_its_function() {
    let with_page = Deployment::usual().with_page();
    let observed = with_page.drifted(|_| {});
    assert_snapshot!(order(&with_page.down(&observed).unwrap()), @"
    delete function URL plex-remote-health-page
    delete function plex-remote-health-page
    delete log group /aws/lambda/plex-remote-health-page
    ");
    // The same where the configuration no longer has a page.
    assert_snapshot!(order(&Deployment::usual().up(&observed).unwrap()), @"
    delete function URL plex-remote-health-page
    delete function plex-remote-health-page
    delete log group /aws/lambda/plex-remote-health-page
    ");
}

#[test]
fn statements_that_are_left_are_deleted_with_their_function() {
    let deployment = Deployment::usual().with_page();
    let observed = deployment.drifted(|stack| stack.the_url().url = None);
    assert_snapshot!(order(&deployment.down(&observed).unwrap()), @"
    delete function plex-remote-health-page
    delete log group /aws/lambda/plex-remote-health-page
    ");
}

/// It may be anyone's, until the owner says that it is to be taken over.
#[test]
fn a_function_with_the_pages_name_but_without_our_tag_stops_the_run() {
    let deployment = Deployment::usual().with_page();
    let observed = deployment.drifted(|stack| {
        stack.the_page().owner = None;
        stack.the_url().owner = None;
        stack.the_url().invoke_permission = None;
    });
    assert_snapshot!(text(deployment.up(&observed)), @"
    error: function `plex-remote-health-page` already exists and is not managed by this deployment
      cause: it has no tag `plexmon:deployment`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
    assert_snapshot!(text(deployment.adopt(&observed)), @r#"
      ~ update function     plex-remote-health-page in us-east-1
          owner: (none) -> plex-remote-health
      ~ update function URL plex-remote-health-page in us-east-1
          invoke_permission: (none) -> {"principal":"*","action":"lambda:InvokeFunction","via_url":"true"}
    0 to create, 2 to update, 0 to delete
    "#);
}

#[test]
fn the_url_of_a_function_that_is_not_ours_stays_with_it() {
    let deployment = Deployment::usual().with_page();
    let observed = deployment.drifted(|stack| {
        stack.the_page().owner = None;
        stack.the_url().owner = None;
    });
    let plan = deployment.down(&observed).unwrap();
    let of_page = |name: &str| name == PAGE;
    assert!(!plan.steps.iter().any(|step| of_page(&step.name)), "{plan}");
    let kept: Vec<_> = plan.kept.iter().filter(|kept| of_page(&kept.name)).map(|kept| kept.kind).collect();
    assert_eq!(kept, [ResourceKind::Function]);
}
