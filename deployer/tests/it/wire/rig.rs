//! The real clients and the real resources on a fake AWS, with everything that was said on the way.

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
use plexmon_deploy::error::Result;
use plexmon_deploy::interrupt::Interrupt;
use plexmon_deploy::output::Output;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::report::{Event, Progress, Reporter};
use plexmon_deploy::resource::{CreatedHere, Materials, OnFailure, Pace, RoleIds};
use plexmon_deploy::resources::{Decrypt, Role};
use plexmon_deploy::session::Session;
use plexmon_deploy::stack::{Look, Observed, Stack, observe};
use tokio::sync::watch;

use super::answers::ZIP_SHA256;
use super::fake::Fake;
use crate::plan::world::{World, secrets};

pub struct Rig {
    pub fake: Fake,
    pub aws: Aws,
    pub world: World,
    pub force: bool,
    said: Arc<Said>,
}

/// Keeps every event, in the words of its `Debug`.
#[derive(Default)]
pub struct Said(Mutex<String>);

impl Reporter for Said {
    fn report(&self, event: Event<'_>) {
        let _ = writeln!(self.0.lock().unwrap(), "{event:?}");
    }
}

impl Rig {
    pub fn new() -> Self {
        let fake = Fake::new();
        let said = Arc::new(Said::default());
        let heard = said.clone();
        let call_log = Arc::new(move |operation, _: Duration, error: Option<&_>| {
            heard.report(Event::Detail(&format!("{operation} {error:?}")));
        });
        let aws = Aws::new(&sdk_config(&fake), "eu-central-1".to_owned(), None, call_log);
        Self { fake, aws, world: World::usual(), force: false, said }
    }

    /// The same, with a second function in another region.
    pub fn with_page() -> Self {
        let rig = Self::new();
        Self { world: rig.world.with_page(), ..rig }
    }

    /// All that was reported so far.
    pub fn said(&self) -> String {
        self.said.0.lock().unwrap().clone()
    }

    pub async fn observe(&self, adopting: bool) -> Result<Observed> {
        observe(&self.aws, &self.world.names, Look { decrypt: Decrypt::Yes, adopting }).await
    }

    /// What a command starts from, on this fake.
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
        output.reporter = self.said.clone();
        Session {
            config: self.world.config.clone(),
            names: self.world.names.clone(),
            aws: self.aws.clone(),
            origin: Origin::Sources,
            output,
            interrupt: Interrupt::from_channel(receiver),
        }
    }

    /// For work that is no step of a plan.
    pub fn progress(session: &Session) -> Progress {
        Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone())
    }

    /// What is left of `wanted` where `change` was made to it: a plan is made for the difference and applied.
    pub async fn mend(&self, change: impl FnOnce(&mut Stack)) -> String {
        self.apply(&self.world.drifted(change), &self.world.desired, OnFailure::Stop).await
    }

    /// Takes over what is `observed`.
    pub async fn adopt(&self, observed: &Stack) -> String {
        self.carry_out(self.world.adopt(observed).unwrap(), OnFailure::Stop).await
    }

    pub async fn up(&self) -> String {
        self.apply(&Stack::nothing(), &self.world.desired, OnFailure::Stop).await
    }

    /// Removes those parts of the deployment that `change` leaves.
    pub async fn down(&self, change: impl FnOnce(&mut Stack)) -> String {
        self.apply(&self.world.drifted(change), &Stack::nothing(), OnFailure::Continue).await
    }

    async fn apply(&self, from: &Stack, to: &Stack, on_failure: OnFailure) -> String {
        self.carry_out(plan(to, from, self.world.intent(false)).unwrap(), on_failure).await
    }

    /// The errors of all steps, or `done`.
    async fn carry_out(&self, plan: Plan, on_failure: OnFailure) -> String {
        let materials = Materials {
            zip: Some(Zip { bytes: b"zip".to_vec(), sha256: ZIP_SHA256.to_owned() }),
            secrets: Some(secrets()),
        };
        let read_before = |role: &Role| (role.arn(&self.world.account), "AROAREADBEFORE".to_owned());
        let role_ids: BTreeMap<_, _> = self.world.desired.roles.iter().map(read_before).collect();
        let cloud = AwsCloud {
            aws: &self.aws,
            account: &self.world.account,
            deployment: &self.world.names.deployment,
            materials: &materials,
            role_ids: RoleIds::new(role_ids),
            force: self.force,
            parameters: plan.deletions(),
            created: CreatedHere::default(),
            pace: Pace::default(),
        };
        let reporter: Arc<dyn Reporter> = self.said.clone();
        let (_never_pressed, receiver) = watch::channel(0);
        let interrupt = Interrupt::from_channel(receiver);
        summary(&apply(plan, &cloud, on_failure, &reporter, &interrupt).await)
    }

    /// Operations that change something, in order.
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

/// As `aws/connect.rs` makes it, but for the wire and the keys.
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
