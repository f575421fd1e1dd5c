//! New tokens, wrong tokens, and machines without tokens.

use crate::support::{Deploy, Fixture, SECRETS, snapshot};

fn without_tokens(deploy: Deploy) -> Deploy {
    deploy.without("PUSHOVER_TOKEN").without("PUSHOVER_USER")
}

#[test]
fn a_new_token_is_planned_without_being_shown() {
    let fixture = Fixture::deployed();
    let plan = fixture.with_code(&["plan"]).env("PUSHOVER_TOKEN", "another-token").run();
    snapshot!(plan.ended(0).stdout, @r"
      ~ update secret    /homelab/plex_remote_status_secrets
          value: (hidden) -> (hidden)
    0 to create, 1 to update, 0 to delete
    [COST]
    ");
    let plan = fixture.with_code(&["plan", "--json"]).env("PUSHOVER_TOKEN", "another-token").run();
    snapshot!(plan.ended(0).stdout, @r#"
    {
      "digest": "[DIGEST]",
      "place": {
        "deployment": "plex-remote-health",
        "partition": "aws",
        "account": "[ACCOUNT]",
        "region": "us-east-1"
      },
      "steps": [
        {
          "action": "update",
          "kind": "secret",
          "name": "/homelab/plex_remote_status_secrets",
          "region": "us-east-1",
          "needs": [],
          "changes": [
            {
              "field": "value",
              "from": "(hidden)",
              "to": "(hidden)"
            }
          ]
        }
      ],
      "monthly_cost_usd": 0.0, "cost": "[COST]",
      "account_plan": null
    }
    "#);
}

#[test]
fn a_wrong_token_is_reported_at_once_and_can_be_corrected() {
    let fixture = Fixture::new();
    let up = fixture.with_code(&["up", "--yes"]).env("PUSHOVER_TOKEN", "wrong-token").run().ended(1);
    let (_, error) = up.stderr.split_once("error: ").unwrap();
    snapshot!(error, @"
    everything is deployed, but pushover refused the first notification
      cause: Pushover answered HTTP 400: application token is invalid

    hint: correct the secrets of that channel (for Pushover: the application's token and your user key), then run `plexmon-deploy up` again
    ");
    assert!(fixture.phone.take_new().is_empty());
    assert_eq!(fixture.inventory().len(), 7);

    // With the right token, the notification is delivered.
    let up = fixture.with_code(&["up", "--yes"]).run().ended(0);
    snapshot!(up.stdout, @r"
      ~ update secret    /homelab/plex_remote_status_secrets
          value: (hidden) -> (hidden)
    0 to create, 1 to update, 0 to delete
    [COST]
    seen from AWS:
      plex is up (HTTP 200, [TIME])
      pushover delivered: plex is up
    ");
    assert_eq!(fixture.messages().len(), 1);
    assert_eq!(fixture.plan(), [""; 0]);
}

#[test]
fn a_machine_without_tokens_can_plan_and_update_a_deployment_that_has_them() {
    let fixture = Fixture::deployed();
    let plan = without_tokens(fixture.with_code(&["plan", "--exit-code"])).run();
    snapshot!(plan.ended(0).whole(), @r"
    exit 0
    --- stdout
    nothing to do: AWS matches the configuration
    [COST]
    --- stderr
    plex-remote-health in account [ACCOUNT], region us-east-1
    ");

    fixture.edit("rate(5 minutes)", "rate(7 minutes)");
    let up = without_tokens(fixture.with_code(&["up", "--yes"])).run().ended(0);
    assert!(up.stderr.contains("PUSHOVER_TOKEN and PUSHOVER_USER not set"), "{}", up.whole());
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.plex.break_it();
    fixture.invoke().ended(0);
    assert_eq!(fixture.messages().len(), 1);
    without_tokens(fixture.deploy(&["down", "--yes", "--no-wait"])).run().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn a_machine_without_tokens_cannot_deploy_for_the_first_time() {
    let fixture = Fixture::new();
    let plan = without_tokens(fixture.with_code(&["plan"])).run();
    snapshot!(plan.whole(), @"
    exit 2
    --- stderr
    error: `PUSHOVER_TOKEN` and `PUSHOVER_USER` are not set
      cause: the secret `/homelab/plex_remote_status_secrets` does not exist in AWS yet, so it has to be created now

    hint: set it in the environment and run again: export PUSHOVER_TOKEN=... PUSHOVER_USER=...
    ");
    without_tokens(fixture.with_code(&["up", "--yes"])).run().ended(2);
    let one = fixture.with_code(&["plan"]).without("PUSHOVER_USER").run().ended(2);
    assert!(one.stderr.starts_with("error: `PUSHOVER_USER` is not set"), "{}", one.whole());
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn tokens_can_come_from_files() {
    let fixture = Fixture::new();
    fixture.edit("{ env = \"PUSHOVER_TOKEN\" }", "{ file = \"token\" }");
    fixture.edit("{ env = \"PUSHOVER_USER\" }", "{ file = \"user\" }");
    fixture.write("token", &format!("{}\n", crate::support::TOKEN));
    fixture.write("user", crate::support::USER);
    without_tokens(fixture.with_code(&["up", "--yes"])).run().ended(0);
    assert_eq!(fixture.messages().len(), 1);
    assert!(fixture.inventory().contains(&format!("parameter {SECRETS}")));
}
