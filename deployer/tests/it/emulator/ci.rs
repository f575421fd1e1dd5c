//! The scripts of the documented workflows, as GitHub runs them, against the emulator: the reviewed plan is applied, and no
//! other one is. What talks to GitHub runs with a stand-in for `gh`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{Caller, Fixture, bootstrap, emulator};
use crate::workflows::documented::Documented;

/// A runner: its folders, and the environment of the steps.
struct Runner<'a> {
    fixture: &'a Fixture,
    folder: tempfile::TempDir,
}

impl<'a> Runner<'a> {
    /// Create a runner on which `plexmon-deploy` is the program with a function that is already compiled.
    fn new(fixture: &'a Fixture) -> Self {
        let runner = Self { fixture, folder: tempfile::tempdir().unwrap() };
        let program = env!("CARGO_BIN_EXE_plexmon-deploy");
        runner.program(
            "plexmon-deploy",
            &format!("exec '{program}' \"$@\" --bootstrap '{}'", bootstrap().display()),
        );
        runner
    }

    /// Add a program to `PATH`.
    fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Run a script as GitHub does, with the keys of the role that the job has, and without the secrets.
    fn run(&self, script: &str, role: Option<&Caller>, variables: &[(&str, &str)]) -> Output {
        let own = std::env::var("PATH").unwrap();
        let (key, secret) =
            role.map_or((self.fixture.account.as_str(), "test"), |role| (&role.key, &role.secret));
        Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(self.fixture.home())
            .env_clear()
            .env("PATH", format!("{}:{own}", self.folder.path().display()))
            .env("HOME", self.folder.path())
            .env("AWS_ENDPOINT_URL", emulator().endpoint())
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("RUNNER_TEMP", self.folder.path())
            .env("GITHUB_REPOSITORY", "octo-org/home")
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    /// Return an output of a step.
    fn output(&self, name: &str) -> String {
        let outputs = self.read("output");
        let of = |line: &str| line.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        outputs.lines().filter_map(of).next_back().unwrap()
    }
}

#[track_caller]
fn ended(output: Output, code: i32) -> (String, String) {
    let [stdout, stderr] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(output.status.code(), Some(code), "{stdout}\n{stderr}");
    (stdout, stderr)
}

/// The policy that `permissions` prints.
fn policy(fixture: &Fixture, audience: &str) -> Value {
    fixture.deploy(&["permissions", "--for", audience]).run().ended(0).json()
}

#[test]
fn the_plan_of_the_job_that_reads_is_applied_by_the_job_that_writes() {
    let fixture = Fixture::named();
    fixture.up().ended(0);
    fixture.edit("rate(5 minutes)", "rate(7 minutes)");
    let in_emulator = |audience| super::enforcement::in_the_emulators_names(&policy(&fixture, audience));
    let [reads, writes] = ["status", "up"].map(|audience| fixture.user(&in_emulator(audience)));
    let workflow = Documented::named("plexmon deploy");
    let (plan, apply) =
        (workflow.script("plan", "Plan"), workflow.script("apply", "Apply the plan that was approved"));
    let runner = Runner::new(&fixture);

    ended(runner.run(&plan, Some(&reads), &[]), 0);
    assert_eq!(runner.output("steps"), "1");
    assert!(runner.read("summary").contains("+ expression: rate(7 minutes)"), "{}", runner.read("summary"));
    let digest = runner.output("digest");
    let (applied, _) = ended(runner.run(&apply, Some(&writes), &[("DIGEST", &digest)]), 0);
    assert!(applied.contains("~ update schedule"), "{applied}");
    assert_eq!(fixture.plan(), [""; 0]);

    // The plan is applied; applying it once more is refused, and the next plan is empty.
    let (_, again) = ended(runner.run(&apply, Some(&writes), &[("DIGEST", &digest)]), 1);
    assert!(again.contains("the expected plan was applied before"), "{again}");
    ended(runner.run(&plan, Some(&reads), &[]), 0);
    assert_eq!(runner.output("steps"), "0");
    let digest = runner.output("digest");
    let (nothing, _) = ended(runner.run(&apply, Some(&writes), &[("DIGEST", &digest)]), 0);
    assert!(nothing.starts_with("nothing to do: AWS matches the configuration\n"), "{nothing}");
}

#[test]
fn a_plan_that_changed_after_the_approval_is_refused() {
    let fixture = Fixture::deployed();
    fixture.edit("rate(5 minutes)", "rate(7 minutes)");
    let workflow = Documented::named("plexmon deploy");
    let runner = Runner::new(&fixture);
    ended(runner.run(&workflow.script("plan", "Plan"), None, &[]), 0);
    let digest = runner.output("digest");
    fixture.aws(
        "lambda",
        "update_function_configuration",
        json!({"FunctionName": crate::support::NAME, "Timeout": 60}),
    );
    let apply = workflow.script("apply", "Apply the plan that was approved");
    let (plan, refused) = ended(runner.run(&apply, None, &[("DIGEST", &digest)]), 1);
    assert!(plan.contains("timeout_s: 60 ->") && plan.contains("2 to update"), "{plan}");
    assert!(refused.contains(&format!("cause: expected: {digest}")), "{refused}");
    assert_eq!(fixture.plan().len(), 2, "nothing was applied");
}

/// Answers calls as `gh` would for one open comment or issue, and writes down the other arguments.
const GH: &str = r#"
echo "$*" >> "$HOME/gh-calls"
while [ $# -gt 0 ]; do
  if [ "$1" = --jq ]; then jq --raw-output "$2" "$HOME/existing.json"; fi
  shift
done"#;

fn existing(runner: &Runner<'_>, items: &Value) {
    std::fs::write(runner.path("existing.json"), items.to_string()).unwrap();
    std::fs::remove_file(runner.path("gh-calls")).unwrap_or_default();
}

fn calls_of_gh(runner: &Runner<'_>) -> Vec<String> {
    let folder = format!("{}/", runner.folder.path().display());
    runner.read("gh-calls").replace(&folder, "").lines().map(str::to_owned).collect()
}

#[test]
fn a_pull_request_has_one_comment() {
    let fixture = Fixture::new();
    let runner = Runner::new(&fixture);
    runner.program("gh", GH);
    let workflow = Documented::named("plexmon plan");
    let comment = workflow.script("plan", "Comment, or update the comment");
    let variables = [("NUMBER", "7"), ("GH_TOKEN", "x")];
    let secrets = [("PUSHOVER_TOKEN", crate::support::TOKEN), ("PUSHOVER_USER", crate::support::USER)];
    let (log, _) = ended(runner.run(&workflow.script("plan", "Plan"), None, &secrets), 0);
    assert!(log.contains("\"digest\""));
    let body = runner.read("plan.md");
    assert!(
        body.starts_with("<!-- plexmon-plan:plex-remote-health -->\n")
            && !body.contains(crate::support::TOKEN)
    );

    let bot = |id: u32, body: &str| json!({"id": id, "user": {"login": "github-actions[bot]"}, "body": body});
    let others = json!([{"id": 1, "user": {"login": "octocat"}, "body": body}, bot(2, "other")]);
    existing(&runner, &others);
    ended(runner.run(&comment, None, &variables), 0);
    assert_eq!(
        calls_of_gh(&runner)[1],
        "api --silent repos/octo-org/home/issues/7/comments --field body=@plan.md"
    );
    existing(&runner, &json!([others[0], others[1], bot(3, &body), bot(4, &body)]));
    ended(runner.run(&comment, None, &variables), 0);
    assert_eq!(
        calls_of_gh(&runner)[1],
        "api --silent --method PATCH repos/octo-org/home/issues/comments/3 --field body=@plan.md"
    );
}

#[test]
fn drift_has_one_issue_while_it_lasts() {
    let fixture = Fixture::deployed();
    let runner = Runner::new(&fixture);
    runner.program("gh", GH);
    let workflow = Documented::named("plexmon drift");
    let compare = workflow.script("drift", "Compare AWS with the configuration");
    let issue = workflow.script("drift", "Open, update or close the issue");
    let act = |items: &Value| {
        ended(runner.run(&compare, None, &[]), 0);
        existing(&runner, items);
        let exit_code = runner.output("exit_code");
        ended(runner.run(&issue, None, &[("EXIT_CODE", &exit_code), ("GH_TOKEN", "x")]), 0);
        calls_of_gh(&runner).get(1).cloned()
    };
    let none = json!([{"number": 1, "user": {"login": "octocat"}, "body": null}]);
    assert_eq!(act(&none), None);
    fixture.aws("events", "disable_rule", json!({"Name": crate::support::RULE}));
    let created = act(&none).unwrap();
    assert_eq!(
        created,
        "issue create --repo octo-org/home --title AWS differs from config.toml --body-file plan.md"
    );
    let body = runner.read("plan.md");
    let open = json!([none[0], {"number": 5, "user": {"login": "github-actions[bot]"}, "body": body}]);
    assert_eq!(act(&open).unwrap(), "issue edit 5 --repo octo-org/home --body-file plan.md");
    fixture.up().ended(0);
    assert_eq!(
        act(&open).unwrap(),
        "issue close 5 --repo octo-org/home --comment AWS matches the configuration again."
    );
    // Any other failure is one of the workflow.
    fixture.write("config.toml", "");
    ended(runner.run(&compare, None, &[]), 2);
}

/// What `package` writes is what `up` uploads.
#[test]
fn aws_has_the_zip_that_package_writes() {
    let fixture = Fixture::deployed();
    let package = fixture.with_code(&["package", "-o", "function.zip", "--json"]).run().ended(0).json();
    let function = fixture.aws("lambda", "get_function", json!({"FunctionName": crate::support::NAME}));
    assert_eq!(function["Configuration"]["CodeSha256"], package["code_sha256"]);
    assert!(Path::new(&fixture.home().join("function.zip")).is_file());
}
