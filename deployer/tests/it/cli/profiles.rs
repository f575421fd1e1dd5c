//! Profiles, found like in the AWS CLI, and invalid settings.

use tempfile::TempDir;

use crate::support::{AwsStandIn, Deploy, Ran, snapshot};

const KEYS: &str = "aws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n";

fn home(config: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    std::fs::write(home.path().join("aws-config"), config).unwrap();
    home
}

fn down(config: &str, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let home = home(config);
    let mut deploy = Deploy::new(home.path()).args(["down", "--yes"]).args(args);
    for (name, value) in variables {
        deploy = deploy.env(name, value);
    }
    deploy.run()
}

#[test]
fn every_name_that_the_cli_accepts_is_found() {
    let aws = AwsStandIn::start();
    let config = format!(
        "[profile \"my home\"]\nregion = eu-central-1\n{KEYS}[profile höme]\n  region: eu-central-1\n[profile \
         role]\nregion = eu-central-1\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = my home\n"
    );
    let home = home(&config);
    std::fs::write(home.path().join("aws-credentials"), format!("[höme]\n{KEYS}")).unwrap();
    for (name, key) in [("my home", "AKIAPROFILE"), ("höme", "AKIAPROFILE"), ("role", "ASIAROLE")] {
        let start = || Deploy::new(home.path()).args(["down", "--yes"]).env("AWS_ENDPOINT_URL", aws.url());
        for ran in [start().args(["--profile", name]).run(), start().env("AWS_PROFILE", name).run()] {
            let ran = ran.ended(0);
            assert!(
                ran.stderr.contains("eu-central-1") || ran.stdout.contains("eu-central-1"),
                "{}",
                ran.whole()
            );
            assert_eq!(aws.requests().last().unwrap().key, key, "{name}");
        }
    }
}

#[test]
fn a_profile_that_does_not_exist_is_named_with_the_files() {
    let config = "[profile home]\nregion = eu-central-1\n";
    snapshot!(down(config, &["--profile", "hmoe"], &[]).whole(), @"
    exit 2
    --- stderr
    error: AWS profile `hmoe` does not exist
      cause: it is set by --profile; looked in `[HOME]/aws-config` and `[HOME]/aws-credentials` (which does not exist)

    hint: did you mean `home`?
    ");
    snapshot!(down(config, &[], &[("AWS_PROFILE", "other thing")]).whole(), @"
    exit 2
    --- stderr
    error: AWS profile `other thing` does not exist
      cause: it is set by AWS_PROFILE; looked in `[HOME]/aws-config` and `[HOME]/aws-credentials` (which does not exist)

    hint: choose one of `home`
    ");
    // As in the AWS CLI, it is an error even with keys in the environment.
    let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_PROFILE", "other")];
    assert!(
        down(config, &[], &keys).ended(2).stderr.starts_with("error: AWS profile `other` does not exist")
    );
    let nowhere =
        down(config, &["--profile", "home"], &[("AWS_CONFIG_FILE", "/nonexistent/config")]).ended(2);
    assert!(
        nowhere.stderr.contains("looked in `/nonexistent/config` (which does not exist) and `"),
        "{}",
        nowhere.whole()
    );
}

#[test]
fn a_syntax_error_is_reported_with_its_line() {
    snapshot!(down("[profile home]\nregion\n", &["--profile", "home"], &[]).whole(), @"
    exit 2
    --- stderr
    error: could not read `[HOME]/aws-config`, line 2
      cause: a setting must have the form `name = value`

    hint: correct the line; `aws configure list` reads the same file
    ");
    let open = down("[profile home\nregion = a\n", &[], &[]).ended(2);
    assert!(open.stderr.starts_with("error: could not read `[HOME]/aws-config`, line 1"), "{}", open.whole());
}

#[test]
fn each_service_of_a_services_section_goes_to_its_endpoint() {
    let aws = AwsStandIn::start();
    let services = ["iam", "lambda", "eventbridge", "ssm", "sts", "cloudwatch_logs"];
    let mut config =
        format!("[profile local]\nregion = us-east-1\nservices = my local\n{KEYS}[services \"my local\"]\n");
    for service in services {
        config += &format!("{service} =\n  # comment\n  endpoint_url = {}\n", aws.url());
    }
    down(&config, &["--profile", "local"], &[]).ended(0);
    assert_eq!(aws.services(), ["events", "iam", "lambda", "logs", "ssm", "sts"]);
}

#[test]
fn each_service_of_the_environment_goes_to_its_endpoint() {
    let (aws, other) = (AwsStandIn::start(), AwsStandIn::start());
    let config = format!("[default]\nregion = us-east-1\n{KEYS}");
    let variables = [
        ("AWS_ENDPOINT_URL", aws.url()),
        ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", other.url()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", other.url()),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    down(&config, &[], &variables).ended(0);
    assert_eq!(aws.services(), ["iam", "lambda", "ssm", "sts"]);
    assert_eq!(other.services(), ["events", "logs"]);
}

#[test]
fn settings_that_the_sdk_would_ignore_are_rejected() {
    let config = format!("[default]\nregion = us-east-1\n{KEYS}");
    let refused = |config: &str, name: &str, value: &str| {
        let ran = down(config, &[], &[(name, value)]).ended(2);
        let first = ran.stderr.lines().next().unwrap_or_default().to_owned();
        first.trim_start_matches("error: ").to_owned()
    };
    assert_eq!(
        refused(&config, "AWS_ENDPOINT_URL", "localhost:4566"),
        "AWS_ENDPOINT_URL is not a URL: `localhost:4566`"
    );
    assert_eq!(
        refused(&config, "AWS_ENDPOINT_URL_STS", "nothing"),
        "AWS_ENDPOINT_URL_STS is not a URL: `nothing`"
    );
    assert_eq!(
        refused(&format!("{config}endpoint_url = x\n"), "A", "b"),
        "`endpoint_url` of profile `default` is not a URL: `x`"
    );
    assert_eq!(
        refused(
            &format!("{config}services = local\n[services local]\ncloudwatch_logs =\n  endpoint_url = y\n"),
            "A",
            "b"
        ),
        "`cloudwatch_logs` of [services local] is not a URL: `y`"
    );
    assert_eq!(
        refused(&format!("{config}services = local\n"), "A", "b"),
        "AWS profile `default` names `services = local`, which does not exist"
    );
    assert_eq!(refused(&config, "AWS_ENDPOINT_URL", ""), "AWS_ENDPOINT_URL is empty");
    assert_eq!(refused(&config, "AWS_ENDPOINT_URL_SSM", " "), "AWS_ENDPOINT_URL_SSM is empty");
    let machine = "[default]\nregion = us-east-1\n";
    assert_eq!(
        refused(machine, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "localhost:80"),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL: `localhost:80`"
    );
    assert_eq!(
        refused(machine, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "role"),
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path: `role`"
    );
    assert_eq!(refused(&config, "AWS_REGION", "EU_WEST"), "`EU_WEST` is not an AWS region (AWS_REGION)");
    assert_eq!(
        refused("[default]\nregion = us-east-1a\n", "A", "b"),
        "`us-east-1a` is not an AWS region (`region` of profile `default`)"
    );
}

#[test]
fn configured_endpoints_can_be_ignored_unless_credentials_are_requested() {
    let aws = AwsStandIn::start();
    let role =
        "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = keys\n";
    let config = format!("{role}[profile keys]\n{KEYS}");
    let ignore = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    let refused = down(&config, &[], &[ignore, ("AWS_ENDPOINT_URL", &aws.url())]).ended(2);
    assert!(refused.stderr.contains("is not supported for the service that provides"), "{}", refused.whole());
    // Through a proxy, so that nothing leaves this machine.
    let proxy = AwsStandIn::start();
    let ran = down(
        &format!("[default]\nregion = us-east-1\n{KEYS}"),
        &[],
        &[ignore, ("AWS_ENDPOINT_URL", &aws.url()), ("HTTPS_PROXY", &proxy.url())],
    );
    assert_eq!((aws.requests().len(), proxy.requests().is_empty()), (0, false), "{}", ran.whole());
}

#[test]
fn fips_with_an_endpoint_is_rejected_with_a_hint() {
    let config = format!("[default]\nregion = us-east-1\n{KEYS}");
    let variables = [("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")];
    snapshot!(down(&config, &[], &variables).whole(), @"
    exit 1
    --- stderr
    error: sts:GetCallerIdentity could not be sent: Invalid Configuration: FIPS and custom endpoint are not supported

    hint: correct the region, AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT
    ");
}

#[test]
fn the_credentials_in_use_are_shown_beside_account_and_region() {
    let aws = AwsStandIn::start();
    let config = format!("[profile work]\nregion = us-east-1\n{KEYS}");
    let url = aws.url();
    let keys = [
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
    ];
    for (args, variables, key, shown) in [
        (&["--profile", "work"] as &[&str], keys.to_vec(), "AKIAPROFILE", "profile work"),
        (&[], [&keys[..], &[("AWS_PROFILE", "work")]].concat(), "AKIAENV", "keys from the environment"),
        (&[], vec![keys[0], ("AWS_PROFILE", "work")], "AKIAPROFILE", "profile work"),
    ] {
        let ran = down(&config, args, &variables).ended(0);
        assert_eq!(aws.requests().last().unwrap().key, key, "{}", ran.whole());
        let place = format!("plex-remote-health in account 123456789012, region us-east-1, {shown}");
        assert!(ran.whole().contains(&place), "{}", ran.whole());
    }
}
