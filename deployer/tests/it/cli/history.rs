//! `history`, from the answers of AWS to the lines on the screen.

mod in_status;
mod played;

use std::collections::BTreeMap;

use plexmon_function::contract::history::{EventKind, HOUR_S, Place};
use plexmon_function::probe::Cause;
use plexmon_function::time;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::in_status::of_targets;
use crate::plan::deployment::Deployment;
use crate::support::history::{event, parameter, record};
use crate::support::{AwsStandIn, Deploy, NAME, Ran, STATE, refused_by_aws};
use crate::wire::answers::function_json;

const HOSTILE: &str = "=1+1, \\\"a\\\"";

fn config() -> String {
    let target = |name| format!("[[target]]\nname = \"{name}\"\nurl = \"https://plex.example.com\"\n");
    format!("region = \"eu-central-1\"\n{}", ["plex", "nas", HOSTILE].map(target).concat())
}

/// A folder with this configuration.
fn home(config: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    home
}

/// Try again if an hour has ended in the middle of a test.
fn in_one_hour<T>(test: impl Fn(u64) -> T) -> T {
    loop {
        let now = time::now();
        let result = test(now);
        if now / HOUR_S == time::now() / HOUR_S {
            return result;
        }
    }
}

/// AWS with the function, and parameters with these values.
fn aws(parameters: BTreeMap<String, String>) -> AwsStandIn {
    let function = function_json(&Deployment::usual()).to_string();
    AwsStandIn::scripted(move |request| {
        let tags = json!({ "TagList": [{ "Key": "plexmon:deployment", "Value": NAME }] });
        match (request.service.as_str(), request.target.as_deref()) {
            ("lambda", _) if request.line.ends_with(NAME) => Some((200, function.clone())),
            ("ssm", Some("AmazonSSM.ListTagsForResource")) => Some((200, tags.to_string())),
            ("ssm", Some("AmazonSSM.GetParameter")) => {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                let value = parameters.get(body["Name"].as_str().unwrap());
                value.map(|value| (200, json!({ "Parameter": { "Value": value } }).to_string()))
            }
            _ => None,
        }
    })
}

/// The state in which `plex` has been down for two hours.
fn state(now: u64) -> String {
    let target = |name: &str, status: &str, since: u64| json!({ "name": name, "check": "0123abcd", "status": status, "since": since });
    let mut plex = target("plex", "down", now - 7_200);
    plex["cause"] = json!("connect");
    json!({
        "status": "down", "ts": now - 60, "version": 1, "deployment": NAME,
        "targets": [plex, target("nas", "up", now - 90_000)],
    })
    .to_string()
}

/// The state and two parameters of the history.
fn usual(now: u64) -> BTreeMap<String, String> {
    let plex = [
        event(now, 200, EventKind::Outage, Cause::RateLimited),
        event(now, 100, EventKind::Planned, Cause::App),
    ];
    let hostile = [event(now, 50, EventKind::Outage, Cause::Timeout)];
    let first =
        parameter([("plex", record(now, 240, &plex, 2)), ("=1+1, \"a\"", record(now, 60, &hostile, 0))]);
    let second = parameter([("nas", record(now, 30, &[], 0)), ("gone", record(now, 9, &[], 0))]);
    let places = [(Place::Number(0), first), (Place::Number(1), second)];
    let history = places.into_iter().map(|(place, value)| (place.parameter(STATE), value));
    history.chain([(STATE.to_owned(), state(now))]).collect()
}

fn with_aws(deploy: Deploy, aws: &AwsStandIn, args: &[&str]) -> Deploy {
    let deploy = deploy.args(args).env("AWS_ENDPOINT_URL", aws.url());
    deploy.env("AWS_ACCESS_KEY_ID", "AKIATEST").env("AWS_SECRET_ACCESS_KEY", "secret")
}

fn run(aws: &AwsStandIn, args: &[&str]) -> Ran {
    run_in(&config(), aws, args)
}

fn run_in(config: &str, aws: &AwsStandIn, args: &[&str]) -> Ran {
    with_aws(Deploy::new(home(config).path()), aws, args).run()
}

/// `insta::assert_snapshot!` without what depends on the time of the test.
macro_rules! snapshot_without_times {
    ($($arguments:tt)*) => {
        insta::with_settings!({ filters => [
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[TIME]"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d-\d\d:\d\d", "[DATE TIME-TIME]"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d", "[DATE TIME]"),
            (r"\d{4}-\d\d-\d\d", "[DATE]"),
            (r"\[72\]\d\d", "[SECONDS]"),
            (r"since \d+ [A-Z][a-z]{2}", "since [DAY]"),
        ] }, { insta::assert_snapshot!($($arguments)*); })
    };
}
use snapshot_without_times;

#[test]
fn outages_are_listed_with_a_summary_of_each_target() {
    let aws = aws(usual(time::now()));
    snapshot_without_times!(run(&aws, &["history"]).whole(), @r#"
    exit 0
    --- stdout
    plex: 99.02 % up, 2 outages (2 h 20 min down) since [DATE]
      [DATE TIME-TIME] UTC  20 min       rate limited
      [DATE TIME-TIME] UTC  20 min       app, in maintenance
      [DATE TIME] UTC - now  2 h          connect, ongoing
    nas: 100 % up, no outages since [DATE]
    =1+1, "a": 99.44 % up, 1 outage (20 min down) since [DATE]
      [DATE TIME-TIME] UTC  20 min       timeout
    "#);
    let nas = run(&aws, &["history", "nas", "--since", "24h"]).ended(0).stdout;
    assert!(nas.starts_with("nas: 100 % up, no outages since ") && nas.lines().count() == 1, "{nas}");
    assert_eq!(run(&aws, &["history", "-q"]).stdout, run(&aws, &["history"]).stdout);
}

#[test]
fn nothing_is_written_or_decrypted() {
    let aws = aws(usual(time::now()));
    let ran = run(&aws, &["history", "-v"]).ended(0);
    assert_eq!((ran.writes(), ran.calls().contains(&"ssm:GetParameter")), (vec![], true));
    let requests = aws.requests();
    assert!(requests.iter().all(|request| !request.body.contains("\"WithDecryption\":true")));
}

#[test]
fn the_document_has_each_event() {
    let now = time::now();
    let json = run(&aws(usual(now)), &["history", "plex", "--json"]).ended(0).json();
    assert_eq!((json["targets"].as_array().unwrap().len(), &json["problems"]), (1, &json!([])));
    let plex = &json["targets"][0];
    let kinds: Vec<_> = plex["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["outage", "planned", "outage"]);
    let first = event(now, 200, EventKind::Outage, Cause::RateLimited);
    let expected = json!({ "kind": "outage", "begin": first.begin, "end": first.end, "seconds": 1200, "cause": "rate_limited" });
    assert_eq!(plex["events"][0], expected);
    assert_eq!((&plex["events"][2]["end"], &plex["events"][2]["cause"]), (&Value::Null, &json!("connect")));
    assert_eq!((&plex["outages"], &plex["uptime"]), (&json!(2), &json!(99.02)));
    let down = plex["down_seconds"].as_u64().unwrap();
    assert!((1_200 + 7_200..1_200 + 7_260).contains(&down), "{down}");
}

#[test]
fn csv_is_safe_for_spreadsheets() {
    let ran = run(&aws(usual(time::now())), &["history", "--csv"]).ended(0);
    // The length of the one that lasts.
    let csv = ran.stdout.replace("\r\n", "<CRLF>\n").replace(",,72", ",,[72]");
    snapshot_without_times!(csv, @r#"
    target,kind,begin,end,seconds,cause<CRLF>
    plex,outage,[TIME],[TIME],1200,rate_limited<CRLF>
    plex,planned,[TIME],[TIME],1200,app<CRLF>
    plex,outage,[TIME],,[SECONDS],connect<CRLF>
    "'=1+1, ""a""",outage,[TIME],[TIME],1200,timeout<CRLF>
    "#);
    assert_eq!(ran.stderr, "");
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let aws = aws(usual(time::now()));
    for (args, expected) in [
        (vec!["Plxe"], "hint: did you mean `plex`?"),
        (vec!["plex", "jellyfin"], "hint: the targets are: `plex`, `nas`, `=1+1, \"a\"`"),
        (vec!["--json", "--csv"], "cannot be used with"),
        (vec!["--since", "yesterday"], "or a date such as 2026-11-01"),
        (vec!["--since", "2026-11-31"], "no such day since 1970"),
        (vec!["--since", "2999-01-01"], "error: --since is in the future"),
    ] {
        let ran = run(&aws, &[&["history"], args.as_slice()].concat()).ended(2);
        assert!(ran.stderr.contains(expected) && ran.stdout.is_empty(), "{}", ran.whole());
    }
    let ran = run(&aws, &["--json", "history", "--csv"]).ended(2);
    assert!(ran.stderr.starts_with("error: --csv and --json exclude each other\n"), "{}", ran.whole());
}

#[test]
fn without_a_deployment_history_fails_as_invoke_does() {
    let ran = run(&AwsStandIn::start(), &["history"]);
    snapshot_without_times!(ran.whole(), @"
    exit 1
    --- stderr
    error: function `plex-remote-health` is not deployed in eu-central-1

    hint: deploy it with `plexmon-deploy up`, or correct --region
    ");
    assert_eq!(run(&aws_of_others(), &["history"]).whole(), ran.whole());
}

/// AWS with a function of our name that is not ours.
fn aws_of_others() -> AwsStandIn {
    let mut function = function_json(&Deployment::usual());
    function["Tags"] = json!({});
    AwsStandIn::scripted(move |request| match request.service.as_str() {
        "lambda" if request.line.ends_with(NAME) => Some((200, function.to_string())),
        "ssm" => Some(refused_by_aws("ssm", 400, "ParameterNotFound", "")),
        _ => None,
    })
}

#[test]
fn before_the_first_check_there_is_no_history() {
    let state = json!({ "status": "unknown", "ts": 0 }).to_string();
    let empty = json!({ "version": 1, "deployment": NAME }).to_string();
    let first = Place::Number(0).parameter(STATE);
    let aws = aws([(STATE.to_owned(), state), (first, empty)].into());
    assert_eq!(run(&aws, &["history", "plex"]).ended(0).stdout, "plex: no history yet\n");
    assert_eq!(run(&aws, &["history", "--csv"]).ended(0).stdout, "target,kind,begin,end,seconds,cause\r\n");
    let json = run(&aws, &["history", "plex", "--json"]).ended(0).json();
    assert_eq!((&json["targets"][0]["uptime"], &json["targets"][0]["since"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_cannot_be_read_is_a_problem_and_not_an_error() {
    let now = time::now();
    let mut parameters = usual(now);
    let second = parameters[&Place::Number(1).parameter(STATE)].clone();
    parameters.insert(Place::Number(0).parameter(STATE), "\u{1b}[2J{".to_owned());
    parameters.insert(
        Place::Number(1).parameter(STATE),
        second.replace("\"version\":1", "\"version\":9,\"later\":{\"a\":[1]}"),
    );
    let aws = aws(parameters);
    let ran = run(&aws, &["history", "plex", "nas"]).ended(0);
    snapshot_without_times!(ran.whole(), @"
    exit 0
    --- stdout
    plex: no data, 1 outage (2 h down)
      [DATE TIME] UTC - now  2 h          connect, ongoing
    nas: 100 % up, no outages since [DATE]
    --- stderr
    warning: part 1 of the history cannot be read: expected value at line 1 column 1
    warning: the history was written by a later release, and may be incomplete here
    ");
    assert_eq!(run(&aws, &["history", "--json"]).ended(0).json()["problems"].as_array().unwrap().len(), 2);
    let status = run(&aws, &["status"]).ended(0).stdout;
    assert_eq!(status.matches("\n  problem     ").count(), 2, "{status}");
    assert!(status.contains("problem     part 1 of the history cannot be read: "), "{status}");
    let json = run(&aws, &["status", "--json"]).ended(0).json();
    assert_eq!(json["targets"][0]["uptime"], json!({ "24h": null, "30d": null, "90d": null }));
    assert_eq!(json["targets"][1]["uptime"], json!({ "24h": 100.0, "30d": 100.0, "90d": 100.0 }));
}

#[cfg(unix)]
#[test]
fn a_terminal_of_60_columns_is_wide_enough() {
    let on_a_terminal = |now, args: &[&str]| {
        let (home, aws) = (home(&config()), aws(usual(now)));
        let deploy =
            Deploy::on_a_terminal(home.path(), 60, "", "").env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8");
        let ran = with_aws(deploy, &aws, args).run().ended(0);
        assert!(ran.stdout.lines().all(|line| line.chars().count() <= 60), "{}", ran.stdout);
        assert!(!ran.stderr.contains("colors"), "{}", ran.stderr);
        ran.stdout
    };
    snapshot_without_times!(in_one_hour(|now| on_a_terminal(now, &["history"])), @r#"
    plex: 99.02 % up, 2 outages (2 h 20 min down) since
      [DATE]
      [DATE TIME-TIME] UTC  20 min       rate limited
      [DATE TIME-TIME] UTC  20 min       app, in
        maintenance
      [DATE TIME] UTC - now  2 h          connect, ongoing
    nas: 100 % up, no outages since [DATE]
    =1+1, "a": 99.44 % up, 1 outage (20 min down) since
      [DATE]
      [DATE TIME-TIME] UTC  20 min       timeout
    "#);
    snapshot_without_times!(of_targets(&in_one_hour(|now| on_a_terminal(now, &["status"]))), @r#"
    plex        down since [DATE TIME] UTC
      24 h 91.30 %  since [DAY] 99.02 %
      █▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█    49-99 ms
    nas         up since [DATE TIME] UTC
      24 h 100 %    since [DAY] 100 %
      █▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█  49-99 ms
    =1+1, "a"   unknown
      24 h 100 %    since [DAY] 99.44 %
      █▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█  49-99 ms
    "#);
}
