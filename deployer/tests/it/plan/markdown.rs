//! The plan as Markdown: complete, the same on every run, and never too long.

mod hostile;

use insta::assert_snapshot;
use plexmon_deploy::plan::{Kept, Plan, Remarks};
use plexmon_deploy::resource::{Difference, ResourceKind};
use plexmon_deploy::stack::Stack;
use serde_json::{Value, json};

use super::deployment::{Deployment, Only as _};

fn markdown(plan: &Plan) -> String {
    plan.markdown(&Remarks::default())
}

fn drifted(change: impl FnOnce(&mut Stack)) -> Plan {
    let deployment = Deployment::usual();
    deployment.up(&deployment.drifted(change)).unwrap()
}

#[test]
fn a_step_has_its_changes_behind_its_title() {
    let plan = drifted(|stack| {
        stack.the_function().memory_mb = 512;
        stack.the_schedule().target = None;
        let policy = stack.the_role().policy.as_mut().unwrap();
        policy["Statement"][0]["Action"] = json!(["logs:*"]);
    });
    assert_snapshot!(markdown(&plan), @r#"
    <!-- plexmon-plan:plex-remote-health -->
    ## plexmon plan: `plex-remote-health`

    **0 to create, 3 to update, 0 to delete** in account `123456789012`, region `eu-central-1`

    <details>
    <summary>~ update role <code>plex-remote-health-role</code></summary>

    ```diff
      policy:
        ...
            {
              "Action": [
    -           "logs:*"
    +           "logs:CreateLogStream",
    +           "logs:PutLogEvents"
              ],
              "Effect": "Allow",
        ...
    ```

    </details>

    <details>
    <summary>~ update function <code>plex-remote-health</code></summary>

    ```diff
    - memory_mb: 512
    + memory_mb: 128
      after: role plex-remote-health-role
    ```

    </details>

    <details>
    <summary>~ update schedule <code>plex-remote-health-schedule</code></summary>

    ```diff
    + target: arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
    + retry_policy:
    +   {
    +     "attempts": 5,
    +     "max_age_s": 150
    +   }
      after: function plex-remote-health
    ```

    </details>

    Digest of this plan: `6ba9f374a65b65ca7ae02983b9145787305a0532a8f3a0224ddf4691fd8605c4`
    "#);
}

#[test]
fn a_first_deployment_shows_what_it_creates() {
    assert_snapshot!("created", markdown(&Deployment::usual().up(&Stack::nothing()).unwrap()));
}

#[test]
fn a_removal_and_remarks_are_shown() {
    let deployment = Deployment::usual().with_page();
    let mut plan = deployment.down(&deployment.desired).unwrap();
    plan.steps.retain(|step| step.kind == ResourceKind::Function);
    plan.kept.push(Kept {
        kind: ResourceKind::LogGroup,
        name: "/aws/lambda/one".to_owned(),
        region: "eu-central-1".to_owned(),
        why: "--keep-logs".to_owned(),
    });
    let long =
        "this sentence is longer than a line of a code block, which is not wrapped by GitHub itself, may be ";
    let warnings = ["one".to_owned(), format!("{long}{long}")];
    assert_snapshot!(plan.markdown(&Remarks { warnings: &warnings, cost: "$0.00 a month\n  list prices" }), @"
    <!-- plexmon-plan:plex-remote-health -->
    ## plexmon plan: `plex-remote-health`

    **0 to create, 0 to update, 2 to delete** in account `123456789012`, region `eu-central-1`

    <details>
    <summary>- delete function <code>plex-remote-health</code></summary>

    ```diff
    - all of it
    ```

    </details>

    <details>
    <summary>- delete function <code>plex-remote-health-page</code> in <code>us-east-1</code></summary>

    ```diff
    - all of it
      after: function URL plex-remote-health-page
    ```

    </details>

    Kept as they are:

    ```text
    log group /aws/lambda/one in eu-central-1: --keep-logs
    ```

    Warnings:

    ```text
    one
    this sentence is longer than a line of a code block, which is not wrapped by GitHub itself, may be
      this sentence is longer than a line of a code block, which is not wrapped by GitHub itself, may be 
    ```

    Cost:

    ```text
    $0.00 a month
      list prices
    ```

    Digest of this plan: `6c5bcb056f257d8dc818ff3084faeb127bdc1bff2a364cbf0c53a4d7342f8db4`
    ");
}

#[test]
fn nothing_to_do_is_said_in_one_line() {
    assert_snapshot!(markdown(&drifted(|_| {})), @"
    <!-- plexmon-plan:plex-remote-health -->
    ## plexmon plan: `plex-remote-health`

    **No changes: AWS matches the configuration** in account `123456789012`, region `eu-central-1`

    Digest of this plan: `0a369a75d59412d1f19636d4d8c72c26286bcb81e55507612fad44d9f5f43f3e`
    ");
}

#[test]
fn what_is_left_out_is_counted() {
    let mut plan = Deployment::usual().up(&Stack::nothing()).unwrap();
    let lines: Vec<usize> = (0..5_000).collect();
    plan.steps.truncate(2);
    plan.steps[0].changes = vec![Difference { field: "policy", from: Value::Null, to: json!(lines) }];
    let text = markdown(&plan);
    let shown = text.lines().filter(|line| line.starts_with("+   ")).count();
    // Both brackets are lines as well.
    assert!(text.contains(&format!("\n ... {} more lines\n```\n", 5_002 - shown)), "{}", &text[..600]);
    assert!(text.contains("`plexmon-deploy plan --json` has all of it."), "{}", &text[text.len() - 300..]);
    // The second step is whole.
    let title = format!("<code>{}</code></summary>\n\n```diff\n+ owner", plan.steps[1].name);
    assert!(text.contains(&title), "{}", &text[text.len() - 2_000..]);
}
