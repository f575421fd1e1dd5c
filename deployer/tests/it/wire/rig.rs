//! The real clients and the real resources on a fake AWS, with a record of everything that was reported.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use plexmon_deploy::apply::{Applied, AwsCloud, apply};
use plexmon_deploy::artifact::{Origin, Zip};
use plexmon_deploy::aws::Aws;
use plexmon_deploy::cli::{Color, Global};
use plexmon_deploy::config::SecretLookup;
use plexmon_deploy::error::Result;
use plexmon_deploy::interrupt::Interrupt;
use plexmon_deploy::output::Output;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::report::{Event, Progress, Reporter};
use plexmon_deploy::resource::{CreatedHere, Materials, OnFailure, Pace, RoleIds};
use plexmon_deploy::resources::{Decrypt, Role};
use plexmon_deploy::session::Session;
use plexmon_deploy::stack::{Observed, ReadOptions, Stack, observe};
use tokio::sync::watch;

use super::answers::ZIP_SHA256;
use super::fake::Fake;
use crate::plan::deployment::{Deployment, PAGE_REGION, secrets};

pub struct Rig {
    pub fake: Fake,
    pub aws: Aws,
    pub deployment: Deployment,
    pub force: bool,
    reported: Arc<RecordingReporter>,
}

/// Records every event in its `Debug` form.
#[derive(Default)]
pub struct RecordingReporter(Mutex<String>);

impl Reporter for RecordingReporter {
    fn report(&self, event: Event<'_>) {
        let _ = writeln!(self.0.lock().unwrap(), "{event:?}");
    }
}

impl Rig {
    pub fn new() -> Self {
        let fake = Fake::new();
        let reported = Arc::new(RecordingReporter::default());
        let reporter = reported.clone();
        let call_log = Arc::new(move |operation, _: Duration, error: Option<&_>| {
            reporter.report(Event::Detail(&format!("{operation} {error:?}")));
        });
        let aws = Aws::new(&sdk_config(&fake), "eu-central-1".to_owned(), None, call_log);
        Self { fake, aws, deployment: Deployment::usual(), force: false, reported }
    }

    /// The same, with this configuration.
    pub fn of(config: &str) -> Self {
        Self { deployment: Deployment::of(config, &SecretLookup::All(secrets())), ..Self::new() }
    }

    /// The same, with a status page in another region.
    pub fn with_page() -> Self {
        Self::with_page_in(PAGE_REGION)
    }

    /// The same, with a status page.
    pub fn with_page_in(region: &str) -> Self {
        let rig = Self::new();
        Self { deployment: rig.deployment.with_page_in(region), ..rig }
    }

    /// The same, with another function.
    pub fn with_function(name: &str, region: &str) -> Self {
        let rig = Self::new();
        Self { deployment: rig.deployment.with_function(name, region), ..rig }
    }

    /// Return everything that was reported so far.
    pub fn reported(&self) -> String {
        self.reported.0.lock().unwrap().clone()
    }

    pub async fn observe(&self, adopting: bool) -> Result<Observed> {
        let options = ReadOptions { decrypt: Decrypt::Yes, adopting, removing: false };
        observe(&self.aws, &self.deployment.names, options).await
    }

    /// Return the session of a command on this fake.
    pub fn session(&self) -> Session {
        let (_never_pressed, receiver) = watch::channel(0);
        let global = Global {
            config: PathBuf::from("config.toml"),
            profile: None,
            region: None,
            json: true,
            quiet: true,
            verbose: 0,
            color: Color::Never,
        };
        let mut output = Output::new(&global).nested();
        output.reporter = self.reported.clone();
        Session {
            config: self.deployment.config.clone(),
            names: self.deployment.names.clone(),
            aws: self.aws.clone(),
            origin: Origin::Sources,
            output,
            interrupt: Interrupt::from_channel(receiver),
        }
    }

    /// Return the progress for work outside of a plan.
    pub fn progress(session: &Session) -> Progress {
        Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone())
    }

    /// Apply the plan that leads from the deployment with `change` to the desired one.
    pub async fn repair(&self, change: impl FnOnce(&mut Stack)) -> String {
        self.apply(&self.deployment.drifted(change), &self.deployment.desired, OnFailure::Stop).await
    }

    /// Adopt the `observed` resources.
    pub async fn adopt(&self, observed: &Stack) -> String {
        self.carry_out(self.deployment.adopt(observed).unwrap(), OnFailure::Stop).await
    }

    pub async fn up(&self) -> String {
        self.apply(&Stack::nothing(), &self.deployment.desired, OnFailure::Stop).await
    }

    /// Delete the parts of the deployment that remain after `change`.
    pub async fn down(&self, change: impl FnOnce(&mut Stack)) -> String {
        self.apply(&self.deployment.drifted(change), &Stack::nothing(), OnFailure::Continue).await
    }

    /// Apply the plan that leads from the deployment to the desired one with `change`.
    pub async fn change(&self, change: impl FnOnce(&mut Stack)) -> String {
        let mut to = self.deployment.desired.clone();
        change(&mut to);
        self.apply(&self.deployment.drifted(|_| {}), &to, OnFailure::Stop).await
    }

    async fn apply(&self, from: &Stack, to: &Stack, on_failure: OnFailure) -> String {
        self.carry_out(plan(to, from, self.deployment.intent(false)).unwrap(), on_failure).await
    }

    /// Return the errors of all steps, or `done`.
    async fn carry_out(&self, plan: Plan, on_failure: OnFailure) -> String {
        let materials = Materials {
            zip: Some(Zip { bytes: b"zip".to_vec(), sha256: ZIP_SHA256.to_owned() }),
            secrets: Some(secrets()),
        };
        let read_before = |role: &Role| (role.arn(&self.deployment.account), "AROAREADBEFORE".to_owned());
        let role_ids: BTreeMap<_, _> = self.deployment.desired.roles.iter().map(read_before).collect();
        let cloud = AwsCloud {
            aws: &self.aws,
            account: &self.deployment.account,
            deployment: &self.deployment.names.deployment,
            materials: &materials,
            role_ids: RoleIds::new(role_ids),
            force: self.force,
            parameters: plan.deletions(),
            created: CreatedHere::default(),
            pace: Pace::default(),
        };
        let reporter: Arc<dyn Reporter> = self.reported.clone();
        let (_never_pressed, receiver) = watch::channel(0);
        let interrupt = Interrupt::from_channel(receiver);
        summary(&apply(plan, &cloud, on_failure, &reporter, &interrupt).await)
    }

    /// Return the operations that are not reads, in order.
    pub fn writes(&self) -> Vec<String> {
        let reads = ["Get", "List", "Describe"];
        let is_read =
            |operation: &str| reads.iter().any(|read| operation.split(':').nth(1).unwrap().starts_with(read));
        self.fake.operations().into_iter().filter(|operation| !is_read(operation)).collect()
    }
}

fn summary(applied: &[Applied]) -> String {
    let errors: Vec<String> =
        applied.iter().filter_map(|step| step.error.as_ref().map(ToString::to_string)).collect();
    if errors.is_empty() { "done".to_owned() } else { errors.join("\n\n") }
}

/// The configuration that `aws/connect.rs` creates, with another connector and other credentials.
fn sdk_config(fake: &Fake) -> SdkConfig {
    let connector = SharedHttpConnector::new(fake.clone());
    let credentials = Credentials::new("AKIDEXAMPLE", "the-secret-key", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(
            RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(200)),
        )
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(60)).build())
        .build()
}
