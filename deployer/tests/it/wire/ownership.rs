//! Tags: created and adopted resources get them, and those of the role list the regions that use it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;
use serde_json::{Value, json};

use super::rig::Rig;
use crate::plan::deployment::Only as _;
use crate::plan::deployment::REGION;
use crate::plan::regions::regions_of;

/// Return the content of a request, reduced to its tags, which are sorted.
fn tags(sent: &Value) -> String {
    let fields = sent.as_object().unwrap().iter();
    let mut tags = String::new();
    for (key, value) in fields.filter(|(key, _)| key.to_lowercase().starts_with("tag")) {
        let value: BTreeMap<String, Value> = match value {
            Value::Object(map) => map.clone().into_iter().collect(),
            other => BTreeMap::from([(String::new(), other.clone())]),
        };
        for (name, value) in value {
            let _ = writeln!(tags, "{key} {name} {value}");
        }
    }
    tags
}

#[tokio::test(start_paused = true)]
async fn all_created_resources_have_our_tag() {
    let rig = Rig::new();
    assert_eq!(rig.up().await, "done");
    for (operation, key) in [
        ("iam:CreateRole", "Tags.member.1.Key"),
        ("logs:CreateLogGroup", "tags"),
        ("ssm:PutParameter", "Tags"),
        ("lambda:CreateFunction", "Tags"),
        ("events:PutRule", "Tags"),
    ] {
        for sent in rig.fake.sent(operation) {
            assert!(sent[key].to_string().contains("plexmon:deployment"), "{operation}: {sent}");
        }
    }
    assert_snapshot!(tags(&rig.fake.sent("lambda:CreateFunction")[0]), @r#"
    Tags plexmon:code "0123456789abcdef0123456789abcdef"
    Tags plexmon:deployment "plex-remote-health"
    Tags plexmon:role "AROAEXAMPLEROLEID"
    Tags plexmon:state "/homelab/plex_remote_status"
    Tags plexmon:zip "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
    "#);
    assert_snapshot!(tags(&rig.fake.sent("iam:CreateRole")[0]), @r#"
    Tags.member.1.Key  "plexmon:deployment"
    Tags.member.1.Value  "plex-remote-health"
    Tags.member.2.Key  "plexmon:region:eu-central-1"
    Tags.member.2.Value  "in use"
    "#);
}

#[tokio::test(start_paused = true)]
async fn adopted_resources_are_tagged_and_otherwise_unchanged() {
    let rig = Rig::new();
    let other = Some("another".to_owned());
    let desired = &rig.deployment.desired;
    let mut observed = desired.clone();
    observed.the_role().owner.clone_from(&other);
    observed.the_log_group().owner.clone_from(&other);
    observed.the_state().owner.clone_from(&other);
    observed.the_secret().owner.clone_from(&other);
    observed.the_function().owner.clone_from(&other);
    observed.the_schedule().owner = other;
    assert_eq!(rig.adopt(&observed).await, "done");
    assert_snapshot!(rig.fake.operations().join("\n"), @"
    iam:TagRole
    logs:TagResource
    ssm:AddTagsToResource
    ssm:AddTagsToResource
    lambda:TagResource
    events:TagResource
    ");
}

#[tokio::test(start_paused = true)]
async fn a_role_lists_the_regions_that_use_it() {
    let rig = Rig::new();
    let elsewhere = regions_of(&["us-east-1"]);
    assert_eq!(rig.repair(|stack| stack.the_role().regions = elsewhere).await, "done");
    assert_eq!(rig.writes(), ["iam:TagRole"]);
    assert_snapshot!(tags(&rig.fake.sent("iam:TagRole")[0]), @r#"
    Tags.member.1.Key  "plexmon:deployment"
    Tags.member.1.Value  "plex-remote-health"
    Tags.member.2.Key  "plexmon:region:eu-central-1"
    Tags.member.2.Value  "in use"
    Tags.member.3.Key  "plexmon:region:us-east-1"
    Tags.member.3.Value  "in use"
    "#);

    let rig = Rig::new();
    let both = regions_of(&[REGION, "us-east-1"]);
    assert_eq!(rig.down(|stack| stack.the_role().regions = both).await, "done");
    assert!(!rig.writes().iter().any(|write| write.starts_with("iam:Delete")), "{:?}", rig.writes());
    let sent = &rig.fake.sent("iam:UntagRole")[0];
    assert_eq!(sent["TagKeys.member.1"], json!(format!("plexmon:region:{REGION}")));
}

#[tokio::test(start_paused = true)]
async fn a_configured_boundary_is_set_and_any_other_one_is_kept() {
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    let mut rig = Rig::new();
    let role = |stack: &mut Stack, boundary: Option<&str>| {
        stack.the_role().boundary = boundary.map(str::to_owned);
    };
    assert_eq!(
        rig.repair(|stack| role(stack, Some("arn:aws:iam::123456789012:policy/theirs"))).await,
        "done"
    );
    assert_eq!(rig.writes(), Vec::<String>::new());
    role(&mut rig.deployment.desired, Some(boundary));
    assert_eq!(rig.repair(|stack| role(stack, None)).await, "done");
    assert_eq!(rig.writes(), ["iam:PutRolePermissionsBoundary"]);
    assert_eq!(rig.repair(|stack| stack.roles.clear()).await, "done");
    assert_eq!(rig.fake.sent("iam:CreateRole")[0]["PermissionsBoundary"], boundary);
}
