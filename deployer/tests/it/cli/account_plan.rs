//! The plan of the account: what `plan`, `up`, `status` and `doctor` say about it, the request, and answers that say
//! nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{AwsRequest, AwsStandIn, Deploy, NO_RESPONSE, Ran, refused_by_aws, snapshot, until};

/// A folder with a configuration whose target refuses connections.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"http://127.0.0.1:1\"\n\n[defaults]\ntries = 1\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    home
}

/// AWS with an empty account and this answer about the account's plan. The function, which does not exist, answers as if it
/// had no targets.
fn aws(status: u16, body: &str) -> AwsStandIn {
    let body = body.to_owned();
    AwsStandIn::scripted(move |request| match request.service.as_str() {
        "freetier" => Some((status, body.clone())),
        "lambda" if request.line.ends_with("/invocations") => Some((200, "[]".to_owned())),
        _ => None,
    })
}

fn answer(kind: &str, status: &str, ends: &str) -> String {
    json!({
        "accountId": "123456789012", "accountPlanType": kind, "accountPlanStatus": status,
        "accountPlanRemainingCredits": { "amount": 85.1, "unit": "USD" }, "accountPlanExpirationDate": ends,
    })
    .to_string()
}

fn deploy(home: &TempDir, args: &[&str]) -> Deploy {
    Deploy::new(home.path())
        .args(args)
        .args(["--region", "eu-central-1"])
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
}

fn run(aws: &AwsStandIn, args: &[&str]) -> Ran {
    deploy(&home(), args).env("AWS_ENDPOINT_URL", aws.url()).run()
}

/// The lines about the plan, without the number of days that are left.
fn about_plan(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .filter(|line| line.contains("free plan"))
        .map(|line| {
            match line
                .split_once(", in ")
                .and_then(|(before, rest)| Some((before, rest.split_once(" days")?.1)))
            {
                Some((before, after)) => format!("{before}, in [N] days{after}"),
                None => line.to_owned(),
            }
        })
        .collect();
    lines.join("\n")
}

#[test]
fn each_command_says_when_the_free_plan_ends() {
    let aws = aws(200, &answer("FREE", "ACTIVE", "2099-01-15T08:30:00.000Z"));
    let status = run(&aws, &["status"]).ended(0);
    snapshot!(about_plan(&status.stdout), @"  account     the free plan of this AWS account ends on 2099-01-15, in [N] days, or earlier if the remaining credits of $85.10 are used up. AWS then closes the account, and the monitor stops. Upgrade the plan before that, in the AWS console under Billing and Cost Management; within the always-free allowances, nothing is charged");
    assert_eq!(about_plan(&status.stderr), "");
    for (args, code) in [(["plan"], 0), (["up"], 2), (["doctor"], 1)] {
        let ran = run(&aws, &args).ended(code);
        assert!(
            about_plan(&ran.stderr).starts_with("the free plan of this AWS account ends on 2099-01-15, in"),
            "{}",
            ran.whole()
        );
        assert_eq!(about_plan(&ran.stdout), "", "{}", ran.whole());
        let quiet = run(&aws, &[args[0], "--quiet"]).ended(code);
        assert_eq!(about_plan(&quiet.stderr), "", "{}", quiet.whole());
    }
}

#[test]
fn a_plan_that_has_expired_is_a_warning() {
    let aws = aws(200, &answer("FREE", "EXPIRED", "2026-01-15T00:00:00Z"));
    let expected = "warning: the free plan of this AWS account ended on 2026-01-15. AWS closes the account, and the monitor \
                    stops. Upgrade the plan now, in the AWS console under Billing and Cost Management; within the \
                    always-free allowances, nothing is charged";
    for (args, code) in [(["plan"], 0), (["up"], 2), (["doctor"], 1)] {
        assert_eq!(about_plan(&run(&aws, &args).ended(code).stderr), expected);
    }
    let status = run(&aws, &["status"]).ended(0);
    assert!(
        status.stdout.contains("\n  account     the free plan of this AWS account ended on 2026-01-15. ")
    );
}

#[test]
fn the_documents_have_the_plan() {
    let free = aws(200, &answer("FREE", "ACTIVE", "2099-01-15T08:30:00.000Z"));
    let paid = aws(200, &answer("PAID", "ACTIVE", "2099-01-15T08:30:00.000Z"));
    let unknown = aws(500, "");
    for (command, code) in [("status", 0), ("plan", 0), ("doctor", 1)] {
        let plan =
            |aws: &AwsStandIn| run(aws, &[command, "--json"]).ended(code).json()["account_plan"].clone();
        let fields = |kind: &str| json!({ "type": kind, "status": "active", "ends": "2099-01-15", "remaining_credits_usd": 85.1 });
        assert_eq!((plan(&free), plan(&paid)), (fields("free"), fields("paid")), "{command}");
        let document = run(&unknown, &[command, "--json"]).ended(code).json();
        assert_eq!(document.get("account_plan"), Some(&Value::Null), "{command}");
    }
}

#[test]
fn nothing_is_said_if_aws_does_not_say_that_the_account_ends() {
    let denied = refused_by_aws("freetier", 400, "AccessDeniedException", "not authorized");
    let missing = refused_by_aws("freetier", 400, "ResourceNotFoundException", "");
    let without_date = json!({
        "accountId": "123456789012", "accountPlanType": "FREE", "accountPlanStatus": "NOT_STARTED",
    });
    for (status, body) in [
        (200, answer("PAID", "ACTIVE", "2099-01-15T00:00:00Z")),
        denied,
        missing,
        (500, String::new()),
        (404, "<Error><Code>UnknownService</Code></Error>".to_owned()),
        (200, "<html>an emulator</html>".to_owned()),
        (200, "{".to_owned()),
        (200, "{}".to_owned()),
        (200, "null".to_owned()),
        (200, r#"{"accountPlanType":7,"accountPlanExpirationDate":{}}"#.to_owned()),
        (200, answer("FREE", "ACTIVE", "soon")),
        (200, answer("GOLD", "ACTIVE", "2099-01-15T00:00:00Z")),
        (200, without_date.to_string()),
    ] {
        let aws = aws(status, &body);
        for command in ["status", "plan"] {
            let ran = run(&aws, &[command]).ended(0);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(
                !said.contains("free plan") && !said.contains("warning") && !said.contains("freetier"),
                "{body}: {said}"
            );
        }
        // The call is not repeated.
        assert_eq!(
            aws.requests().iter().filter(|request| request.service == "freetier").count(),
            2,
            "{body}"
        );
    }
}

#[test]
fn dates_that_make_no_sense_are_unknown() {
    for (date, expected) in [
        ("9999-12-30T00:00:00Z", json!("9999-12-30")),
        ("1969-12-31T23:59:59Z", Value::Null),
        ("2025-07-14T23:59:59Z", Value::Null),
        ("+58000-01-01T00:00:00Z", Value::Null),
    ] {
        let aws = aws(200, &answer("FREE", "ACTIVE", date));
        let document = run(&aws, &["status", "--json"]).ended(0).json();
        let plan = &document["account_plan"];
        assert!(plan.is_null() || plan["ends"] == expected, "{date}: {plan}");
        assert_eq!(plan["ends"], expected, "{date}");
    }
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for() {
    let aws = aws(NO_RESPONSE, "");
    let started = Instant::now();
    let ran = run(&aws, &["status", "-v"]).ended(0);
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert!(ran.calls().contains(&"freetier:GetAccountPlanState"), "{}", ran.whole());
    assert_eq!(about_plan(&ran.stdout), "");
}

#[test]
fn ctrl_c_ends_the_wait_for_the_answer() {
    let aws = aws(NO_RESPONSE, "");
    let home = home();
    let mut running = deploy(&home, &["status"]).env("AWS_ENDPOINT_URL", aws.url()).start();
    until("the call", || aws.services().contains(&"freetier".to_owned()));
    running.interrupt();
    let ran = running.end().ended(130);
    assert!(ran.stderr.contains("interrupted; nothing was changed"), "{}", ran.whole());
}

#[test]
fn the_call_is_shown_with_its_duration() {
    let aws = aws(200, &answer("FREE", "ACTIVE", "2099-01-15T08:30:00.000Z"));
    let ran = run(&aws, &["status", "-v"]).ended(0);
    let line = ran.stderr.lines().find(|line| line.contains("freetier:GetAccountPlanState")).unwrap();
    assert!(line.ends_with(" ms ok"), "{line}");
}

/// The requests to the service, without the connections to a proxy.
fn requests(aws: &AwsStandIn) -> Vec<AwsRequest> {
    aws.requests().into_iter().filter(|request| request.service == "freetier").collect()
}

#[test]
fn the_request_is_the_documented_one_and_signed_for_the_home_of_the_service() {
    for (region, home_region, host) in [
        ("eu-central-1", "us-east-1", "freetier.us-east-1.api.aws"),
        ("cn-north-1", "cn-northwest-1", "freetier.cn-northwest-1.api.amazonwebservices.com.cn"),
    ] {
        let aws = aws(200, &answer("FREE", "ACTIVE", "2099-01-15T08:30:00.000Z"));
        let home = home();
        std::fs::write(home.path().join("authority.pem"), aws.authority()).unwrap();
        let ran = Deploy::new(home.path())
            .args(["status", "--region", region])
            .env("AWS_CA_BUNDLE", home.path().join("authority.pem"))
            .env("AWS_ACCESS_KEY_ID", "AKIATEST")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("HTTPS_PROXY", aws.url())
            .run();
        let tunnel = format!("CONNECT {host}:443");
        assert!(aws.requests().iter().any(|request| request.line == tunnel), "{tunnel}: {}", ran.whole());
        let [request] = requests(&aws).try_into().unwrap();
        assert_eq!((request.line.as_str(), request.host.as_str()), ("POST /", host));
        assert_eq!((request.region.as_str(), request.key.as_str()), (home_region, "AKIATEST"));
        assert_eq!(request.target.as_deref(), Some("AWSFreeTierService.GetAccountPlanState"));
        assert_eq!(request.body, "{}");
    }
}

#[test]
fn the_service_is_not_called_where_it_does_not_exist() {
    let aws = aws(200, &answer("FREE", "ACTIVE", "2099-01-15T08:30:00.000Z"));
    for region in ["us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"] {
        let home = home();
        let ran = Deploy::new(home.path())
            .args(["status", "--region", region])
            .env("AWS_ENDPOINT_URL", aws.url())
            .env("AWS_ACCESS_KEY_ID", "AKIATEST")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .run()
            .ended(0);
        assert_eq!(about_plan(&ran.stdout), "");
    }
    assert!(requests(&aws).is_empty());
}

#[test]
fn the_service_may_have_an_endpoint_of_its_own() {
    let (aws, other) = (aws(500, ""), aws(200, &answer("FREE", "ACTIVE", "2099-01-15T08:30:00.000Z")));
    let home = home();
    let status = || deploy(&home, &["status"]).env("AWS_ENDPOINT_URL", aws.url());
    let ran = status().env("AWS_ENDPOINT_URL_FREETIER", other.url()).run().ended(0);
    assert!(about_plan(&ran.stdout).contains("2099-01-15"), "{}", ran.whole());
    assert_eq!((requests(&aws).len(), other.services()), (0, vec!["freetier".to_owned()]));
    assert_eq!(requests(&other)[0].region, "us-east-1");
    let wrong = status().env("AWS_ENDPOINT_URL_FREETIER", "localhost").run().ended(2);
    assert!(wrong.stderr.starts_with("error: AWS_ENDPOINT_URL_FREETIER is not a URL"), "{}", wrong.whole());
}

#[test]
fn only_commands_that_show_the_plan_ask_for_it() {
    let aws = aws(200, &answer("FREE", "ACTIVE", "2099-01-15T08:30:00.000Z"));
    run(&aws, &["down", "--yes"]).ended(0);
    run(&aws, &["invoke"]);
    assert!(requests(&aws).is_empty());
}
