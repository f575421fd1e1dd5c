//! `up --expect`: what is refused before AWS is read, and before anything is built or changed.

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{AwsStandIn, Deploy, snapshot};

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    write(&home, "rate(5 minutes)");
    home
}

fn write(home: &TempDir, schedule: &str) {
    let config = format!(
        "region = \"eu-central-1\"\nschedule = \"{schedule}\"\n\n[[target]]\nname = \"plex\"\nkind = \"plex\"\n\
         url = \"https://plex.example.com\"\n"
    );
    std::fs::write(home.path().join("config.toml"), config).unwrap();
}

fn deploy(home: &TempDir, aws: &AwsStandIn, args: &[&str]) -> Deploy {
    let keys = Deploy::new(home.path())
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    keys.env("AWS_ENDPOINT_URL", aws.url()).args(args)
}

#[test]
fn what_is_neither_a_digest_nor_a_plan_is_refused_without_reading_aws() {
    let home = home();
    let aws = AwsStandIn::start();
    std::fs::write(home.path().join("other.json"), "{\"digest\": \"\"}").unwrap();
    let refused = ["", "abc", &"g".repeat(64), "other.json", "config.toml", "."]
        .map(|value| deploy(&home, &aws, &["up", "--expect", value]).run().whole());
    snapshot!(refused.join("\n\n"), @"
    exit 2
    --- stderr
    error: --expect takes the digest of a plan, or a file that `plan --json` wrote
      cause: `` is neither: a digest has 64 hexadecimal characters, and there is no such file

    hint: for example: `plexmon-deploy plan --json > plan.json`, then `plexmon-deploy up --expect plan.json`

    exit 2
    --- stderr
    error: --expect takes the digest of a plan, or a file that `plan --json` wrote
      cause: `abc` is neither: a digest has 64 hexadecimal characters, and there is no such file

    hint: for example: `plexmon-deploy plan --json > plan.json`, then `plexmon-deploy up --expect plan.json`

    exit 2
    --- stderr
    error: --expect takes the digest of a plan, or a file that `plan --json` wrote
      cause: `gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg` is neither: a digest has 64 hexadecimal characters, and there is no such file

    hint: for example: `plexmon-deploy plan --json > plan.json`, then `plexmon-deploy up --expect plan.json`

    exit 2
    --- stderr
    error: --expect takes the digest of a plan, or a file that `plan --json` wrote
      cause: `other.json`: missing field `place`

    hint: for example: `plexmon-deploy plan --json > plan.json`, then `plexmon-deploy up --expect plan.json`

    exit 2
    --- stderr
    error: --expect takes the digest of a plan, or a file that `plan --json` wrote
      cause: `config.toml`: expected value at line 1 column 1

    hint: for example: `plexmon-deploy plan --json > plan.json`, then `plexmon-deploy up --expect plan.json`

    exit 2
    --- stderr
    error: --expect takes the digest of a plan, or a file that `plan --json` wrote
      cause: `.`: Is a directory (os error [NUMBER])

    hint: for example: `plexmon-deploy plan --json > plan.json`, then `plexmon-deploy up --expect plan.json`
    ");
    assert!(aws.requests().is_empty());
}

#[test]
fn another_plan_is_refused_with_what_it_is_now() {
    let home = home();
    let aws = AwsStandIn::start();
    let digest = "0".repeat(64);
    snapshot!(deploy(&home, &aws, &["up", "--expect", &digest]).run().whole(), @"
    exit 1
    --- stdout
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    6 to create, 0 to update, 0 to delete
    --- stderr
    plex-remote-health in account 123456789012, region eu-central-1
    error: this is not the expected plan: nothing was changed
      cause: expected: [SHA256]
      cause: now:      [SHA256]

    hint: review the plan as it is now, then pass its digest; with the file of `plan --json` in place of a digest, the differences are shown
    ");
    let refused = deploy(&home, &aws, &["up", "--json", "--yes", "-v", "--expect", &digest]).run().ended(1);
    assert!(refused.calls().len() > 5 && refused.writes().is_empty(), "{}", refused.stderr);
    let document = refused.json();
    assert_eq!(document["steps"].as_array().unwrap().len(), 6);
    assert!(document["steps"].as_array().unwrap().iter().all(|step| step["outcome"] == "not_run"));
}

#[test]
fn with_the_plan_itself_the_difference_is_shown() {
    let home = home();
    let aws = AwsStandIn::start();
    let reviewed = deploy(&home, &aws, &["plan", "--json"]).run().ended(0);
    std::fs::write(home.path().join("plan.json"), &reviewed.stdout).unwrap();
    write(&home, "rate(7 minutes)");
    let refused = deploy(&home, &aws, &["up", "--expect", "plan.json"]).run().ended(1);
    let digests = [digest(&reviewed.json()), digest(&deploy(&home, &aws, &["plan", "--json"]).run().json())];
    let stderr = refused.stderr.replace(&digests[0], "[REVIEWED]").replace(&digests[1], "[NOW]");
    snapshot!(stderr, @r#"
    plex-remote-health in account 123456789012, region eu-central-1
    error: this is not the expected plan: nothing was changed
      cause: expected: [REVIEWED]
      cause: now:      [NOW]
      cause: planned differently: create schedule plex-remote-health-schedule in eu-central-1
             expected rule: (none) -> {"expression":"rate(5 minutes)","enabled":true}
             expected retry_policy: (none) -> {"max_age_s":150,"attempts":5}
             now      rule: (none) -> {"expression":"rate(7 minutes)","enabled":true}
             now      retry_policy: (none) -> {"max_age_s":210,"attempts":5}

    hint: review the plan as it is now, then pass its digest
    "#);
    let region =
        deploy(&home, &aws, &["up", "--expect", "plan.json", "--region", "us-east-1"]).run().ended(1);
    assert!(region.stderr.contains(
        "the expected plan is for plex-remote-health in account 123456789012, region eu-central-1"
    ));
}

fn digest(plan: &Value) -> String {
    plan["digest"].as_str().unwrap().to_owned()
}
