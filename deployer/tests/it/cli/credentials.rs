//! Failures to get credentials, each with its reason, its source and a hint.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{AwsStandIn, Deploy, refused_by_aws, snapshot};

pub(super) const KEYS: &str = "aws_access_key_id = AKIABASE\naws_secret_access_key = secret\n";

pub(super) fn home(config: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    std::fs::write(home.path().join("aws-config"), config).unwrap();
    home
}

pub(super) fn down(home: &Path, aws: &AwsStandIn) -> Deploy {
    Deploy::new(home)
        .args(["down", "--yes", "--region", "eu-central-1"])
        .env("AWS_ENDPOINT_URL", aws.url())
        .env("AWS_MAX_ATTEMPTS", "1")
}

/// An AWS that rejects requests for credentials.
pub(super) fn refusing(action: &'static str, code: &'static str, message: &'static str) -> AwsStandIn {
    AwsStandIn::scripted(move |request| request.is(action).then(|| refused_by_aws("sts", 403, code, message)))
}

#[test]
fn the_file_of_a_web_identity_token_is_named() {
    let aws = refusing(
        "AssumeRoleWithWebIdentity",
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    );
    let home_ = home("");
    let with = |file: &str| {
        down(home_.path(), &aws)
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", file)
            .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci")
    };
    snapshot!(with("/nonexistent").run().whole(), @"
    exit 1
    --- stderr
    error: could not read the web identity token `/nonexistent`
      cause: No such file or directory (os error [NUMBER])

    hint: correct AWS_WEB_IDENTITY_TOKEN_FILE, or unset it with AWS_ROLE_ARN to use a profile
    ");
    std::fs::write(home_.path().join("token"), "t").unwrap();
    snapshot!(with("token").run().whole(), @"
    exit 1
    --- stderr
    error: role `arn:aws:iam::123456789012:role/ci` could not be assumed with the token `token`
      cause: Not authorized to perform sts:AssumeRoleWithWebIdentity (AccessDenied)

    hint: check the trust policy of `arn:aws:iam::123456789012:role/ci`: its conditions on `sub` and `aud` must match the token
    ");
    let without_role =
        down(home_.path(), &aws).env("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent").run().ended(2);
    snapshot!(without_role.whole(), @"
    exit 2
    --- stderr
    error: AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN
      cause: the token is in `/nonexistent`

    hint: set AWS_ROLE_ARN to the role to assume with this token, or unset both
    ");
}

#[test]
fn a_session_without_a_sign_in_leads_to_the_sign_in() {
    let config = "[profile \"my home\"]\nsso_session = home\nsso_account_id = 123456789012\nsso_role_name = r\n\
                  [sso-session home]\nsso_region = eu-central-1\nsso_start_url = https://home.awsapps.com/start\n\
                  [profile console]\nlogin_session = arn:aws:iam::123456789012:user/me\n";
    let aws = AwsStandIn::scripted(|request| {
        let answer = (
            401,
            r#"{"__type":"UnauthorizedException","message":"Session token not found or invalid"}"#.to_owned(),
        );
        request.line.contains("/federation/").then_some(answer)
    });
    let home_ = home(config);
    let run = |profile: &str| down(home_.path(), &aws).args(["--profile", profile]).run();
    snapshot!(run("my home").whole(), @r#"
    exit 1
    --- stderr
    error: IAM Identity Center returned no credentials for profile `my home`
      cause: an error occurred while loading an access token: failed to load the cached SSO token

    hint: run `aws sso login --profile "my home"`
    "#);
    let cache = home_.path().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    // The SHA-1 of "home".
    let token = cache.join("e83249bd3ba79932e16fb1fb5100dafade9954c2.json");
    std::fs::write(&token, r#"{"accessToken":"t","expiresAt":"2020-01-01T00:00:00Z"}"#).unwrap();
    snapshot!(run("my home").whole(), @r#"
    exit 1
    --- stderr
    error: IAM Identity Center returned no credentials for profile `my home`
      cause: an error occurred while loading an access token: the SSO token has expired and cannot be refreshed

    hint: run `aws sso login --profile "my home"`
    "#);
    std::fs::write(&token, r#"{"accessToken":"t","expiresAt":"2100-01-01T00:00:00Z"}"#).unwrap();
    snapshot!(run("my home").whole(), @r#"
    exit 1
    --- stderr
    error: IAM Identity Center returned no credentials for profile `my home`
      cause: UnauthorizedException: Session token not found or invalid

    hint: run `aws sso login --profile "my home"`
    "#);
    snapshot!(run("console").whole(), @"
    exit 1
    --- stderr
    error: the sign-in of profile `console` returned no credentials
      cause: failed to read `[HOME]/.aws/login/cache/[SHA256].json`: No such file or directory (os error [NUMBER])

    hint: run `aws login --profile console`
    ");
}

#[test]
fn the_error_output_of_a_credential_process_is_shown() {
    let config = "[profile fails]\ncredential_process = echo not today >&2; exit 3\n\
                  [profile garbage]\ncredential_process = echo hello\n\
                  [profile version]\ncredential_process = echo '{\"Version\": 2}'\n\
                  [profile missing]\ncredential_process = /nonexistent/program\n";
    let aws = AwsStandIn::start();
    let home_ = home(config);
    let run = |profile: &str| down(home_.path(), &aws).args(["--profile", profile]).run();
    snapshot!(run("fails").whole(), @"
    exit 1
    --- stderr
    error: the credential_process of profile `fails` failed
      cause: Error retrieving credentials: external process exited with code exit status: 3. Stderr: not today

    hint: run the command in `credential_process` of profile `fails` by hand: it must print JSON
    ");
    for (profile, said) in
        [("garbage", "could not parse response"), ("version", "unknown version"), ("missing", "not found")]
    {
        let ran = run(profile).ended(1);
        let first = format!("error: the credential_process of profile `{profile}` failed\n  cause: ");
        assert!(ran.stderr.starts_with(&first) && ran.stderr.contains(said), "{}", ran.whole());
    }
}

#[test]
fn a_key_without_its_secret_is_not_ignored() {
    let aws = AwsStandIn::start();
    let home_ = home(&format!("[default]\n{KEYS}"));
    snapshot!(down(home_.path(), &aws).env("AWS_ACCESS_KEY_ID", "AKIA").run().whole(), @"
    exit 2
    --- stderr
    error: AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY

    hint: set both, or unset AWS_ACCESS_KEY_ID to use a profile
    ");
    assert!(aws.requests().is_empty());
}

#[test]
fn a_container_without_a_role_leads_to_its_variables() {
    let aws = AwsStandIn::start();
    let home_ = home("");
    let ran = down(home_.path(), &aws)
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/role")
        .run()
        .ended(1);
    snapshot!(ran.whole(), @"
    exit 1
    --- stderr
    error: the role of this container or cloud machine returned no credentials
      cause: no answer: client error (Connect): tcp connect error: Connection refused (os error [NUMBER])

    hint: check AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and the role that it provides, or choose a profile with --profile
    ");
}

#[test]
fn keys_with_invalid_characters_are_rejected() {
    let aws = AwsStandIn::start();
    let home_ = home(
        "[profile p]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"a b\", \"SecretAccessKey\": \"s\"}'\n",
    );
    let broken = down(home_.path(), &aws)
        .env("AWS_ACCESS_KEY_ID", "AKIA\nTEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .run()
        .ended(1);
    let program = down(home_.path(), &aws).args(["--profile", "p"]).run().ended(1);
    for (ran, first) in [
        (broken, "error: the keys from the environment cannot be used"),
        (program, "error: the credential_process of profile `p` failed"),
    ] {
        assert!(ran.stderr.starts_with(first), "{}", ran.whole());
        assert!(
            ran.stderr.contains("the access key contains whitespace or an invalid character"),
            "{}",
            ran.whole()
        );
    }
    // Whitespace that was pasted with the keys is ignored.
    let pasted = down(home_.path(), &aws)
        .env("AWS_ACCESS_KEY_ID", " AKIATEST\n")
        .env("AWS_SECRET_ACCESS_KEY", "secret\n");
    pasted.run().ended(0);
    assert_eq!(aws.requests().last().unwrap().key, "AKIATEST");
}

#[test]
fn a_profile_may_repeat_the_settings_of_its_sso_session() {
    let aws = AwsStandIn::start();
    let home_ = home(
        "[profile a]\nsso_session = home\nsso_start_url = https://home.awsapps.com/start\nsso_account_id = \
         123456789012\nsso_role_name = r\nendpoint_url =\n[sso-session home]\nsso_region = eu-central-1\nsso_start_url = \
         https://home.awsapps.com/start\n",
    );
    let ran = down(home_.path(), &aws).args(["--profile", "a"]).run().ended(1);
    assert!(ran.stderr.contains("hint: run `aws sso login --profile a`"), "{}", ran.whole());
}
