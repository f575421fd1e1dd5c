//! The parameter with the announcements: it is always read, and belongs to the deployment that its value names unless its
//! tag says otherwise.

use plexmon_deploy::plan::Action;
use serde_json::{Value, json};

use super::answers::{self, json_of};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::deployment::{CONFIG, secrets};

const NAME: &str = "/homelab/plex_remote_status_announcements";

/// A deployment without a page, and announcements of this deployment.
fn rig(deployment: &str) -> Rig {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let announcements = json!({ "version": 1, "deployment": deployment, "announcements": [] }).to_string();
    let names = &rig.deployment.names;
    let (state, secrets_parameter) = (names.state_parameter.clone(), names.secrets_parameter());
    rig.fake.on("ssm:GetParameter", move |request| {
        let name = request.body["Name"].as_str().unwrap();
        let value = match name {
            NAME => announcements.clone(),
            name if name == state => r#"{"status":"up","ts":1790000000}"#.to_owned(),
            name if name == secrets_parameter => serde_json::to_string(&secrets()).unwrap(),
            name if name.ends_with("_history") => answers::history_json("plex-remote-health"),
            _ => return refused("ParameterNotFound", ""),
        };
        json_of(json!({ "Parameter": { "Name": name, "Value": value } }))
    });
    rig
}

/// The announcements have this tag, everything else is ours.
fn tagged(rig: &Rig, owner: &'static str) {
    rig.fake.on("ssm:ListTagsForResource", move |request| {
        let owner = if request.body["ResourceId"] == json!(NAME) { owner } else { "plex-remote-health" };
        json_of(json!({ "TagList": [{ "Key": "plexmon:deployment", "Value": owner }] }))
    });
}

fn tag_reads(rig: &Rig) -> usize {
    let reads = rig.fake.sent("ssm:ListTagsForResource");
    reads.iter().filter(|body| body["ResourceId"] == json!(NAME)).count()
}

#[tokio::test(start_paused = true)]
async fn announcements_are_deleted_when_there_is_no_page_anymore() {
    let rig = rig("plex-remote-health");
    let observed = rig.observe(false).await.unwrap();
    let plan = rig.deployment.up(&observed.stack).unwrap();
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.action, step.name.as_str())).collect();
    assert_eq!(steps, [(Action::Delete, NAME)]);
    // Its value says whose it is, beside a state of ours.
    assert_eq!(tag_reads(&rig), 0);
}

#[tokio::test(start_paused = true)]
async fn announcements_of_another_deployment_stay() {
    let rig = rig("cinema");
    tagged(&rig, "cinema");
    let observed = rig.observe(false).await.unwrap();
    let plan = rig.deployment.up(&observed.stack).unwrap();
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(plan.kept.len(), 1, "{plan}");
    assert_eq!(tag_reads(&rig), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_page_starts_with_an_empty_list() {
    let rig = Rig::of(&format!("{CONFIG}\n[page]\n"));
    assert_eq!(rig.repair(|stack| stack.parameters.retain(|parameter| parameter.name != NAME)).await, "done");
    let sent = rig.fake.sent("ssm:PutParameter");
    let [sent] = sent.as_slice() else { panic!("{sent:?}") };
    let value: Value = serde_json::from_str(sent["Value"].as_str().unwrap()).unwrap();
    assert_eq!(value, json!({ "version": 1, "deployment": "plex-remote-health", "announcements": [] }));
    assert_eq!(sent["Tags"], json!([{ "Key": "plexmon:deployment", "Value": "plex-remote-health" }]));
}
