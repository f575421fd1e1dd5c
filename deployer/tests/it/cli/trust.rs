//! The trust policy that `permissions --trust` prints, without AWS and without a configuration.

use serde_json::{Value, json};

use crate::support::{Deploy, Ran, snapshot};

fn run(args: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    Deploy::new(home.path()).args(["permissions"]).args(args).run()
}

fn with_config(config: &str, args: &[&str]) -> Value {
    let home = tempfile::tempdir().unwrap();
    let target = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    std::fs::write(home.path().join("config.toml"), format!("{config}\n{target}")).unwrap();
    let command = Deploy::new(home.path()).args(["permissions", "--trust", "github:octo-org/home"]);
    command.args(args).run().ended(0).json()["Statement"][0].clone()
}

fn subjects(args: &[&str]) -> Value {
    let policy = run(&[&["-q", "--account", "123456789012"], args].concat()).ended(0);
    assert_eq!(policy.stderr, "");
    policy.json()["Statement"][0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        .clone()
}

#[test]
fn the_role_that_deploys_trusts_the_environment_alone() {
    snapshot!(run(&["--trust", "github:octo-org/home"]).whole(), @r#"
    exit 0
    --- stdout
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {
            "Federated": "arn:aws:iam::ACCOUNT_ID:oidc-provider/token.actions.githubusercontent.com"
          },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": [
                "repo:octo-org/home:environment:production"
              ]
            }
          }
        }
      ]
    }
    --- stderr
    replace ACCOUNT_ID with the number of your account, or pass it with --account
    repositories that were created, renamed or transferred after 15 July 2026 also need their numbers: github:OWNER@OWNER_ID/REPO@REPO_ID
    "#);
    assert_eq!(
        subjects(&["--trust", "github:octo-org@65/home@74", "--for", "up"]),
        json!([
            "repo:octo-org/home:environment:production",
            "repo:octo-org@65/home@74:environment:production"
        ])
    );
    assert_eq!(
        subjects(&["--trust", "github:octo-org/home", "--environment", "Production:V1"]),
        json!(["repo:octo-org/home:environment:Production%3AV1"])
    );
}

#[test]
fn the_role_that_reads_trusts_pull_requests_and_the_branch() {
    assert_eq!(
        subjects(&["--trust", "github:octo-org@65/home@74", "--for", "status"]),
        json!([
            "repo:octo-org/home:pull_request",
            "repo:octo-org/home:ref:refs/heads/main",
            "repo:octo-org@65/home@74:pull_request",
            "repo:octo-org@65/home@74:ref:refs/heads/main",
        ])
    );
    assert_eq!(
        subjects(&["--trust", "github:o/h", "--for", "status", "--branch", "release/1"])[1],
        "repo:o/h:ref:refs/heads/release/1"
    );
}

#[test]
fn account_and_partition_come_from_options_or_the_configuration() {
    let provider = |statement: Value| statement["Principal"]["Federated"].as_str().unwrap().to_owned();
    let boundary = "[function]\npermissions_boundary = \"arn:aws:iam::210987654321:policy/boundary\"\n";
    let end = "oidc-provider/token.actions.githubusercontent.com";
    assert_eq!(provider(with_config("", &[])), format!("arn:aws:iam::ACCOUNT_ID:{end}"));
    assert_eq!(provider(with_config(boundary, &[])), format!("arn:aws:iam::210987654321:{end}"));
    let passed = ["--account", "123456789012", "--region", "cn-north-1"];
    assert_eq!(provider(with_config(boundary, &passed)), format!("arn:aws-cn:iam::123456789012:{end}"));
    let missing = run(&["--trust", "github:octo-org/home", "--config", "other.toml"]).ended(2);
    assert!(missing.stderr.contains("other.toml"), "{}", missing.stderr);
    assert_eq!(
        provider(with_config("region = \"us-gov-west-1\"", &[])),
        format!("arn:aws-us-gov:iam::ACCOUNT_ID:{end}")
    );
}

#[test]
fn only_exact_subjects_are_trusted() {
    let printed = run(&["--trust", "github:octo-org/home", "--for", "status"]).ended(0).json();
    assert!(!printed.to_string().contains('*') && !printed.to_string().contains("StringLike"), "{printed}");
    for wildcard in ["github:octo-org/*", "github:*/home", "github:octo-org/home:*"] {
        run(&["--trust", wildcard]).ended(2);
    }
    for wildcard in ["*", "prod*", "prod?", "${aws:username}"] {
        run(&["--trust", "github:octo-org/home", "--environment", wildcard]).ended(2);
        run(&["--trust", "github:octo-org/home", "--for", "status", "--branch", wildcard]).ended(2);
    }
}

#[test]
fn names_that_github_does_not_have_are_refused() {
    let long = format!("github:{}/home", "a".repeat(40));
    let refused = [
        "octo-org/home",
        "https://github.com/octo-org/home",
        "github:octo-org",
        "github:/home",
        "github:octo-org/",
        "github:octo-org/home/tree",
        "github:octo-org/home.git",
        "github:-octo/home",
        "github:octo.org/home",
        "github:octo-org/..",
        "github:octo-org/a b",
        "github:octo-org@65/home",
        "github:octo-org@x/home@74",
        "github:octo-org@065/home@74",
        "github:octo-org@/home@74",
        &long,
    ]
    .map(|trusted| {
        let ran = run(&["--trust", trusted]).ended(2);
        assert_eq!(ran.stdout, "");
        ran.stderr.lines().take(2).collect::<Vec<_>>().join("\n")
    });
    snapshot!(refused.join("\n"), @"
    error: --trust does not name a repository: `octo-org/home`
      cause: it does not begin with `github:`
    error: --trust does not name a repository: `https://github.com/octo-org/home`
      cause: it does not begin with `github:`
    error: --trust does not name a repository: `github:octo-org`
      cause: there is no `/` after the owner
    error: --trust does not name a repository: `github:/home`
      cause: `` is not an owner: 1 to 39 letters, digits, `-` and `_`, without wildcards
    error: --trust does not name a repository: `github:octo-org/`
      cause: `` is not a repository: 1 to 100 letters, digits, `-`, `_` and `.`, without wildcards
    error: --trust does not name a repository: `github:octo-org/home/tree`
      cause: `home/tree` is not a repository: 1 to 100 letters, digits, `-`, `_` and `.`, without wildcards
    error: --trust does not name a repository: `github:octo-org/home.git`
      cause: `home.git` ends in `.git`, which is no part of the name
    error: --trust does not name a repository: `github:-octo/home`
      cause: `-octo` is not an owner: 1 to 39 letters, digits, `-` and `_`, without wildcards
    error: --trust does not name a repository: `github:octo.org/home`
      cause: `octo.org` is not an owner: 1 to 39 letters, digits, `-` and `_`, without wildcards
    error: --trust does not name a repository: `github:octo-org/..`
      cause: `..` is not a repository: 1 to 100 letters, digits, `-`, `_` and `.`, without wildcards
    error: --trust does not name a repository: `github:octo-org/a b`
      cause: `a b` is not a repository: 1 to 100 letters, digits, `-`, `_` and `.`, without wildcards
    error: --trust does not name a repository: `github:octo-org@65/home`
      cause: the numbers of both the owner and the repository are needed, or none
    error: --trust does not name a repository: `github:octo-org@x/home@74`
      cause: `x` after `octo-org@` is not a number
    error: --trust does not name a repository: `github:octo-org@065/home@74`
      cause: `065` after `octo-org@` is not a number
    error: --trust does not name a repository: `github:octo-org@/home@74`
      cause: `` after `octo-org@` is not a number
    error: --trust does not name a repository: `github:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/home`
      cause: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not an owner: 1 to 39 letters, digits, `-` and `_`, without wildcards
    ");
    snapshot!(run(&["--trust", "octo-org/home"]).stderr, @"
    error: --trust does not name a repository: `octo-org/home`
      cause: it does not begin with `github:`

    hint: for example: --trust github:OWNER/REPO, or github:OWNER@OWNER_ID/REPO@REPO_ID with the numbers that `gh api repos/OWNER/REPO --jq '.owner.id, .id'` prints
    ");
}

#[test]
fn wrong_accounts_environments_and_branches_are_refused() {
    let refused = [
        ["--account", "1234"],
        ["--account", "12345678901a"],
        ["--environment", ""],
        ["--environment", "a\nb"],
        ["--branch", "refs/heads/main"],
        ["--branch", "a b"],
        ["--branch", "a..b"],
        ["--region", "us-iso-east-1"],
    ]
    .map(|option| {
        let ran = run(&[&["--trust", "github:octo-org/home"], option.as_slice()].concat()).ended(2);
        ran.stderr
    });
    snapshot!(refused.join("\n"), @r"
    error: --account is not the number of an account: `1234`

    hint: it has 12 digits; `aws sts get-caller-identity` prints it

    error: --account is not the number of an account: `12345678901a`

    hint: it has 12 digits; `aws sts get-caller-identity` prints it

    error: --environment is not the name of an environment: ``
      cause: it has 1 to 255 characters, and none of `*?$`

    hint: pass the name as it is in the settings of the repository, for example: --environment production

    error: --environment is not the name of an environment: `a\nb`
      cause: it has 1 to 255 characters, and none of `*?$`

    hint: pass the name as it is in the settings of the repository, for example: --environment production

    error: --branch is not the name of a branch: `refs/heads/main`

    hint: pass one name without `refs/heads/` and without wildcards, for example: --branch main

    error: --branch is not the name of a branch: `a b`

    hint: pass one name without `refs/heads/` and without wildcards, for example: --branch main

    error: --branch is not the name of a branch: `a..b`

    hint: pass one name without `refs/heads/` and without wildcards, for example: --branch main

    error: the partition of region us-iso-east-1 is not known

    hint: choose another region with --region
    ");
}

/// A policy that trusts something else than what was passed would be a surprise.
#[test]
fn options_of_the_other_role_are_refused() {
    let refused = [["up", "--branch", "main"], ["status", "--environment", "production"]].map(
        |[audience, option, value]| {
            run(&["--trust", "github:octo-org/home", "--for", audience, option, value]).ended(2).stderr
        },
    );
    snapshot!(refused.join("\n"), @"
    error: --branch would be ignored: it belongs to `--for status`

    hint: add `--for status`, or leave out --branch

    error: --environment would be ignored: it belongs to `--for up`

    hint: add `--for up`, or leave out --environment
    ");
}

#[test]
fn its_options_belong_to_it() {
    let boundary = ["--boundary", "arn:aws:iam::123456789012:policy/boundary"];
    for args in [["--account", "123456789012"], ["--environment", "production"], ["--branch", "main"]] {
        assert!(run(&args).ended(2).stderr.contains("--trust <REPOSITORY>"));
    }
    assert!(
        run(&[&["--trust", "github:o/h"], boundary.as_slice()].concat())
            .ended(2)
            .stderr
            .contains("cannot be used with")
    );
}
