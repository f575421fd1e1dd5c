//! The page in regions that the configuration no longer names: the tags of its role do, until nothing is left there.

use insta::assert_snapshot;
use plexmon_deploy::names::LambdaNames;
use plexmon_deploy::plan::{Intent, Plan, plan};
use plexmon_deploy::resources::{Decrypt, Regions};
use plexmon_deploy::stack::{Observed, ReadOptions, Stack};
use serde_json::json;

use super::answers::{self, ROLE_ID, function_json, json_of, role_xml};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::{CONFIG, PAGE, PAGE_REGION, REGION, secrets};

/// A region in which the page was served before.
const PAST: &str = "us-west-2";

/// A deployed monitor, the role of a page with these tags, and a page in [`PAST`]; the configuration has these lines.
fn rig(lines: &str, tags: &[(&str, &str)]) -> Rig {
    let rig = Rig::of(&format!("{CONFIG}{lines}"));
    answers::deployed(&rig.fake, &Rig::new().deployment, &secrets());
    let tags: String = tags
        .iter()
        .map(|(region, value)| {
            format!("<member><Key>plexmon:region:{region}</Key><Value>{value}</Value></member>")
        })
        .collect();
    rig.fake.on("iam:GetRole", move |request| {
        let role = role_xml("{}", Some("plex-remote-health"));
        if request.body["RoleName"] != json!(format!("{PAGE}-role")) {
            return Answer::Xml(role);
        }
        let (before, rest) = role.split_once("<Tags>").unwrap();
        let (_, after) = rest.split_once("</Tags>").unwrap();
        let owner = "<member><Key>plexmon:deployment</Key><Value>plex-remote-health</Value></member>";
        Answer::Xml(format!("{before}<Tags>{owner}{tags}</Tags>{after}"))
    });
    let monitor = function_json(&rig.deployment);
    rig.fake.on("lambda:GetFunction", move |request| {
        let mut function = monitor.clone();
        match request.region.as_str() {
            REGION => {}
            PAST => {
                function["Configuration"]["FunctionName"] = json!(PAGE);
                function["Configuration"]["Role"] =
                    json!(format!("arn:aws:iam::123456789012:role/{PAGE}-role"));
                function["Tags"]["plexmon:role"] = json!(ROLE_ID);
                function["Tags"].as_object_mut().unwrap().remove("plexmon:state");
            }
            _ => return refused("ResourceNotFoundException", "Function not found"),
        }
        json_of(function)
    });
    rig.fake.on("logs:DescribeLogGroups", |request| {
        let name = if request.region == REGION { "plex-remote-health" } else { PAGE };
        let group = json!({ "logGroupName": format!("/aws/lambda/{name}"), "retentionInDays": 30 });
        json_of(json!({ "logGroups": if [REGION, PAST].contains(&request.region.as_str()) { vec![group] } else { vec![] } }))
    });
    rig
}

/// AWS answers like this in a region that is not enabled.
fn disable(rig: &Rig, region: &str) {
    let text = "The security token included in the request is invalid.";
    rig.fake.everything_in(region, refused("UnrecognizedClientException", text));
}

async fn observe(rig: &Rig) -> Observed {
    let options = ReadOptions { decrypt: Decrypt::No, adopting: false, removing: false };
    plexmon_deploy::stack::observe(&rig.aws, &rig.deployment.names, options).await.unwrap()
}

/// Return the steps that concern the page, and what is kept.
fn about_page(desired: &Stack, observed: &Observed) -> String {
    let unchecked = &observed.unchecked();
    let intent = Intent { names: &observed.names, account: &observed.account, adopt: false, unchecked };
    let Plan { steps, kept, .. } = plan(desired, &observed.stack, intent).unwrap();
    let steps = steps.iter().filter(|step| step.name.contains(PAGE)).map(|step| {
        let fields: Vec<&str> = step.changes.iter().map(|change| change.field).collect();
        let text =
            format!("{} {} {} in {} {}", step.action, step.kind, step.name, step.region, fields.join(","));
        format!("{}\n", text.trim_end())
    });
    let kept = kept.iter().map(|kept| format!("keep {} {}: {}\n", kept.kind, kept.name, kept.why));
    steps.chain(kept).collect()
}

fn regions_read(rig: &Rig) -> Vec<String> {
    let requests = rig.fake.requests();
    let reads = requests.iter().filter(|request| request.operation == "lambda:GetFunction");
    let mut regions: Vec<String> = reads.map(|request| request.region.clone()).collect();
    regions.sort();
    regions
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_no_longer_configured_is_found_by_the_tags_of_its_role() {
    let rig = rig("", &[(PAST, "for eu-central-1")]);
    let observed = observe(&rig).await;
    assert_eq!(regions_read(&rig), [REGION, PAST]);
    assert_snapshot!(about_page(&rig.deployment.desired, &observed), @"
    delete function plex-remote-health-page in us-west-2
    delete log group /aws/lambda/plex-remote-health-page in us-west-2
    delete role plex-remote-health-page-role in eu-central-1
    ");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_has_moved_is_removed_from_its_previous_region() {
    let rig = rig(&format!("[page]\nregion = \"{PAGE_REGION}\"\n"), &[(PAST, "for eu-central-1")]);
    let observed = observe(&rig).await;
    assert_eq!(regions_read(&rig), [REGION, PAGE_REGION, PAST]);
    let plan = about_page(&rig.deployment.desired, &observed);
    // Since when a URL is a part of the page does not matter here.
    let plan: String =
        plan.lines().filter(|line| !line.contains("url")).map(|line| format!("{line}\n")).collect();
    assert_snapshot!(plan, @"
    update role plex-remote-health-page-role in us-east-1 trust,policy,regions
    create log group /aws/lambda/plex-remote-health-page in us-east-1 owner,retention_days
    create function plex-remote-health-page in us-east-1 owner,role,role_binding,runtime,handler,architecture,memory_mb,timeout_s,environment,code,retries,concurrency,logging
    delete function plex-remote-health-page in us-west-2
    delete log group /aws/lambda/plex-remote-health-page in us-west-2
    update role plex-remote-health-page-role in us-east-1 regions
    ");
    assert!(observed.names.past.iter().map(|page: &LambdaNames| page.region.as_str()).eq([PAST]));
}

#[tokio::test(start_paused = true)]
async fn one_round_is_enough_if_the_tags_equal_the_configuration() {
    let rig = rig(&format!("[page]\nregion = \"{PAST}\"\n"), &[(PAST, "for eu-central-1")]);
    let observed = observe(&rig).await;
    assert_eq!(regions_read(&rig), [REGION, PAST]);
    assert!(observed.names.past.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_page_of_a_monitor_in_another_region_is_none_of_our_business() {
    let rig = rig("", &[(PAST, "for us-east-1"), ("us-east-1", "in use")]);
    let observed = observe(&rig).await;
    assert_eq!(regions_read(&rig), [REGION]);
    assert_snapshot!(about_page(&Stack::nothing(), &observed), @"keep role plex-remote-health-page-role: still in use in us-east-1, us-west-2");
}

#[tokio::test(start_paused = true)]
async fn a_past_region_that_is_out_of_reach_is_not_forgotten() {
    let rig = rig("", &[(PAST, "for eu-central-1")]);
    disable(&rig, PAST);
    let observed = observe(&rig).await;
    assert_snapshot!(about_page(&rig.deployment.desired, &observed), @"keep role plex-remote-health-page-role: what is in us-west-2 could not be checked");
    assert_snapshot!(about_page(&Stack::nothing(), &observed), @"keep role plex-remote-health-page-role: what is in us-west-2 could not be checked");
    assert_snapshot!(observed.unchecked_warnings().join("\n"), @"could not check what is left of the status page in us-west-2, where it used to be served (logs:DescribeLogGroups was refused (UnrecognizedClientException): The security token included in the request is invalid.); its role keeps a record, and the next run will check again");
    assert_snapshot!(observed.require_all_regions().unwrap_err(), @"
    error: everything else was removed, but what the status page has in us-west-2 could not be checked
      cause: logs:DescribeLogGroups was refused (UnrecognizedClientException): The security token included in the request is invalid.

    hint: run `plexmon-deploy down` again when the region can be used: the page's role is kept until then
    ");
    observed.require_configured_regions().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_move_goes_on_while_the_previous_region_is_out_of_reach() {
    let rig = rig(&format!("[page]\nregion = \"{PAGE_REGION}\"\n"), &[(PAST, "for eu-central-1")]);
    disable(&rig, PAST);
    let observed = observe(&rig).await;
    let plan = about_page(&rig.deployment.desired, &observed);
    assert!(plan.contains(&format!("create function {PAGE} in {PAGE_REGION}")), "{plan}");
    assert!(!plan.contains(&format!("{PAGE} in {PAST}")), "{plan}");
    assert!(plan.contains("what is in us-west-2 could not be checked"), "{plan}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_planned_for_a_page_in_a_region_that_cannot_be_used() {
    let rig = rig(&format!("[page]\nregion = \"{PAGE_REGION}\"\n"), &[]);
    disable(&rig, PAGE_REGION);
    let observed = observe(&rig).await;
    assert_snapshot!(observed.require_configured_regions().unwrap_err(), @"
    error: the region of the status page, us-east-1, cannot be used
      cause: logs:DescribeLogGroups was refused (UnrecognizedClientException): The security token included in the request is invalid.

    hint: choose another `region` in [page]; us-east-1, eu-west-1 and other regions that AWS opened before 2019 are enabled in every account
    ");
    // Without a tag, nothing of the page was ever created there.
    observed.require_all_regions().unwrap();
    let view = rig.session().view(ReadOptions::default()).await.unwrap();
    assert!(view.plan(false).is_err());
}

/// Return the calls about the page, in order, each with its region.
fn calls(rig: &Rig) -> String {
    let requests = rig.fake.requests();
    let is_of_page = |request: &&super::fake::Request| {
        request.region != REGION
            && (request.region != String::new() || request.body["RoleName"] == json!(format!("{PAGE}-role")))
    };
    let sent = requests.iter().filter(is_of_page).map(|request| {
        let tags: Vec<&str> = (1..9)
            .filter_map(|number| request.body[format!("Tags.member.{number}.Key")].as_str())
            .chain((1..9).filter_map(|number| request.body[format!("TagKeys.member.{number}")].as_str()))
            .filter_map(|key| key.strip_prefix("plexmon:region:"))
            .collect();
        format!("{} {}{}\n", request.operation, request.region, tags.join(" "))
    });
    sent.filter(|call| {
        !call.contains("FunctionUrl") && !call.contains("Permission") && !call.contains("Concurrency")
    })
    .collect()
}

#[tokio::test(start_paused = true)]
async fn a_move_writes_the_new_region_first_and_forgets_the_previous_one_last() {
    let rig = Rig::of(&format!("{CONFIG}[page]\nregion = \"{PAGE_REGION}\"\n"));
    rig.fake.take(std::time::Duration::from_secs(1));
    let moved = rig.repair(|stack| {
        stack.roles[1].regions = Regions::one(PAST, REGION);
        for function in stack.functions.iter_mut().filter(|one| one.region == PAGE_REGION) {
            function.region = PAST.to_owned();
        }
        for group in stack.log_groups.iter_mut().filter(|one| one.region == PAGE_REGION) {
            group.region = PAST.to_owned();
        }
    });
    assert_eq!(moved.await, "done");
    assert_snapshot!(calls(&rig), @"
    iam:TagRole us-east-1 us-west-2
    logs:CreateLogGroup us-east-1
    logs:PutRetentionPolicy us-east-1
    lambda:CreateFunction us-east-1
    lambda:GetFunctionConfiguration us-east-1
    lambda:PutFunctionEventInvokeConfig us-east-1
    lambda:DeleteFunction us-west-2
    lambda:GetFunction us-west-2
    logs:DeleteLogGroup us-west-2
    iam:UntagRole us-west-2
    ");
}
