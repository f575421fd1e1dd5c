//! The parameters of the history: as many as there are targets, those of earlier targets, and one that is kept aside.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use plexmon_deploy::cli::Down;
use plexmon_deploy::commands::down::remove;
use plexmon_deploy::error::Exit;
use plexmon_deploy::stack::{Observed, ReadOptions, observe};
use serde_json::{Value, json};

use super::answers::{self, function_json, history_json, json_of};
use super::fake::{Request, refused};
use super::rig::Rig;
use crate::plan::deployment::{Deployment, secrets, text};

const OURS: &str = "plex-remote-health";
const STATE: &str = "/homelab/plex_remote_status";
const DOWN: Down = Down { yes: true, keep_state: false, keep_logs: false, force: false, no_wait: false };

/// The parameters that exist, by name: their values and owners.
type Stored = Arc<Mutex<BTreeMap<String, (String, Option<String>)>>>;

/// A deployment with these parameters besides its secrets.
fn with(parameters: &[(&str, String, Option<&str>)]) -> (Rig, Stored) {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let secret = (format!("{STATE}_secrets"), serde_json::to_string(&secrets()).unwrap(), Some(OURS));
    let all = parameters.iter().map(|(name, value, owner)| (format!("{STATE}{name}"), value.clone(), *owner));
    let all = all.chain([secret]).map(|(name, value, owner)| (name, (value, owner.map(str::to_owned))));
    let stored = Arc::new(Mutex::new(all.collect()));
    serve(&rig, &stored);
    (rig, stored)
}

fn name(request: &Request, key: &str) -> String {
    request.body[key].as_str().unwrap().to_owned()
}

fn serve(rig: &Rig, stored: &Stored) {
    let all = stored.clone();
    rig.fake.on("ssm:GetParameter", move |request| match all.lock().unwrap().get(&name(request, "Name")) {
        Some((value, _)) => json_of(json!({ "Parameter": { "Name": request.body["Name"], "Value": value } })),
        None => refused("ParameterNotFound", ""),
    });
    let all = stored.clone();
    rig.fake.on("ssm:ListTagsForResource", move |request| {
        match all.lock().unwrap().get(&name(request, "ResourceId")) {
            Some((_, Some(owner))) => {
                json_of(json!({ "TagList": [{ "Key": "plexmon:deployment", "Value": owner }] }))
            }
            Some((_, None)) => json_of(json!({ "TagList": [] })),
            None => refused("InvalidResourceId", ""),
        }
    });
    let all = stored.clone();
    rig.fake.on("ssm:DeleteParameters", move |request| {
        for name in request.body["Names"].as_array().unwrap() {
            all.lock().unwrap().remove(name.as_str().unwrap());
        }
        json_of(json!({}))
    });
    let all = stored.clone();
    rig.fake.on("ssm:DeleteParameter", move |request| {
        all.lock().unwrap().remove(&name(request, "Name"));
        json_of(json!({}))
    });
}

/// A state whose history is in this number of parameters.
fn state(parameters: usize) -> (&'static str, String, Option<&'static str>) {
    let history = json!({ "epoch": 1, "hour": 1, "parameters": parameters });
    let state = json!({ "status": "up", "ts": 1, "version": 1, "deployment": OURS, "history": history });
    ("", state.to_string(), Some(OURS))
}

/// A parameter as the function writes it: without a tag.
fn written(name: &'static str) -> (&'static str, String, Option<&'static str>) {
    (name, history_json(OURS), None)
}

async fn observed(rig: &Rig) -> Observed {
    rig.observe(false).await.unwrap()
}

async fn to_remove(rig: &Rig) -> String {
    let options = ReadOptions { removing: true, ..ReadOptions::default() };
    let observed = observe(&rig.aws, &rig.deployment.names, options).await.unwrap();
    let plan = text(rig.deployment.down(&observed.stack));
    plan.lines().filter(|line| line.contains(" parameter ")).map(|line| format!("{line}\n")).collect()
}

/// The `up` of a session, which desires what the state knows.
async fn plan(rig: &Rig) -> String {
    let mut view = rig.session().view(ReadOptions::default()).await.unwrap();
    let of_history = |name: &str| name.contains("_history");
    view.desired.parameters.retain(|parameter| of_history(&parameter.name));
    view.observed.stack.parameters.retain(|parameter| of_history(&parameter.name));
    let plan = text(view.plan(false));
    plan.lines()
        .filter(|line| line.contains("_history") || line.contains("hint"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn tags_read_of_histories(rig: &Rig) -> usize {
    let read = rig.fake.sent("ssm:ListTagsForResource");
    read.iter().filter(|body| body["ResourceId"].to_string().contains("_history")).count()
}

#[tokio::test(start_paused = true)]
async fn the_history_of_targets_that_are_gone_is_kept_and_its_tags_are_not_read() {
    let (rig, _) = with(&[
        state(3),
        written("_history"),
        written("_history2"),
        written("_history3"),
        written("_history4"),
    ]);
    assert_eq!(observed(&rig).await.history.len(), 4);
    assert_eq!(plan(&rig).await, "");
    assert_eq!(tags_read_of_histories(&rig), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_part_of_the_history_is_recreated() {
    let (rig, _) = with(&[state(3), written("_history"), written("_history3")]);
    assert_eq!(observed(&rig).await.history.len(), 2);
    assert_snapshot!(plan(&rig).await, @"  + create parameter /homelab/plex_remote_status_history2");
}

#[tokio::test(start_paused = true)]
async fn a_parameter_of_others_is_not_taken_over() {
    let (rig, _) = with(&[state(1), ("_history", "my own list".to_owned(), None)]);
    assert_snapshot!(plan(&rig).await, @"
    error: parameter `/homelab/plex_remote_status_history` already exists and is not managed by this deployment
    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
    assert_snapshot!(to_remove(&rig).await, @"
    - delete parameter /homelab/plex_remote_status
    . keep   parameter /homelab/plex_remote_status_history (it has no tag `plexmon:deployment`)
    ");
}

#[tokio::test(start_paused = true)]
async fn down_removes_all_of_it_whatever_is_left_of_the_state() {
    let aside = || ("_history_unreadable", "{\"version\":".to_owned(), None);
    let history = || {
        vec![written("_history"), written("_history2"), written("_history3"), written("_history4"), aside()]
    };
    let unreadable = ("", "{".to_owned(), Some(OURS));
    let mut found = Vec::new();
    for state in [Some(state(2)), Some(unreadable), None] {
        let (rig, _) = with(&state.into_iter().chain(history()).collect::<Vec<_>>());
        let all = to_remove(&rig).await;
        found.push(
            all.lines()
                .filter(|line| line.contains("_history"))
                .map(|line| format!("{line}\n"))
                .collect::<String>(),
        );
    }
    assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
    assert_snapshot!(found[0], @"
    - delete parameter /homelab/plex_remote_status_history
    - delete parameter /homelab/plex_remote_status_history2
    - delete parameter /homelab/plex_remote_status_history3
    - delete parameter /homelab/plex_remote_status_history4
    - delete parameter /homelab/plex_remote_status_history_unreadable
    ");
}

/// The function of the other deployment writes its name into the values only when an hour is over.
#[tokio::test(start_paused = true)]
async fn a_history_that_another_deployment_took_over_is_kept() {
    let (name, value, _) = state(2);
    let taken = |name| (name, history_json(OURS), Some("cinema"));
    let (rig, _) = with(&[(name, value, Some("cinema")), taken("_history"), taken("_history2")]);
    let all = to_remove(&rig).await;
    assert!(!all.contains("- delete"), "{all}");
    assert_eq!(all.matches("belongs to the deployment `cinema`").count(), 3, "{all}");
}

#[tokio::test(start_paused = true)]
async fn under_a_previous_name_all_of_it_is_removed() {
    let (rig, stored) = with(&[state(1), written("_history")]);
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:state"] = json!("/old");
    rig.fake.always("lambda:GetFunction", json_of(function));
    let (_, value, _) = state(2);
    let old =
        [("/old", value), ("/old_history3", history_json(OURS)), ("/old_history_unreadable", "?".to_owned())];
    for (name, value) in old {
        stored.lock().unwrap().insert(name.to_owned(), (value, None));
    }
    stored.lock().unwrap().insert("/old_history2".to_owned(), (history_json(OURS), None));
    let plan = text(rig.deployment.up(&observed(&rig).await.stack));
    let deleted: Vec<&str> = plan.lines().filter(|line| line.contains("- delete")).collect();
    assert_snapshot!(deleted.join("\n"), @"
    - delete parameter /old_history2
    - delete parameter /old_history3
    - delete parameter /old_history_unreadable
    - delete parameter /old
    ");
}

/// The run in flight writes a part of the history that the configuration does not need.
#[tokio::test(start_paused = true)]
async fn what_a_run_in_flight_writes_again_is_removed_too() {
    let (rig, stored) = with(&[state(3), written("_history"), written("_history2"), written("_history3")]);
    let is_deleted = Arc::new(Mutex::new(false));
    for (operation, code) in [
        ("lambda:GetFunction", "ResourceNotFoundException"),
        ("lambda:GetPolicy", "ResourceNotFoundException"),
        ("iam:GetRole", "NoSuchEntity"),
        ("events:DescribeRule", "ResourceNotFoundException"),
        ("events:ListTargetsByRule", "ResourceNotFoundException"),
    ] {
        let is_deleted = is_deleted.clone();
        rig.fake.once(operation, move || *is_deleted.lock().unwrap(), move |_| refused(code, "It is gone."));
    }
    let deleted = is_deleted.clone();
    rig.fake.once(
        "logs:DescribeLogGroups",
        move || *deleted.lock().unwrap(),
        |_| json_of(json!({ "logGroups": [] })),
    );
    rig.fake.on("lambda:DeleteFunction", move |_| {
        *is_deleted.lock().unwrap() = true;
        json_of(json!({}))
    });
    let all = stored.clone();
    let mut writes_again = vec![("_history3", history_json(OURS)), ("_history_unreadable", "?".to_owned())];
    rig.fake.on("ssm:DeleteParameters", move |request| {
        let mut all = all.lock().unwrap();
        for name in request.body["Names"].as_array().unwrap() {
            all.remove(name.as_str().unwrap());
        }
        all.extend(writes_again.drain(..).map(|(name, value)| (format!("{STATE}{name}"), (value, None))));
        json_of(json!({}))
    });
    let result = remove(&rig.session(), &DOWN).await;
    assert_eq!(result.unwrap(), Exit::Success);
    let left: Vec<String> = stored.lock().unwrap().keys().cloned().collect();
    assert_eq!(left, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn with_keep_state_the_history_stays_and_the_secrets_do_not() {
    let aside = ("_history_unreadable", "?".to_owned(), None);
    let (rig, stored) = with(&[state(2), written("_history"), written("_history2"), aside]);
    let result = remove(&rig.session(), &Down { keep_state: true, ..DOWN }).await;
    // The fake does not delete the function.
    assert!(result.is_err());
    let left: Vec<String> = stored.lock().unwrap().keys().cloned().collect();
    let names = ["", "_history", "_history2", "_history_unreadable"].map(|name| format!("{STATE}{name}"));
    assert_eq!(left, names);
}

/// The last of them wait longer for their turn than a call may be repeated.
#[tokio::test(start_paused = true)]
async fn hundreds_of_parameters_are_created_while_aws_refuses_some() {
    let mut rig = Rig::new();
    rig.deployment = Deployment::usual().with_history(250);
    let mut refusals = 0;
    rig.fake.on("ssm:PutParameter", move |request| {
        if request.at.as_secs() > 70 && refusals < 3 {
            refusals += 1;
            return refused("ThrottlingException", "Rate exceeded");
        }
        json_of(json!({ "Version": 1 }))
    });
    assert_eq!(rig.up().await, "done");
    let sent: Vec<Value> = rig.fake.sent("ssm:PutParameter");
    assert_eq!(sent.len(), 255);
    let first: Vec<&str> = sent[..2].iter().map(|body| body["Name"].as_str().unwrap()).collect();
    assert_eq!(first, [STATE, &format!("{STATE}_secrets")], "the function waits for these");
}
