//! The digest of the page's secret path is recorded with its function, for runs that do not know the path.

use insta::assert_snapshot;
use plexmon_deploy::stack::ReadOptions;
use serde_json::json;

use super::answers::{self, function_json, json_of};
use super::rig::Rig;
use crate::plan::deployment::{CONFIG, secrets, text};

const DIGEST: &str = "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02";

/// A deployment whose page has a secret path in a variable that is not set.
fn rig() -> Rig {
    let page = "[page]\nsecret_path = { env = \"PLEXMON_TEST_NOT_SET\" }\n";
    let rig = Rig::of(&format!("{CONFIG}\n{page}"));
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    rig
}

/// Every function has this tag.
fn recorded(rig: &Rig, owner: &str, digest: &str) {
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:deployment"] = json!(owner);
    function["Tags"]["plexmon:page-path"] = json!(digest);
    rig.fake.always("lambda:GetFunction", json_of(function));
}

/// The digest in the settings that would be uploaded, or why there is no plan.
async fn settings(rig: &Rig) -> String {
    let view = rig.session().view(ReadOptions::default()).await.unwrap();
    match view.plan(true) {
        Ok(_) => view.settings().page.unwrap().secret_sha256.unwrap_or_default(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_recorded_digest_replaces_a_path_that_is_not_known() {
    let rig = rig();
    recorded(&rig, "plex-remote-health", DIGEST);
    assert_eq!(settings(&rig).await, DIGEST);
}

#[tokio::test(start_paused = true)]
async fn without_either_there_is_no_plan() {
    let rig = rig();
    for (owner, digest) in [("plex-remote-health", "none"), ("cinema", DIGEST)] {
        recorded(&rig, owner, digest);
        assert_eq!(settings(&rig).await.lines().next(), Some("error: `PLEXMON_TEST_NOT_SET` is not set"));
    }
}

/// Return the tag that is written when the function has `observed` and shall have `desired`.
async fn tag(desired: Option<&str>, observed: Option<&str>) -> (String, String) {
    let mut rig = Rig::of(&format!("{CONFIG}\n[page]\n"));
    let page = |stack: &mut plexmon_deploy::stack::Stack, digest: Option<&str>| {
        stack.functions[1].secret_path = digest.map(str::to_owned);
    };
    page(&mut rig.deployment.desired, desired);
    let plan = text(rig.deployment.up(&rig.deployment.drifted(|stack| page(stack, observed))));
    assert_eq!(rig.repair(|stack| page(stack, observed)).await, "done");
    let sent = rig.fake.sent("lambda:TagResource");
    (plan, sent[0]["Tags"]["plexmon:page-path"].to_string())
}

#[tokio::test(start_paused = true)]
async fn the_digest_is_a_tag_that_no_plan_shows() {
    let (plan, written) = tag(Some(DIGEST), None).await;
    assert_eq!(written, format!("\"{DIGEST}\""));
    assert!(!plan.contains(DIGEST), "{plan}");
    assert_snapshot!(plan, @"
      ~ update function  plex-remote-health-page
          secret_path: (none) -> (hidden)
    0 to create, 1 to update, 0 to delete
    ");
    assert_eq!(tag(Some(DIGEST), Some("another")).await.1, format!("\"{DIGEST}\""));
    assert_eq!(tag(None, Some(DIGEST)).await.1, "\"none\"");
}
