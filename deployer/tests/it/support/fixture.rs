//! The fixture of a test: an AWS account, a Plex server, a phone, and a folder with a configuration.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use plexmon_deploy::sandbox::{Message, PhoneStandIn, PlexStandIn};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Caller, Deploy, Gate, Ran, bootstrap, emulator, runtime};

pub const REGION: &str = "us-east-1";
/// The name of the function and of the deployment.
pub const NAME: &str = "plex-remote-health";
pub const ROLE: &str = "plex-remote-health-role";
pub const RULE: &str = "plex-remote-health-schedule";
pub const LOG_GROUP: &str = "/aws/lambda/plex-remote-health";
pub const STATE: &str = "/homelab/plex_remote_status";
pub const SECRETS: &str = "/homelab/plex_remote_status_secrets";
pub const HISTORY: &str = "/homelab/plex_remote_status_history";
/// The credentials that the phone's stand-in accepts, which must not appear anywhere.
pub const TOKEN: &str = "marker-application-token";
pub const USER: &str = "marker-user-key";

pub struct Fixture {
    pub account: String,
    pub plex: PlexStandIn,
    pub phone: PhoneStandIn,
    folder: TempDir,
}

impl Fixture {
    /// Create an empty account in the shared emulator, a healthy Plex and a phone.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(300_000_000_001);
        let account = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let plex = runtime().block_on(PlexStandIn::start()).unwrap();
        let phone = runtime().block_on(PhoneStandIn::start(TOKEN, USER)).unwrap();
        let fixture = Self { account, plex, phone, folder: tempfile::tempdir().unwrap() };
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
        fixture.write(
            "config.toml",
            &format!(
                "region = \"{REGION}\"\nschedule = \"rate(5 minutes)\"\ncontrol = []\n\n\
                 [defaults]\ntries = 1\nflap_damping = false\n\n\
                 [[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"{}\"\n\n\
                 [notify.pushover]\n\
                 token = {{ env = \"PUSHOVER_TOKEN\" }}\nuser = {{ env = \"PUSHOVER_USER\" }}\nurl = \"{}\"\n\n\
                 [function]\narchitecture = \"{architecture}\"\n",
                fixture.plex.url(),
                fixture.phone.url(),
            ),
        );
        fixture
    }

    /// Create a fixture whose deployment has a unique name.
    pub fn named() -> Self {
        let fixture = Self::new();
        fixture.edit("region = ", &format!("name = \"{}\"\nregion = ", fixture.unique_name()));
        fixture
    }

    /// Return the name that [`named`](Self::named) uses.
    pub fn unique_name(&self) -> String {
        format!("plexmon-{}", self.account)
    }

    /// Create a fixture in which the monitor is deployed and its first message has been received.
    pub fn deployed() -> Self {
        Self::new().with_deployment()
    }

    #[must_use]
    pub fn with_deployment(self) -> Self {
        self.up().ended(0);
        self.phone.take_new();
        self
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.home().join(file);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Edit the configuration as a user would.
    #[track_caller]
    pub fn edit(&self, old: &str, new: &str) {
        let text = std::fs::read_to_string(self.home().join("config.toml")).unwrap();
        assert!(text.contains(old), "{old:?} is not in the configuration");
        self.write("config.toml", &text.replace(old, new));
    }

    /// Remove the channel, and thus all secrets, from the configuration.
    pub fn without_notifications(&self) {
        let config = std::fs::read_to_string(self.home().join("config.toml")).unwrap();
        let (before, rest) = config.split_once("[notify").unwrap();
        let (_, after) = rest.split_once("[function]").unwrap();
        self.write("config.toml", &format!("{before}[function]{after}"));
    }

    /// Return a command with the account's keys and the secrets in its environment.
    pub fn deploy(&self, args: &[&str]) -> Deploy {
        self.equipped(Deploy::new(self.home())).args(args)
    }

    pub fn on_a_terminal(&self, columns: u16, prompt: &str, answer: &str, args: &[&str]) -> Deploy {
        self.equipped(Deploy::on_a_terminal(self.home(), columns, prompt, answer)).args(args)
    }

    /// Add the account's keys and the secrets to the environment.
    pub fn equipped(&self, deploy: Deploy) -> Deploy {
        deploy
            .env("AWS_ENDPOINT_URL", emulator().endpoint())
            .env("AWS_ACCESS_KEY_ID", &self.account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("PUSHOVER_TOKEN", TOKEN)
            .env("PUSHOVER_USER", USER)
    }

    /// Return a command that needs the code, with the binary that is built once for all tests.
    pub fn with_code(&self, args: &[&str]) -> Deploy {
        self.deploy(args).args([Path::new("--bootstrap"), bootstrap()])
    }

    pub fn through(&self, gate: &Gate, args: &[&str]) -> Deploy {
        self.deploy(args).env("AWS_ENDPOINT_URL", gate.url())
    }

    pub fn up(&self) -> Ran {
        self.with_code(&["up", "--yes", "-v"]).run()
    }

    pub fn down(&self) -> Ran {
        self.deploy(&["down", "--yes", "--no-wait", "-v"]).run()
    }

    pub fn invoke(&self) -> Ran {
        self.deploy(&["invoke"]).run()
    }

    /// Return the steps of `plan --json`, each as `update role (policy)`.
    #[track_caller]
    pub fn plan(&self) -> Vec<String> {
        let ran = self.with_code(&["plan", "--json", "--exit-code"]).run();
        let steps = steps(&ran.json());
        assert_eq!(ran.code, Some(if steps.is_empty() { 0 } else { 3 }), "{}", ran.whole());
        steps
    }

    /// Make a call as another client.
    #[track_caller]
    pub fn aws(&self, service: &str, operation: &str, parameters: Value) -> Value {
        match Caller::root(&self.account).call(service, operation, parameters) {
            Ok(answer) => answer,
            Err(refusal) => panic!("{service} {operation}: {refusal}"),
        }
    }

    /// Create a user of the account with this policy.
    pub fn user(&self, policy: &Value) -> Caller {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("user-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.aws("iam", "create_user", json!({"UserName": name}));
        let policy = json!({"UserName": name, "PolicyName": "all", "PolicyDocument": policy.to_string()});
        self.aws("iam", "put_user_policy", policy);
        Caller::new(&self.aws("iam", "create_access_key", json!({"UserName": name}))["AccessKey"])
    }

    /// Return the names of all resources in the account, with their kinds.
    pub fn inventory(&self) -> Vec<String> {
        let lists = [
            ("role", "iam", "list_roles", "Roles", "RoleName"),
            ("function", "lambda", "list_functions", "Functions", "FunctionName"),
            ("rule", "events", "list_rules", "Rules", "Name"),
            ("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
            ("parameter", "ssm", "describe_parameters", "Parameters", "Name"),
        ];
        let names = lists.into_iter().flat_map(|(kind, service, operation, list, name)| {
            let answer = self.aws(service, operation, json!({}));
            let items = answer[list].as_array().unwrap().clone();
            items.into_iter().map(move |item| format!("{kind} {}", item[name].as_str().unwrap()))
        });
        names.collect()
    }

    /// Return the ARN of a resource in this account.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let region = if service == "iam" { "" } else { REGION };
        format!("arn:aws:{service}:{region}:{}:{resource}", self.account)
    }

    /// The messages that arrived on the phone since the last call. Wait for the first one.
    pub fn messages(&self) -> Vec<Message> {
        runtime().block_on(self.phone.wait_new(Duration::from_secs(30)))
    }
}

/// Format each step as `action kind`, an update with its fields.
pub fn steps(document: &Value) -> Vec<String> {
    let step = |step: &Value| {
        let fields: Vec<&str> = step["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["field"].as_str().unwrap())
            .collect();
        let text = format!("{} {}", step["action"].as_str().unwrap(), step["kind"].as_str().unwrap());
        if step["action"] == "update" { format!("{text} ({})", fields.join(", ")) } else { text }
    };
    document["steps"].as_array().unwrap().iter().map(step).collect()
}

/// Poll until `condition` holds, and fail the test if it never does.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "bounded polling for a condition")]
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "timed out: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
