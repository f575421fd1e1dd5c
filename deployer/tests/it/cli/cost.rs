//! What a deployment costs, in `plan`, `up` and `down`.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{AwsStandIn, Deploy};

/// A configuration with this many targets, in an empty account.
struct Home {
    folder: TempDir,
    aws: AwsStandIn,
}

impl Home {
    fn new(schedule: &str, targets: usize, function: &str) -> Self {
        let mut text = format!("region = \"eu-central-1\"\nschedule = \"{schedule}\"\n");
        for number in 0..targets {
            let _ =
                write!(text, "[[target]]\nname = \"t{number}\"\nurl = \"https://t{number}.example.com\"\n");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), format!("{text}[function]\n{function}\n")).unwrap();
        Self { folder, aws: AwsStandIn::start() }
    }

    /// With a status page, in an account that has this much concurrency left.
    fn with_page(page: &str, unreserved: u32) -> Self {
        let answer = format!(r#"{{"AccountLimit":{{"UnreservedConcurrentExecutions":{unreserved}}}}}"#);
        let aws = AwsStandIn::scripted(move |request| {
            request.line.contains("account-settings").then(|| (200, answer.clone()))
        });
        Self { aws, ..Self::new("rate(5 minutes)", 1, &format!("[page]\n{page}")) }
    }

    fn usual() -> Self {
        Self::new("rate(5 minutes)", 1, "")
    }

    fn with_aws(&self, deploy: Deploy) -> Deploy {
        deploy
            .env("AWS_ACCESS_KEY_ID", "AKIATEST")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_ENDPOINT_URL", self.aws.url())
    }

    fn deploy(&self, args: &[&str]) -> Deploy {
        self.with_aws(Deploy::new(self.folder.path())).args(args)
    }

    /// What `plan` prints below the steps.
    fn cost(&self, args: &[&str]) -> String {
        let plan = self.deploy(&["plan"]).args(args).run().ended(0);
        below_the_steps(&plan.stdout)
    }

    fn json(&self, args: &[&str]) -> Value {
        self.deploy(args).run().ended(0).json()
    }
}

fn below_the_steps(text: &str) -> String {
    text.split_once(" to delete\n").unwrap().1.to_owned()
}

#[test]
fn plan_ends_with_the_cost() {
    let home = Home::usual();
    assert_snapshot!(home.cost(&[]), @"
    $0.00 a month within AWS's always-free allowances (0.9 % of the requests, 0.3 % of the compute time); $0.03 without them
      list prices for us-east-1, 2026-11-26; everything in the account shares the allowances
    ");
}

#[test]
fn plan_with_v_lists_the_parts_of_the_cost() {
    let home = Home::usual();
    let verbose = home.cost(&["-v"]);
    let (_, cost) = verbose.split_once("\n$").unwrap();
    assert_snapshot!(format!("${cost}"), @"
    $0.00 a month within AWS's always-free allowances (0.9 % of the requests, 0.3 % of the compute time); $0.03 without them
      requests: 8,766 of 1,000,000 requests (0.9 %); less than $0.01 without the allowance
      compute time: 1,128 of 400,000 GB-seconds (0.3 %); $0.02 without the allowance
      logs: 0.011 of 5 GB (0.2 %); less than $0.01 without the allowance
      outgoing data: 0.018 of 100 GB (less than 0.1 %); less than $0.01 without the allowance
      SSM calls: 18,992 calls, which are free
      scheduled events: 8,766 events, which are free
      at most $0.00 if every run lasts until its timeout
      list prices for us-east-1, 2026-11-26; everything in the account shares the allowances
    ");
}

#[test]
fn what_exceeds_an_allowance_is_named() {
    let home = Home::new("rate(1 minute)", 400, "memory_mb = 2048\n[defaults]\ntries = 1");
    assert_snapshot!(home.cost(&[]), @"
    $8.16 a month beyond AWS's always-free allowances: $8.16 for compute time (222 % of the allowance); $18.65 without them
      list prices for us-east-1, 2026-11-26; everything in the account shares the allowances
    history: 90 days of 400 targets, response times of 48 hours, the last 23 outages of each, in 200 parameters
    ");
    let document = home.json(&["plan", "--json"]);
    assert_snapshot!(document["monthly_cost_usd"], @"8.16");
    assert_eq!(document["history"]["hours_of_response_times"], 48);
    let markdown = home.deploy(&["plan", "--format", "markdown"]).run().ended(0).stdout;
    assert!(markdown.contains("history: 90 days of 400 targets"), "{markdown}");
}

/// The line about a flood, and the field in `--json`.
fn flood(home: &Home) -> (String, Value) {
    let cost = home.cost(&[]);
    let markdown = home.deploy(&["plan", "--format", "markdown"]).run().ended(0).stdout;
    let line = cost.lines().find(|line| line.contains("flood")).unwrap_or_default().trim();
    assert_eq!(markdown.contains("flood"), !line.is_empty(), "{markdown}");
    let document = home.json(&["plan", "--json"]);
    assert_eq!(document["monthly_cost_usd"].to_string(), "0.0", "what is expected");
    (line.to_owned(), document["cost"]["page_flood"].clone())
}

#[test]
fn plan_says_what_a_flood_of_the_page_could_cost() {
    let (line, field) = flood(&Home::with_page("", 1000));
    assert_snapshot!(line, @"a flood of requests for the status page could raise it to at most $181.72 a month (concurrency = 2)");
    assert_eq!(field, json!({ "concurrency": 2, "at_most_usd": 181.72 }));
    let (line, field) = flood(&Home::with_page("concurrency = \"unreserved\"", 1000));
    assert_snapshot!(line, @"no reserved concurrency: nothing limits what a flood of requests for the status page could cost");
    assert_eq!(field, json!({ "concurrency": "unreserved", "at_most_usd": null }));
    assert_eq!(flood(&Home::usual()), (String::new(), Value::Null));
}

/// There, the page does without the reservation that is configured.
#[test]
fn where_nothing_can_be_reserved_nothing_limits_a_flood() {
    let (line, field) = flood(&Home::with_page("region = \"us-east-1\"\nconcurrency = 2", 10));
    assert_snapshot!(line, @"no reserved concurrency: nothing limits what a flood of requests for the status page could cost");
    assert_eq!(field, json!({ "concurrency": "unreserved", "at_most_usd": null }));
}

#[test]
fn up_shows_the_cost_before_it_asks() {
    let home = Home::usual();
    let up = home.deploy(&["up"]).run().ended(2);
    assert_eq!(below_the_steps(&up.stdout), home.cost(&[]));
    assert!(up.stderr.contains("cannot ask for input without a terminal"), "{}", up.whole());
}

#[test]
fn the_json_of_plan_has_the_cost_and_its_parts() {
    let plan = Home::usual().json(&["plan", "--json"]);
    assert_eq!(plan["monthly_cost_usd"].to_string(), "0.0");
    assert_snapshot!(serde_json::to_string_pretty(&plan["cost"]).unwrap(), @r#"
    {
      "within_allowances_usd": 0.0,
      "without_allowances_usd": 0.03,
      "at_most_usd": 0.0,
      "prices_date": "2026-11-26",
      "prices_region": "us-east-1",
      "parts": [
        {
          "item": "requests",
          "used": 8766.0,
          "unit": "requests",
          "allowance": 1000000.0,
          "within_allowance_usd": 0.0,
          "without_allowance_usd": 0.001753
        },
        {
          "item": "compute_time",
          "used": 1127.6875,
          "unit": "GB-seconds",
          "allowance": 400000.0,
          "within_allowance_usd": 0.0,
          "without_allowance_usd": 0.018795
        },
        {
          "item": "kms_requests",
          "used": 0.0,
          "unit": "requests",
          "allowance": 20000.0,
          "within_allowance_usd": 0.0,
          "without_allowance_usd": 0.0
        },
        {
          "item": "logs",
          "used": 0.010816,
          "unit": "GB",
          "allowance": 5.0,
          "within_allowance_usd": 0.0,
          "without_allowance_usd": 0.003806
        },
        {
          "item": "outgoing_data",
          "used": 0.017532,
          "unit": "GB",
          "allowance": 100.0,
          "within_allowance_usd": 0.0,
          "without_allowance_usd": 0.001578
        },
        {
          "item": "parameter_calls",
          "used": 18992.0,
          "unit": "calls",
          "allowance": null,
          "within_allowance_usd": 0.0,
          "without_allowance_usd": 0.0
        },
        {
          "item": "scheduled_events",
          "used": 8766.0,
          "unit": "events",
          "allowance": null,
          "within_allowance_usd": 0.0,
          "without_allowance_usd": 0.0
        }
      ]
    }
    "#);
}

#[test]
fn where_nothing_is_deployed_nothing_is_paid() {
    let down = Home::usual().json(&["down", "--json", "--yes"]);
    assert_eq!(down["monthly_cost_usd"].to_string(), "0.0");
    assert!(down["cost"]["parts"].as_array().unwrap().iter().all(|part| part["used"] == 0.0), "{down}");
}

#[cfg(unix)]
#[test]
fn a_terminal_of_60_columns_wraps_the_cost_at_words() {
    let home = Home::usual();
    let deploy = Deploy::on_a_terminal(home.folder.path(), 60, "", "");
    let plan = home.with_aws(deploy).args(["plan"]).run().ended(0);
    assert_snapshot!(below_the_steps(&plan.stdout), @"
    $0.00 a month within AWS's always-free allowances (0.9 % of
      the requests, 0.3 % of the compute time); $0.03 without
      them
      list prices for us-east-1, 2026-11-26; everything in the
        account shares the allowances
    ");
}

#[test]
fn only_the_basis_of_the_estimate_is_grey() {
    let home = Home::usual();
    let colored = home.cost(&["--color", "always"]);
    assert_snapshot!(colored.replace('\u{1b}', "ESC"), @"
    $0.00 a month within AWS's always-free allowances (0.9 % of the requests, 0.3 % of the compute time); $0.03 without them
      ESC[38;5;244mlist prices for us-east-1, 2026-11-26; everything in the account shares the allowancesESC[0m
    ");
    assert_eq!(console::strip_ansi_codes(&colored), home.cost(&[]));
}
