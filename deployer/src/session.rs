//! The session of a command: its configuration, names and clients, and how it reads AWS, plans and applies.

mod view;

use std::sync::Arc;

use plexmon_function::contract::secrets::Secrets;
use plexmon_function::time;

pub use self::view::View;
use crate::account_plan::{AccountPlan, read_alongside};
use crate::apply::{Applied, AwsCloud, StepOutcome, apply, title};
use crate::artifact::{Origin, identity};
use crate::aws::{Aws, CallLog, Connection};
use crate::cli::Global;
use crate::config::{Circumstances, Config, PageConfig, SecretLookup, SecretPath};
use crate::error::{Error, Exit, Result};
use crate::interrupt::Interrupt;
use crate::names::Names;
use crate::output::Output;
use crate::page_limits::PageLimits;
use crate::plan::Plan;
use crate::report::Event;
use crate::resource::{Blueprint, CreatedHere, Materials, OnFailure, Pace, RoleIds};
use crate::resources::Decrypt;
use crate::stack::{Observed, ReadOptions, STATE_VARIABLE, Stack, observe};
use crate::text::{PlanNotice, plan_notice};

pub struct Session {
    pub config: Config,
    pub names: Names,
    pub aws: Aws,
    pub origin: Origin,
    pub output: Output,
    pub interrupt: Interrupt,
}

/// How to apply a plan.
#[derive(Clone, Copy)]
pub struct ApplyOptions<'a> {
    pub materials: &'a Materials,
    pub on_failure: OnFailure,
    /// Detach from roles the policies that others attached.
    pub force: bool,
}

impl Session {
    /// Read the configuration and create the clients. Nothing is sent over the network yet.
    pub async fn open(global: &Global, origin: Origin, output: Output, interrupt: Interrupt) -> Result<Self> {
        let config = Config::load(&global.config)?;
        let connection = Connection {
            profile: global.profile.clone(),
            region: global.region.clone().or_else(|| config.region.clone()),
            emulator: None,
        };
        Self::connect(config, connection, origin, output, interrupt).await
    }

    pub async fn connect(
        config: Config,
        connection: Connection,
        origin: Origin,
        output: Output,
        interrupt: Interrupt,
    ) -> Result<Self> {
        let reporter = output.reporter.clone();
        let call_log: CallLog = Arc::new(move |operation, took, error| {
            let how = error
                .map_or_else(|| "ok".to_owned(), |error| format!("{} {}", error.code(), error.message()));
            reporter.report(Event::Detail(&format!("{operation} {} ms {how}", took.as_millis())));
        });
        let aws = connection.open(call_log).await?;
        output.warnings(&aws.warnings);
        config.check_partition(&aws.region)?;
        let names = Names::new(&config, &aws.region);
        Ok(Self { config, names, aws, origin, output, interrupt })
    }

    /// Describe the account, region and credentials, as shown above every plan.
    pub fn place(&self, observed: &Observed) -> String {
        let identity =
            self.aws.identity.as_ref().map_or_else(String::new, |identity| format!(", {identity}"));
        format!(
            "{} in account {}, region {}{identity}",
            self.names.deployment, observed.account.id, observed.account.region
        )
    }

    /// Read AWS and the account's plan in one round, and compute the desired stack. The secret is decrypted only if
    /// there is a value to compare it with.
    pub async fn view(&self, options: ReadOptions) -> Result<View> {
        let adopting = options.adopting;
        let mut secrets = self.config.secrets.resolve()?;
        let page = self.config.page.as_ref();
        let secret_path = page.map_or(Ok(SecretPath::NotConfigured), PageConfig::read_secret_path)?;
        self.output.warnings(&self.config.exposed_secrets());
        let mut handed_over = Vec::new();
        let comparable =
            matches!(secrets, SecretLookup::All(_)) || (adopting && secrets != SecretLookup::NoneConfigured);
        let decrypt = if comparable { options.decrypt } else { Decrypt::No };
        // On the heap: the future is large, and the stack of a thread may be small.
        let observed = Box::pin(self.observe(ReadOptions { decrypt, ..options }));
        let (observed, account_plan) = self.alongside_account_plan(observed).await?;
        let limits = PageLimits::read(&self.aws, &self.config, &observed);
        let page_limits = self.unless_interrupted(limits).await?;
        let mut config = page_limits.applied_to(self.config.clone());
        config.state_parameter.clone_from(&observed.names.state_parameter);
        if let SecretLookup::Missing(variables) = &secrets {
            let found = self.config.secrets.resolve_with(&observed.variables)?;
            if matches!(found, SecretLookup::All(_)) {
                handed_over = variables.clone();
                secrets = found;
            }
        }
        let page_digest = secret_path.digest(observed.recorded_secret_path());
        let settings = config.deployed_settings(&self.aws.region, page_digest.clone());
        let code = identity(&self.origin, &settings, config.function.architecture)?.to_string();
        // What AWS does not say this time is not a change.
        let recorded = observed.monitor().and_then(|function| function.account_closes);
        let account_closes = account_plan.as_ref().map_or(recorded, |plan| plan.closes(recorded));
        let blueprint = Blueprint {
            config: &config,
            names: &observed.names,
            account: &observed.account,
            secrets: &secrets,
            code: &code,
            account_closes,
            secret_path: page_digest.as_deref(),
        };
        let desired = Stack::desired(&blueprint);
        if adopting {
            self.report_takeover(&observed);
        }
        let view = View {
            config,
            observed,
            desired,
            secrets,
            secret_path,
            identified_settings: settings,
            handed_over,
            account_plan,
            account_closes,
            page_limits,
        };
        self.output.warnings(&view.not_compared());
        if view.observed.is_page_denied {
            self.output.note(
                "these credentials may not read what an earlier status page may have left: print their policy again \
                 with `plexmon-deploy permissions`, and attach it",
            );
        }
        Ok(view)
    }

    /// Await calls that change nothing, and read the account's plan meanwhile.
    pub async fn alongside_account_plan<T>(
        &self,
        reads: impl Future<Output = Result<T>>,
    ) -> Result<(T, Option<AccountPlan>)> {
        self.unless_interrupted(read_alongside(&self.aws, reads)).await
    }

    /// Read AWS. If a function was taken over with its state, the name of the state parameter is known only after the
    /// first read, so a second one follows.
    pub async fn observe(&self, options: ReadOptions) -> Result<Observed> {
        let observed = self.unless_interrupted(observe(&self.aws, &self.names, options)).await?;
        if self.config.names_state_parameter {
            return Ok(observed);
        }
        match observed.inherited_state()? {
            Some(name) => {
                let names = self.names.clone().inheriting(&name);
                self.unless_interrupted(observe(&self.aws, &names, options)).await
            }
            None => Ok(observed),
        }
    }

    fn report_takeover(&self, observed: &Observed) {
        let parameter = &observed.names.state_parameter;
        let other = observed.variables.get(STATE_VARIABLE).map(|value| value.expose());
        match other {
            Some(_) if observed.names.is_inherited => self.output.note(&format!(
                "state parameter `{parameter}`: taken over from {STATE_VARIABLE} of the function; add `parameter = \
                 \"{parameter}\"` to [state], so that `permissions` covers it"
            )),
            Some(other) if other != parameter.as_str() => self.output.warning(&format!(
                "the state in `{other}` is not taken over and stays as it is: [state] in the configuration names `{parameter}`"
            )),
            _ => {}
        }
        if let Some(warning) = observed.other_rules.warning(observed.names.function()) {
            self.output.warning(&warning);
        }
    }

    /// Warn about settings that AWS accepts but that are unlikely to work as intended.
    pub fn warn(&self, view: &View) {
        let secrets = match &view.secrets {
            SecretLookup::All(secrets) => Some(secrets),
            SecretLookup::NoneConfigured | SecretLookup::Missing(_) => None,
        };
        self.output.warnings(&self.config_warnings(secrets));
        if let Some(warning) = view.page_limits.warning() {
            self.output.warning(&warning);
        }
        self.output.warnings(&view.observed.unchecked_warnings());
        self.note_account_plan(view.account_plan.as_ref());
    }

    /// Report that AWS is going to close the account.
    pub fn note_account_plan(&self, plan: Option<&AccountPlan>) {
        match plan.and_then(|plan| plan_notice(plan, time::now())) {
            Some(PlanNotice { text, is_urgent: true }) => self.output.warning(&text),
            Some(PlanNotice { text, is_urgent: false }) => self.output.note(&text),
            None => {}
        }
    }

    /// Return the warnings that may be published with a plan: those about secret addresses would name their hosts.
    pub fn public_warnings(&self, view: &View) -> Vec<String> {
        let of_page = view.page_limits.warning().into_iter().collect();
        [view.not_compared(), self.config_warnings(None), of_page].concat()
    }

    fn config_warnings(&self, secrets: Option<&Secrets>) -> Vec<String> {
        self.config.warnings(&Circumstances { now: time::now(), aws_is_local: self.aws.is_local, secrets })
    }

    /// Await calls that change nothing, and drop them at Ctrl-C.
    pub async fn unless_interrupted<T>(&self, reads: impl Future<Output = Result<T>>) -> Result<T> {
        self.interrupt.or(reads).await
    }

    /// Apply a plan to AWS.
    pub async fn apply(&self, plan: Plan, observed: &Observed, how: ApplyOptions<'_>) -> Vec<Applied> {
        let cloud = AwsCloud {
            aws: &self.aws,
            account: &observed.account,
            deployment: &observed.names.deployment,
            materials: how.materials,
            role_ids: RoleIds::new(observed.role_ids.clone()),
            force: how.force,
            parameters: plan.deletions(),
            created: CreatedHere::default(),
            pace: Pace::default(),
        };
        apply(plan, &cloud, how.on_failure, &self.output.reporter, &self.interrupt).await
    }

    /// Return an error if not all steps are done: the first failure, with the others and the progress as its causes.
    pub fn verdict(&self, applied: &[Applied]) -> Result<()> {
        let count = |wanted: StepOutcome| applied.iter().filter(|step| step.outcome == wanted).count();
        let (done, total) = (count(StepOutcome::Done), applied.len());
        if done == total {
            return Ok(());
        }
        let others: Vec<&Error> = applied.iter().filter_map(|step| step.error.as_ref()).collect();
        let unfinished = format!("{done} of {total} steps are done; run the same command again to continue");
        let interrupted = |error: &&Error| error.exit() == Exit::Interrupted;
        if self.interrupt.count() > 0 && others.iter().all(interrupted) {
            let mut error = Error::interrupted(format!("interrupted: {unfinished}"));
            for step in applied.iter().filter(|step| step.outcome != StepOutcome::Done) {
                error = error.cause(format!("not done: {}", title(&step.step, &self.aws.region)));
            }
            return Err(error);
        }
        let mut failures = others.into_iter().filter(|error| !interrupted(error));
        let mut first = failures.next().cloned().unwrap_or_else(|| Error::new("not all steps are done"));
        for other in failures {
            first = first.cause(format!("also: {}", other.message()));
            for cause in other.causes() {
                first = first.cause(cause);
            }
        }
        Err(first.cause(unfinished))
    }
}
