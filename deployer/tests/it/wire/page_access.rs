//! What is read of a status page without its permissions, which a policy of an earlier release does not have, and if it
//! belongs to others.

use plexmon_deploy::page_address::PageAddress;
use plexmon_deploy::resources::Decrypt;
use plexmon_deploy::stack::{ReadOptions, observe};
use serde_json::json;

use super::answers::{self, ROLE_ID, function_json, json_of, role_xml};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::{CONFIG, PAGE, PAGE_REGION, secrets};

/// Refuse what only a page adds: its role and the announcements.
fn refuse_what_a_page_adds(rig: &Rig) {
    let denied = || refused("AccessDenied", "User: me is not authorized to perform this");
    rig.fake.on("iam:GetRole", move |request| {
        match request.body["RoleName"] == json!(format!("{PAGE}-role")) {
            true => denied(),
            false => Answer::Xml(role_xml("{}", Some("plex-remote-health"))),
        }
    });
    rig.fake.on("ssm:GetParameter", |request| {
        match request.body["Name"].as_str().unwrap().ends_with("_announcements") {
            true => refused("AccessDeniedException", "User: me is not authorized to perform this"),
            false => answers::usual("ssm:GetParameter"),
        }
    });
}

fn options(removing: bool) -> ReadOptions {
    ReadOptions { decrypt: Decrypt::No, adopting: false, removing }
}

#[tokio::test(start_paused = true)]
async fn without_a_page_nothing_needs_the_permissions_of_one() {
    let rig = Rig::new();
    refuse_what_a_page_adds(&rig);
    let observed = observe(&rig.aws, &rig.deployment.names, options(false)).await.unwrap();
    assert!(observed.is_page_denied);
    assert_eq!(observed.stack.roles.len(), 1, "the monitor's own role was read");
}

#[tokio::test(start_paused = true)]
async fn a_page_and_a_removal_need_them() {
    let rig = Rig::with_page();
    refuse_what_a_page_adds(&rig);
    observe(&rig.aws, &rig.deployment.names, options(false)).await.unwrap_err();
    let rig = Rig::new();
    refuse_what_a_page_adds(&rig);
    observe(&rig.aws, &rig.deployment.names, options(true)).await.unwrap_err();
}

/// Serve a page whose function has this owner.
fn serve_page_of(rig: &Rig, owner: &str) {
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let mut function = function_json(&rig.deployment);
    function["Configuration"]["FunctionName"] = json!(PAGE);
    function["Configuration"]["Role"] = json!(format!("arn:aws:iam::123456789012:role/{PAGE}-role"));
    function["Tags"]["plexmon:role"] = json!(ROLE_ID);
    function["Tags"]["plexmon:deployment"] = json!(owner);
    rig.fake.on("lambda:GetFunction", move |request| match request.region.as_str() {
        PAGE_REGION => json_of(function.clone()),
        _ => refused("ResourceNotFoundException", "Function not found"),
    });
    rig.fake.always(
        "lambda:GetFunctionUrlConfig",
        json_of(json!({
            "FunctionUrl": "https://abc.lambda-url.us-east-1.on.aws/", "AuthType": "NONE", "InvokeMode": "BUFFERED",
            "FunctionArn": "arn", "CreationTime": "2026-11-21T10:00:00Z", "LastModifiedTime": "2026-11-21T10:00:00Z",
        })),
    );
}

#[tokio::test(start_paused = true)]
async fn the_address_of_a_function_of_others_is_not_that_of_the_page() {
    for (owner, expected) in [
        ("plex-remote-health", Some("https://abc.lambda-url.us-east-1.on.aws/".to_owned())),
        ("another-deployment", None),
    ] {
        let rig = Rig::of(&format!("{CONFIG}[page]\nregion = \"{PAGE_REGION}\"\n"));
        serve_page_of(&rig, owner);
        let observed = rig.observe(false).await.unwrap();
        let address = PageAddress::of(&rig.session(), &observed).unwrap();
        assert_eq!(address.map(|address| address.whole()), expected, "{owner}");
    }
}
