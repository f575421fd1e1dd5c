//! `up --adopt` over a deployment by the shell steps of the README that plexmon replaces: a Python function with its tokens
//! in plain text, a role with too many permissions, a rule of another name, and a state to keep.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::{Deploy, Fixture, NAME, ROLE, RULE, Ran, SECRETS, STATE, TOKEN, USER, snapshot};

const OLD_RULE: &str = "plex-remote-health-5min";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const WIDE: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:*","ssm:*"],"Resource":"*"}]}"#;

/// The account as the shell steps leave it, with this last status of Plex.
fn installed_by_hand(status: &str) -> Fixture {
    installed_with_its_state_in(STATE, status)
}

/// The same, with the state in another parameter.
fn installed_with_its_state_in(parameter: &str, status: &str) -> Fixture {
    let fixture = Fixture::new();
    fixture.aws("iam", "create_role", json!({"RoleName": ROLE, "AssumeRolePolicyDocument": TRUST}));
    let policy = json!({"RoleName": ROLE, "PolicyName": "plex-remote-health-inline", "PolicyDocument": WIDE});
    fixture.aws("iam", "put_role_policy", policy);
    let zip = plexmon_deploy::artifact::pack(b"def lambda_handler(event, context): pass\n", "{}").unwrap();
    let zip = base64::engine::general_purpose::STANDARD.encode(zip.bytes);
    let environment = json!({"Variables": {
        "CHECK_URL": format!("{}/identity", fixture.plex.url()), "PUSHOVER_TOKEN": TOKEN, "PUSHOVER_USER": USER,
        "STATUS_PARAM": parameter,
    }});
    let function = json!({
        "FunctionName": NAME, "Runtime": "python3.12", "Handler": "lambda_function.lambda_handler", "Timeout": 10,
        "Role": fixture.arn("iam", &format!("role/{ROLE}")), "Environment": environment,
        "Code": {"ZipFile": {"base64": zip}},
    });
    fixture.aws("lambda", "create_function", function);
    // As its first run does. The emulator may run its schedule at any time.
    fixture.aws("logs", "create_log_group", json!({"logGroupName": format!("/aws/lambda/{NAME}")}));
    let state = json!({"status": status, "ts": 1_793_700_300}).to_string();
    fixture.aws("ssm", "put_parameter", json!({"Name": parameter, "Value": state, "Type": "String"}));
    fixture.aws("events", "put_rule", json!({"Name": OLD_RULE, "ScheduleExpression": "rate(5 minutes)"}));
    let arn = fixture.arn("lambda", &format!("function:{NAME}"));
    fixture.aws(
        "events",
        "put_targets",
        json!({"Rule": OLD_RULE, "Targets": [{"Id": "lambda", "Arn": arn}]}),
    );
    let permission = json!({
        "FunctionName": NAME, "StatementId": "plex-remote-health-events", "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com", "SourceArn": fixture.arn("events", &format!("rule/{OLD_RULE}")),
    });
    fixture.aws("lambda", "add_permission", permission);
    fixture
}

/// The tokens are not set here.
fn without_tokens(deploy: Deploy) -> Deploy {
    deploy.without("PUSHOVER_TOKEN").without("PUSHOVER_USER")
}

fn adopted(fixture: &Fixture) -> Ran {
    let up = without_tokens(fixture.with_code(&["up", "--yes", "--adopt", "-vvv"])).run();
    for text in [&up.stdout, &up.stderr] {
        assert!(!text.contains(TOKEN) && !text.contains(USER), "{text}");
    }
    up.ended(0)
}

#[test]
fn without_adopt_it_is_refused_and_unchanged() {
    let fixture = installed_by_hand("up");
    let before = fixture.inventory();
    let up = without_tokens(fixture.with_code(&["up", "--yes"])).run();
    snapshot!(up.ended(1).stderr, @"
    error: role `plex-remote-health-role` already exists and is not managed by this deployment
      cause: it has no tag `plexmon:deployment`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
    assert_eq!(fixture.inventory(), before);
}

#[test]
fn adopt_takes_over_the_state_and_the_tokens() {
    let fixture = installed_by_hand("up");
    let up = adopted(&fixture);
    snapshot!(up.stdout, @r#"
      ~ update role      plex-remote-health-role
          owner: (none) -> plex-remote-health
          policy: ...-17","Statement":[{"Effect":"Allow","Action":["logs:*","ssm:*"],"Resource":"*"}]} -> ...-17","Statement":[{"Sid":"LogUsEast1","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLog...
          regions: [] -> ["us-east-1"]
      ~ update log group /aws/lambda/plex-remote-health
          owner: (none) -> plex-remote-health
          retention_days: (none) -> 14
      ~ update parameter /homelab/plex_remote_status
          owner: (none) -> plex-remote-health
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      ~ update function  plex-remote-health
          owner: (none) -> plex-remote-health
          role_binding: unknown -> current
          runtime: python3.12 -> provided.al2023
          handler: lambda_function.lambda_handler -> monitor
          timeout_s: 10 -> 30
          environment: ["CHECK_URL","PUSHOVER_TOKEN","PUSHOVER_USER","STATUS_PARAM"] -> []
          code: (none) -> [DIGEST]
          state_parameter: (none) -> /homelab/plex_remote_status
          retries: (none) -> {"attempts":0,"max_age_s":60}
      ~ update schedule  plex-remote-health-schedule
          owner: (none) -> plex-remote-health
          rule: (none) -> {"expression":"rate(5 minutes)","enabled":true}
          target: (none) -> arn:aws:lambda:us-east-1:[ACCOUNT]:function:plex-remote-health
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
          permission: .../plex-remote-health-5min"} -> .../plex-remote-health-schedule"}
      - delete schedule  plex-remote-health-5min
    2 to create, 5 to update, 1 to delete
    [COST]
    seen from AWS:
      plex is up (HTTP 200, [TIME])
    "#);
    let note = "PUSHOVER_TOKEN and PUSHOVER_USER: taken from the environment of the existing function";
    assert!(up.stderr.contains(note), "{}", up.stderr);
    // It was up and is up: there is nothing to notify.
    assert!(fixture.phone.take_new().is_empty());

    let rules = fixture.inventory().into_iter().filter(|thing| thing.starts_with("rule")).collect::<Vec<_>>();
    assert_eq!(rules, [format!("rule {RULE}")]);
    let function = fixture.aws("lambda", "get_function_configuration", json!({"FunctionName": NAME}));
    assert_eq!(function["Environment"].get("Variables").unwrap_or(&json!({})), &json!({}));
    assert!(!function.to_string().contains(TOKEN), "{function}");
    let policy = json!({"RoleName": ROLE, "PolicyName": "plex-remote-health-inline"});
    let policy = fixture.aws("iam", "get_role_policy", policy).to_string();
    assert!(policy.contains("logs:PutLogEvents") && !policy.contains("ssm:*"), "{policy}");
    let open = fixture.aws("ssm", "get_parameter", json!({"Name": SECRETS, "WithDecryption": true}));
    assert_eq!(open["Parameter"]["Type"], "SecureString");
    let kept: Value = serde_json::from_str(open["Parameter"]["Value"].as_str().unwrap()).unwrap();
    assert_eq!(kept, json!({"pushover": {"token": TOKEN, "user": USER}}));
    assert_eq!(fixture.plan(), [""; 0]);

    fixture.plex.break_it();
    fixture.invoke().ended(0);
    assert_eq!(fixture.messages()[0].title.as_deref(), Some("Plex is DOWN"));
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn an_outage_that_the_previous_function_notified_is_not_repeated_but_its_end_is_notified() {
    let fixture = installed_by_hand("down");
    fixture.plex.break_it();
    adopted(&fixture);
    assert!(fixture.phone.take_new().is_empty());
    fixture.plex.repair();
    fixture.invoke().ended(0);
    assert!(fixture.messages()[0].title.as_deref().unwrap().starts_with("Plex RECOVERED after "));
}

#[test]
fn a_state_in_another_parameter_is_kept_until_down() {
    const OWN: &str = "/my/plex/state";
    let fixture = installed_with_its_state_in(OWN, "down");
    let arn = fixture.arn("lambda", &format!("function:{NAME}"));
    fixture.aws("events", "put_rule", json!({"Name": "plex-check", "ScheduleExpression": "rate(1 day)"}));
    fixture.aws("events", "put_targets", json!({"Rule": "plex-check", "Targets": [{"Id": "1", "Arn": arn}]}));
    let up = adopted(&fixture);
    assert!(
        up.stderr.contains("state parameter `/my/plex/state`: taken over from STATUS_PARAM"),
        "{}",
        up.stderr
    );
    assert!(up.stderr.contains("rule `plex-check` has `plex-remote-health` as a target"), "{}", up.stderr);
    assert!(fixture.messages()[0].title.as_deref().unwrap().starts_with("Plex RECOVERED after "));
    // Without --adopt and without the setting, it is still the state.
    assert_eq!(fixture.plan(), [""; 0]);
    fixture.with_code(&["status", "--exit-code"]).run().ended(0);
    let down = fixture.down().ended(0);
    assert!(
        down.stdout.contains("rule `plex-check` has `plex-remote-health` as a target"),
        "{}",
        down.stdout
    );
    assert_eq!(fixture.inventory(), ["rule plex-check"]);
}
